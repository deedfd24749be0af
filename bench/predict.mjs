// Prediction beside PyTorch: ids to labels in float and 8 bits, and raw text to labels as whole processes.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine } from '../build/engine/index.js';
import { compilePrediction } from '../build/model/build.js';
import { tableSizes } from '../build/formats/features.js';
import { drawParameters } from '../build/model/parameters.js';
import { answersOf } from '../build/model/predictor.js';
import { uniform } from '../build/model/random.js';
import { inTurn, least, median, once, row, table } from './measure.mjs';

const [BATCH, STEPS, SIZE, WORDS, BATCHES, THREADS, LABELS] = [64, 32, 128, 5000, 150, 2, 10];
const LINES = 100_000;
const BACKENDS = ['builtin', 'jieba-rs', 'nodejieba'];
const show = (values, digits = 2) => `${least(values).toFixed(digits)} / ${median(values).toFixed(digits)}`;

const shape = {
  embedding: { dim: SIZE, rows: WORDS, ...tableSizes({}) },
  network: { cell: 'lstm', inputSize: SIZE, units: SIZE, layers: 1, directions: ['forward'], resetAfter: true },
  head: { task: 'classify', take: 'last', labels: Array.from({ length: LABELS }, (_, i) => String(i)) },
};

/** Sentences a second. */
async function fromIds(program, parameters) {
  const next = uniform(3);
  const count = BATCHES * BATCH;
  const sentences = {
    ids: Int32Array.from({ length: count * STEPS }, () => 4 + Math.floor(next() * (WORDS - 4))),
    offsets: Int32Array.from({ length: count + 1 }, (_, i) => i * STEPS),
  };
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  await answersOf(program, shape, parameters, sentences, rows.subarray(0, 5 * BATCH), BATCH);
  const begin = performance.now();
  await answersOf(program, shape, parameters, sentences, rows, BATCH);
  return count / ((performance.now() - begin) / 1000);
}

async function ids({ root, runs, python }) {
  const engine = await openEngine(undefined, { threads: THREADS });
  const parameters = drawParameters(shape, 1);
  const programs = {
    float: await compilePrediction(engine, shape, parameters),
    int8: await compilePrediction(engine, shape, parameters, { quantize: 'int8' }),
  };
  const numbers = [BATCH, STEPS, SIZE, WORDS, BATCHES, THREADS].map(String);
  const speeds = { float: [], int8: [], padded: [], packed: [] };
  for (let run = 0; run < runs; run++) {
    const peer = JSON.parse(execFileSync(python, [join(root, 'bench/predict.py'), 'ids', ...numbers], { encoding: 'utf8' }));
    for (const name of ['padded', 'packed']) speeds[name].push(peer[name]);
    for (const [name, program] of Object.entries(programs)) speeds[name].push(await fromIds(program, parameters));
  }
  const times = (name, peer) => show(speeds[name].map((speed, i) => speed / speeds[peer][i]));
  return table(
    [
      `ids to labels, batch ${BATCH} × ${STEPS}, ${SIZE} → ${SIZE}`,
      'sentences/s (min / median)',
      'times PyTorch, padded (oneDNN)',
      'times PyTorch, packed',
    ],
    [
      ['rnn-pipe, float', show(speeds.float, 0), times('float', 'padded'), times('float', 'packed')],
      ['rnn-pipe, int8', show(speeds.int8, 0), times('int8', 'padded'), times('int8', 'packed')],
      ['PyTorch, padded', show(speeds.padded, 0), '', ''],
      ['PyTorch, packed', show(speeds.packed, 0), '', ''],
    ],
  );
}

/** The texts of labelled files, of which the column "text" is the second. */
const textsOf = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split('\t')[1]);

async function text({ root, data, runs, folder, own, python }) {
  const file = (name) => join(folder, name);
  const texts = ['thucnews10', 'nlpcc2017', 'toutiao15'].flatMap((name) =>
    ['train', 'dev'].flatMap((part) => textsOf(join(data, name, `${part}.tsv`))),
  );
  if (texts.length < LINES) throw new Error(`only ${texts.length} headlines`);
  writeFileSync(file('headlines.txt'), `${texts.slice(0, LINES).join('\n')}\n`);
  const sizes = ['--dim', String(SIZE), '--units', String(SIZE), '--max-length', String(STEPS), '--max-size', '20000'];
  execFileSync('bash', ['-c', `head -10001 '${join(data, 'thucnews10/train.tsv')}' > '${file('train.tsv')}'`]);
  for (const backend of BACKENDS)
    await once(
      own(
        ...['train', file('train.tsv'), '--out', file(backend), '--backend', backend, ...sizes],
        ...['--epochs', '1', '--hold-out', '0%', '--min-count', '1', '--force'],
      ),
    );
  const { tokens } = JSON.parse(readFileSync(file('jieba-rs/vocabulary.json'), 'utf8'));
  writeFileSync(
    file('words.txt'),
    `${tokens
      .slice(4)
      .map((token) => (Array.isArray(token) ? token[0] : (token.token ?? token)))
      .join('\n')}\n`,
  );
  const peer = [
    join(root, 'bench/predict.py'),
    'text',
    file('headlines.txt'),
    file('peer.txt'),
    file('words.txt'),
    ...[STEPS, SIZE, 256, THREADS].map(String),
  ];
  const ways = BACKENDS.flatMap((backend) => [
    { name: `${backend}, float`, arguments: [file(backend), file('headlines.txt')] },
    { name: `${backend}, int8`, arguments: [file(backend), file('headlines.txt'), '--quantize', 'int8'] },
  ]);
  const [python_, ...ours] = await inTurn(
    [
      { name: 'jieba and PyTorch', command: python, args: peer },
      ...ways.map((way) => ({ name: way.name, ...own('predict', ...way.arguments, '--force', '-o', file('labels.txt')) })),
    ],
    runs,
  );
  return table(
    [
      '100,000 headlines, raw text to labels, whole process',
      's (min / median)',
      'jieba and PyTorch, s',
      'times as fast (min / median)',
      'peak MB',
    ],
    ours.map((one, i) => row(ways[i].name, one, python_)),
  );
}

export const predict = async (setting) => `${await ids(setting)}\n\n${await text(setting)}`;
