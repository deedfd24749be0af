// `rnn` on 20,000 padded headlines, 128 → 128: model time beside PyTorch's, and the whole command from Arrow to Arrow and JSONL to JSONL.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { openEngine } from '../dist/engine/index.js';
import { Tensor } from '../dist/formats/tensor.js';
import { openNetwork } from '../dist/model/network.js';
import { uniform } from '../dist/model/random.js';
import { randomWeights } from '../dist/model/shape.js';
import { least, median, once, table } from './measure.mjs';

const [SENTENCES, TIME_STEPS, SIZE, BATCH] = [20_000, 32, 128, 64];

/** Seconds that the network takes for all sentences, packing and unpacking counted. */
async function modelTime() {
  const shape = { cell: 'lstm', inputSize: SIZE, units: SIZE, layers: 1, directions: ['forward'], resetAfter: true };
  const network = await openNetwork(await openEngine(undefined, {}), shape, randomWeights(shape, 1), false);
  const next = uniform(1);
  const sequence = () => ({
    inputs: new Tensor(
      [TIME_STEPS, SIZE],
      Float32Array.from({ length: TIME_STEPS * SIZE }, () => next() - 0.5),
    ),
  });
  const batch = Array.from({ length: BATCH }, sequence);
  await network.run(batch);
  const begin = performance.now();
  let pending;
  for (let at = 0; at < SENTENCES; at += BATCH) {
    const run = network.run(batch.slice(0, Math.min(BATCH, SENTENCES - at)));
    await pending;
    pending = run;
  }
  await pending;
  return (performance.now() - begin) / 1000;
}

export async function rnn({ root, data, runs, folder, own, python }) {
  const file = (name) => join(folder, name);
  const titles = join(data, 'thucnews10/train.tsv');
  // 20,000 real headlines, every one cut or padded to 32 characters
  execFileSync('bash', ['-c', `head -${SENTENCES + 1} '${titles}' > '${file('headlines.tsv')}'`]);
  await once(
    own(
      'run',
      file('headlines.tsv'),
      '--whole',
      '--segmenter',
      'characters',
      '--to',
      'embed',
      '--length',
      String(TIME_STEPS),
      '--dim',
      String(SIZE),
      '--force',
      '-o',
      file('embeddings.arrow'),
    ),
  );
  const [ours, peer, arrow] = [[], [], []];
  for (let run = 0; run < runs; run++) {
    peer.push(
      ...JSON.parse(
        execFileSync(python, [join(root, 'bench/rnn.py'), ...[SENTENCES, TIME_STEPS, SIZE, SIZE, BATCH, 2, 1].map(String)], {
          encoding: 'utf8',
        }),
      ),
    );
    ours.push(await modelTime());
    arrow.push(await once(own('rnn', file('embeddings.arrow'), '--units', String(SIZE), '--force', '-o', file('states.arrow'))));
  }
  await once(own('convert', file('embeddings.arrow'), '--force', '-o', file('embeddings.jsonl')));
  const jsonl = await once(own('rnn', file('embeddings.jsonl'), '--units', String(SIZE), '--force', '-o', file('states.jsonl')));
  const show = (values) => `${least(values).toFixed(2)} / ${median(values).toFixed(2)}`;
  const ratios = ours.map((seconds, i) => peer[i] / seconds);
  const whole = arrow.map(({ seconds }, i) => seconds / ours[i]);
  return table(
    ['20,000 × 32, 128 → 128', 's (min / median)', 'ratio (min / median)'],
    [
      ['PyTorch nn.LSTM, model time', show(peer), ''],
      ['rnn-pipe, model time', show(ours), `${show(ratios)} times PyTorch`],
      ['rnn-pipe rnn, Arrow to Arrow, whole process', show(arrow.map(({ seconds }) => seconds)), `${show(whole)} times its model time`],
      ['rnn-pipe rnn, JSONL to JSONL, whole process', jsonl.seconds.toFixed(2), ''],
    ],
  );
}
