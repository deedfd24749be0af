// `rnn` on 20,000 real headlines, padded to 32 characters, 128 → 128: model time beside PyTorch's, and the whole command from Arrow to Arrow
// and JSONL to JSONL. Model time is that of the network over the command's own windows, packing and unpacking counted. Each has a process of its own,
// and this one stays small: a large one takes long to start others.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readRecords } from '../build/io/read.js';
import { inputFile } from '../build/io/source.js';
import { least, median, once, table } from './measure.mjs';

const [SENTENCES, TIME_STEPS, SIZE, BATCH, THREADS] = [20_000, 32, 128, 64, 2];

/** The headlines' numbers as the peer reads them. */
async function write(arrow, numbers, lengths) {
  const [inputs, sizes] = [numbers, lengths].map((path) => openSync(path, 'w'));
  for await (const batch of readRecords([inputFile(arrow)], { records: true })) {
    for (const { embeddings } of batch) writeSync(inputs, embeddings.data);
    writeSync(
      sizes,
      Int32Array.from(batch, ({ length }) => length),
    );
  }
  for (const descriptor of [inputs, sizes]) closeSync(descriptor);
}

export async function rnn({ root, data, runs, folder, own, python }) {
  const file = (name) => join(folder, name);
  const titles = join(data, 'thucnews10/train.tsv');
  execFileSync('bash', ['-c', `head -${SENTENCES + 1} '${titles}' > '${file('headlines.tsv')}'`]);
  const toEmbed = ['--whole', '--segmenter', 'characters', '--to', 'embed', '--length', String(TIME_STEPS), '--dim', String(SIZE)];
  await once(own('run', file('headlines.tsv'), ...toEmbed, '--force', '-o', file('embeddings.arrow')));
  const peerFiles = [file('inputs.f32'), file('lengths.i32')];
  await write(file('embeddings.arrow'), ...peerFiles);
  const peerArguments = [join(root, 'bench/rnn.py'), ...peerFiles, ...[TIME_STEPS, SIZE, SIZE, BATCH, THREADS].map(String)];
  const [ours, padded, packed, arrow] = [[], [], [], []];
  const ownArguments = [join(root, 'bench/rnn-model.mjs'), file('embeddings.arrow'), ...[SIZE, BATCH, THREADS].map(String)];
  // the first round is not counted
  for (let round = -1; round < runs; round++) {
    const peer = JSON.parse(execFileSync(python, peerArguments, { encoding: 'utf8' }));
    const model = Number(execFileSync(process.execPath, ownArguments, { encoding: 'utf8' }));
    rmSync(file('states.arrow'), { force: true });
    const whole = await once(own('rnn', file('embeddings.arrow'), '--units', String(SIZE), '-o', file('states.arrow')));
    if (round < 0) continue;
    padded.push(peer.padded);
    packed.push(peer.packed);
    ours.push(model);
    arrow.push(whole);
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
