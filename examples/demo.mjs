// `npm run demo`: a real text through all eight steps, each result shown. What it types is what you can type.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'rnn-pipe-demo-'));
const text = join(root, 'examples/news.txt');

function type(args) {
  console.log(`\n$ rnn-pipe ${args.join(' ').replace(text, 'examples/news.txt')}`);
  const { status } = spawnSync(process.execPath, [join(root, 'bin/rnn-pipe.js'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

const STEPS = [
  ['1  sentences', ['sentences', text, '-o', '1-sentences.jsonl']],
  ['2  tokens', ['tokenize', '1-sentences.jsonl', '-o', '2-tokens.jsonl']],
  ['3  a vocabulary of them', ['vocab', '2-tokens.jsonl', '-o', 'vocabulary.json']],
  ['3  ids', ['encode', '2-tokens.jsonl', '--vocab', 'vocabulary.json', '-o', '3-ids.jsonl']],
  ['4  one length: padding and mask', ['pad', '3-ids.jsonl', '--length', '20', '-o', '4-padded.jsonl']],
  ['5  one word vector a time step', ['embed', '4-padded.jsonl', '--vocab', 'vocabulary.json', '--dim', '16', '-o', '5-embeddings.jsonl']],
  [
    '6  an LSTM: one hidden state a time step',
    ['rnn', '5-embeddings.jsonl', '--cell', 'lstm', '--units', '8', '--trace', '-o', '6-states.jsonl'],
  ],
  ['7  its output: the state at the last real time step', ['output', '6-states.jsonl', '-o', '7-outputs.jsonl']],
  [
    '8  a label (of weights drawn at random: nothing is trained yet)',
    ['classify', '7-outputs.jsonl', '--labels', 'finance,sports', '-o', '8-predictions.jsonl'],
  ],
];

console.log(readFileSync(text, 'utf8').trimEnd());
try {
  for (const [title, args] of STEPS) {
    console.log(`\n── ${title}`);
    type(args);
    type(['inspect', args.at(-1)]);
  }
  console.log('\n── all of it as one command, in memory: the same bytes');
  type([
    'run',
    text,
    '--to',
    'classify',
    '--vocab',
    'vocabulary.json',
    '--length',
    '20',
    '--dim',
    '16',
    '--units',
    '8',
    '--trace',
    '--labels',
    'finance,sports',
    '-o',
    'run.jsonl',
  ]);
  const same = readFileSync(join(folder, 'run.jsonl')).equals(readFileSync(join(folder, '8-predictions.jsonl')));
  console.log(same ? 'run.jsonl = 8-predictions.jsonl, byte for byte' : 'run.jsonl differs from 8-predictions.jsonl');
  if (!same) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
