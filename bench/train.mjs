// Training beside PyTorch with Adam: sentences a second of one LSTM classifier, the same sizes and the same sentences.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { uniform } from '../build/model/random.js';
import { tableSizes } from '../build/formats/features.js';
import { drawParameters } from '../build/model/parameters.js';
import { dataSet } from '../build/model/training/data.js';
import { OPTIMIZER_DEFAULTS } from '../build/model/training/optimizer.js';
import { openTraining } from '../build/model/training/trainer.js';
import { least, median, table } from './measure.mjs';

const CASES = [
  {
    name: '(a) 1 LSTM layer, 128 → 128, batch 64 × 32, vocabulary 5,000',
    aim: 0.8,
    batch: 64,
    steps: 32,
    dim: 128,
    layers: 1,
    directions: 1,
    words: 5000,
    batches: 150,
    packed: 0,
  },
  {
    name: '(b) 2 bidirectional layers, 300 → 128, batch 128, THUCNews headlines',
    aim: 1.3,
    batch: 128,
    steps: 32,
    dim: 300,
    layers: 2,
    directions: 2,
    words: 5000,
    batches: 30,
    packed: 1,
    headlines: true,
  },
  {
    name: '(c) 1 LSTM layer, 128 → 128, batch 64 × 200',
    aim: 0.95,
    batch: 64,
    steps: 200,
    dim: 128,
    layers: 1,
    directions: 1,
    words: 5000,
    batches: 20,
    packed: 0,
  },
  {
    name: '(d) vocabulary 200,000 × 300, batch 64 × 32, 300 → 128',
    aim: 5,
    batch: 64,
    steps: 32,
    dim: 300,
    layers: 1,
    directions: 1,
    words: 200_000,
    batches: 20,
    packed: 0,
  },
];

/** Ids of `count` sentences. */
function sentences({ steps, words, headlines }, count, data) {
  const next = uniform(3);
  if (!headlines) return Array.from({ length: count }, () => Array.from({ length: steps }, () => 4 + Math.floor(next() * (words - 4))));
  const ids = new Map();
  return readFileSync(join(data, 'thucnews10/train.tsv'), 'utf8')
    .split('\n')
    .slice(1, count + 1)
    .map((line) => {
      const text = [...line.slice(line.indexOf('\t') + 1)].slice(0, steps);
      return text.map((character) => ids.get(character) ?? (ids.set(character, 4 + (ids.size % (words - 4))), ids.get(character)));
    });
}

async function ours(one, rows) {
  const { batch, dim, layers, directions, words } = one;
  const next = uniform(5);
  const train = dataSet(
    rows.map((ids) => ({ ids, targets: [Math.floor(next() * 10)] })),
    'sentence',
    1,
  );
  const shape = {
    embedding: { dim, rows: words, ...tableSizes({}) },
    network: {
      cell: 'lstm',
      inputSize: dim,
      units: 128,
      layers,
      directions: directions === 2 ? ['forward', 'backward'] : ['forward'],
      resetAfter: true,
    },
    head: { task: 'classify', take: 'last', labels: Array.from({ length: 10 }, (_, i) => String(i)) },
  };
  const training = await openTraining(
    shape,
    { train, valid: undefined },
    {
      workers: 2,
      parts: 2,
      epochs: 2,
      batchSize: batch,
      optimizer: OPTIMIZER_DEFAULTS,
      learningRate: 0.001,
      schedule: 'constant',
      warmup: 0,
      metric: 'accuracy',
      seed: 1,
      dropout: { layers: 0, embedding: 0, recurrent: 0, token: 0 },
      loss: { labelSmoothing: 0 },
      frozen: [],
    },
    { parameters: drawParameters(shape, 1) },
  );
  let [steps, begin, done] = [0, 0, 0];
  for await (const event of training.events()) {
    if (event.kind !== 'step') continue;
    if (steps++ === 3) begin = performance.now();
    else if (begin > 0) done += event.sentences;
    if (done >= one.batches * batch) break;
  }
  const perSecond = done / ((performance.now() - begin) / 1000);
  await training.close();
  return perSecond;
}

export async function train({ root, data, runs, folder, python }) {
  const rows = [];
  for (const one of CASES) {
    const count = one.headlines ? 20_000 : one.batches * one.batch;
    const ids = sentences(one, count, data);
    const file = join(folder, 'ids.bin');
    writeFileSync(file, Int32Array.from([ids.length, ...ids.map(({ length }) => length), ...ids.flat()]));
    const numbers = [one.batch, one.steps, one.dim, 128, one.layers, one.directions, one.words, one.packed, one.batches, 2];
    const [own, peer] = [[], []];
    for (let run = 0; run < runs; run++) {
      own.push(await ours(one, ids));
      peer.push(Number(execFileSync(python, [join(root, 'bench/train.py'), ...numbers.map(String), file], { encoding: 'utf8' })));
    }
    const ratios = own.map((speed, i) => speed / peer[i]);
    const show = (values) => `${median(values).toFixed(0)} / ${Math.max(...values).toFixed(0)}`;
    rows.push([one.name, show(own), show(peer), `${least(ratios).toFixed(2)} / ${median(ratios).toFixed(2)}`, String(one.aim)]);
  }
  return table(['training with Adam', 'rnn-pipe, sentences/s (median / best)', 'PyTorch', 'times PyTorch (min / median)', 'aim'], rows);
}
