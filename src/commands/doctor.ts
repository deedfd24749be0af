/** `doctor`: Node, engines, segmenters: what is there, what is missing, what to type. */
import { availableParallelism, totalmem } from 'node:os';
import { engineStatus } from '../engine/index.js';
import { jiebaRsKind } from '../text/jieba/jieba-rs.js';
import { hasNodejieba } from '../text/jieba/nodejieba.js';
import type { CommandDefinition } from './command.js';
import { table } from './table.js';

interface Finding {
  what: string;
  there: boolean;
  about: string;
}

export const doctorCommand: CommandDefinition = {
  description: 'Tries every engine and segmenter on this machine. Whatever is missing is optional: each command works without it.',
  options: [],
  examples: ['rnn-pipe doctor'],
  run: async ({ report }) => {
    const engines = (await engineStatus()).map(({ name, available, about }): Finding => ({
      what: `engine ${name}`,
      there: available,
      about,
    }));
    const findings = [node(), ...segmenters(), ...engines];
    const rows = findings.map(({ what, there, about }) => [there ? 'ok' : '--', what, about]);
    await report.data(table(['', 'what', ''], rows));
  },
};

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const there = major > 20 || (major === 20 && minor >= 19);
  const machine = `${process.platform} ${process.arch}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  return { what: 'Node', there, about: there ? `${process.version}, ${machine}` : `${process.version} is too old: install 20.19 or later` };
}

function segmenters(): Finding[] {
  const nodejieba = hasNodejieba();
  return [
    { what: 'jieba, backend builtin', there: true, about: 'the default for --segmenter jieba; needs nothing' },
    {
      what: 'jieba, backend nodejieba',
      there: nodejieba,
      about: nodejieba ? 'the default with --hmm' : 'not there: npm install nodejieba, with a C++ compiler; jieba-rs stands in',
    },
    {
      what: 'jieba, backend jieba-rs',
      there: true,
      about: jiebaRsKind() === 'native' ? 'native' : 'WebAssembly; faster with its native part: npm install @node-rs/jieba',
    },
    { what: 'intl', there: true, about: `ICU ${process.versions.icu ?? ''}` },
    { what: 'characters, whitespace', there: true, about: 'need nothing' },
  ];
}
