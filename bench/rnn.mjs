// `rnn` on 20,000 real headlines, padded to 32 characters, 128 → 128: model time beside PyTorch's, and the whole command from Arrow to Arrow
// and JSONL to JSONL. Model time is that of the network over the command's own windows, packing and unpacking counted.
import { execFileSync } from 'node:child_process';
import { createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { openEngine } from '../build/engine/index.js';
import { Tensor } from '../build/formats/tensor.js';
import { readRecords } from '../build/io/read.js';
import { inputFile } from '../build/io/source.js';
import { sideBySide } from '../build/model/jobs.js';
import { openNetwork } from '../build/model/network.js';
import { randomWeights } from '../build/model/shape.js';
import { inWindows } from '../build/steps/batches.js';
import { least, median, once, table } from './measure.mjs';

const [SENTENCES, TIME_STEPS, SIZE, BATCH, THREADS] = [20_000, 32, 128, 64, 2];

/**
 * The headlines' windows; and their numbers as the peer reads them. The numbers of all lie in one array, without padding: of 20,000 records
 * as the command has them one after another the collector would mark all again and again while the time is taken.
 */
async function load(arrow, numbers, lengths) {
  const windows = [];
  const [inputs, sizes] = [createWriteStream(numbers), createWriteStream(lengths)];
  for await (const window of inWindows(readRecords([inputFile(arrow)], { records: true }), BATCH)) {
    const real = new Float32Array(window.reduce((sum, { length }) => sum + length, 0) * SIZE);
    let at = 0;
    windows.push(
      window.map(({ embeddings: { data }, length }) => {
        inputs.write(new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)));
        sizes.write(Buffer.from(Int32Array.of(length).buffer));
        const own = real.subarray(at, (at += length * SIZE));
        own.set(data.subarray(0, own.length));
        return { inputs: new Tensor([length, SIZE], own) };
      }),
    );
  }
  await Promise.all([inputs, sizes].map((stream) => finished(stream.end())));
  return windows;
}

/** Seconds that the network takes for all sentences, as many windows under way as the command has. */
async function modelTime(windows) {
  const shape = { cell: 'lstm', inputSize: SIZE, units: SIZE, layers: 1, directions: ['forward'], resetAfter: true };
  const network = await openNetwork(await openEngine(undefined, { threads: THREADS }), shape, randomWeights(shape, 1), false);
  await sideBySide(windows.slice(0, 8), network.threads, async (window) => void (await network.run(window, BATCH)));
  const begin = performance.now();
  await sideBySide(windows, network.threads, async (window) => void (await network.run(window, BATCH)));
  const seconds = (performance.now() - begin) / 1000;
  await network.close();
  return seconds;
}

export async function rnn({ root, data, runs, folder, own, python }) {
  const file = (name) => join(folder, name);
  const titles = join(data, 'thucnews10/train.tsv');
  execFileSync('bash', ['-c', `head -${SENTENCES + 1} '${titles}' > '${file('headlines.tsv')}'`]);
  const toEmbed = ['--whole', '--segmenter', 'characters', '--to', 'embed', '--length', String(TIME_STEPS), '--dim', String(SIZE)];
  await once(own('run', file('headlines.tsv'), ...toEmbed, '--force', '-o', file('embeddings.arrow')));
  const peerFiles = [file('inputs.f32'), file('lengths.i32')];
  const windows = await load(file('embeddings.arrow'), ...peerFiles);
  const peerArguments = [join(root, 'bench/rnn.py'), ...peerFiles, ...[TIME_STEPS, SIZE, SIZE, BATCH, THREADS].map(String)];
  const [ours, padded, packed, arrow] = [[], [], [], []];
  for (let run = 0; run < runs; run++) {
    const peer = JSON.parse(execFileSync(python, peerArguments, { encoding: 'utf8' }));
    padded.push(peer.padded);
    packed.push(peer.packed);
    ours.push(await modelTime(windows));
    rmSync(file('states.arrow'), { force: true });
    arrow.push(await once(own('rnn', file('embeddings.arrow'), '--units', String(SIZE), '-o', file('states.arrow'))));
  }
  await once(own('convert', file('embeddings.arrow'), '--force', '-o', file('embeddings.jsonl')));
  const jsonl = await once(own('rnn', file('embeddings.jsonl'), '--units', String(SIZE), '--force', '-o', file('states.jsonl')));
  const show = (values) => `${least(values).toFixed(2)} / ${median(values).toFixed(2)}`;
  const times = (peer) => `${show(ours.map((seconds, i) => peer[i] / seconds))} times`;
  const whole = arrow.map(({ seconds }, i) => seconds / ours[i]);
  return table(
    ['20,000 headlines × 32, 128 → 128', 's (min / median)', 'ratio (min / median)'],
    [
      ['rnn-pipe, model time', show(ours), ''],
      ['PyTorch nn.LSTM, padded, all time steps', show(padded), `rnn-pipe ${times(padded)} as fast`],
      ['PyTorch nn.LSTM, packed with lengths', show(packed), `rnn-pipe ${times(packed)} as fast`],
      ['rnn-pipe rnn, Arrow to Arrow, whole process', show(arrow.map(({ seconds }) => seconds)), `${show(whole)} times its model time`],
      ['rnn-pipe rnn, JSONL to JSONL, whole process', jsonl.seconds.toFixed(2), ''],
    ],
  );
}
