// `npm run bench [-- tokenize|vocab|rnn|train|tag|seq2seq|serve|memory …]`: side by side with the peers in one run; ratios, never one figure.
// Data: RNN_PIPE_DATA (default ../shared/data), for measuring only. RUNS=5 rounds after one that is not counted.
import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { inTurn, once, row, table } from './measure.mjs';
import { corpora } from './corpora.mjs';
import { predict } from './predict.mjs';
import { seq2seq, tag } from './heads.mjs';
import { rnn } from './rnn.mjs';
import { serve } from './serve.mjs';
import { train } from './train.mjs';

const root = resolve(import.meta.dirname, '..');
// with it Node reads a hundred certificates before it does anything, whoever asks for them: 0.05 s of each command
delete process.env.NODE_EXTRA_CA_CERTS;
const data = resolve(process.env.RNN_PIPE_DATA ?? join(root, '../shared/data'));
const runs = Number(process.env.RUNS ?? 5);
const folder = mkdtempSync(join(process.env.BENCH_TMP ?? tmpdir(), 'rnn-pipe-bench-'));
const file = (name) => join(folder, name);
const own = (...args) => ({ command: process.execPath, args: [join(root, 'bin/rnn-pipe.js'), ...args, '--quiet'] });
const python = join(execFileSync('bash', [join(root, 'bench/venv.sh')], { encoding: 'utf8' }).trim(), 'bin/python');

async function raw(name) {
  const target = file(`${name}.txt`);
  if (!existsSync(target))
    await pipeline(createReadStream(join(data, `rawcorpus/${name}.txt.gz`)), createGunzip(), createWriteStream(target));
  return target;
}

const HEAD = ['what', 'rnn-pipe s (min / median)', 'peer s', 'times the peer (min / median)', 'peak MB'];

const BENCHES = {
  async tokenize() {
    const text = await raw('modern_mixed');
    const [peer, builtin, rs, node] = await inTurn(
      [
        { name: 'python -m jieba', command: python, args: ['-m', 'jieba', text], stdout: file('jieba.txt') },
        { name: 'builtin', ...own('tokenize', text, '--force', '-o', file('tokens.jsonl')) },
        { name: 'jieba-rs', ...own('tokenize', text, '--backend', 'jieba-rs', '--force', '-o', file('tokens.jsonl')) },
        { name: 'nodejieba', ...own('tokenize', text, '--backend', 'nodejieba', '--force', '-o', file('tokens.jsonl')) },
      ],
      runs,
    );
    return table(HEAD, [
      row('tokenize 30 MB, builtin', builtin, peer),
      row('tokenize 30 MB, jieba-rs', rs, peer),
      row('tokenize 30 MB, nodejieba', node, peer),
    ]);
  },

  async vocab() {
    await once(own('tokenize', await raw('modern_mixed'), '--backend', 'jieba-rs', '--force', '-o', file('tokens.jsonl')));
    const both = async () => {
      const a = await once(own('vocab', file('tokens.jsonl'), '--force', '-o', file('v.json')));
      const b = await once(own('encode', file('tokens.jsonl'), '--vocab', file('v.json'), '--force', '-o', file('ids.jsonl')));
      return { seconds: a.seconds + b.seconds, peak: Math.max(a.peak, b.peak) };
    };
    const [peer, ours] = await inTurn(
      [
        {
          name: 'counter.py',
          command: python,
          args: [join(root, 'bench/counter.py'), file('tokens.jsonl'), file('pv.json'), file('pids.jsonl')],
        },
        { name: 'vocab + encode', measure: both },
      ],
      runs,
    );
    return table(HEAD, [row('vocab + encode', ours, peer)]);
  },

  rnn: () => rnn({ root, data, runs, folder, own, python }),
  train: () => train({ root, data, runs, folder, python }),
  serve: () => serve({ root, file, own }),
  predict: () => predict({ root, data, runs, folder, own, python }),
  tag: () => tag({ root, data, runs, folder, own, python }),
  seq2seq: () => seq2seq({ root, data, runs, folder, own, python }),

  async corpora() {
    return corpora({ texts: [await raw('modern_mixed'), await raw('poetry_classical')], data, file, own, python, runs });
  },

  async memory() {
    const [small, large] = [await raw('modern_mixed'), await raw('poetry_classical')];
    const rows = [];
    for (const [name, inputs] of [
      ['30 MB', [small]],
      ['100 MB', [small, large]],
      ['400 MB', Array(4).fill([small, large]).flat()],
    ])
      for (const workers of ['1', '2']) {
        const { seconds, peak } = await once(
          own('run', ...inputs, '--to', 'pad', '--length', '32', '--min-count', '5', '--workers', workers, '--force', '-o', '/dev/null'),
        );
        rows.push([name, workers, seconds.toFixed(1), peak.toFixed(0)]);
      }
    return table(['steps 1 to 4 over', 'workers', 's', 'peak MB, all of the process'], rows);
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) throw new Error(`no such bench: ${unknown.join(', ')} (there are ${Object.keys(BENCHES).join(', ')})`);
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${execFileSync(python, ['--version'], { encoding: 'utf8' }).trim()}; ${runs} runs\n`,
);
try {
  for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) console.log(`## ${name}\n\n${await BENCHES[name]()}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
