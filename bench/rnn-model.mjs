// Our side of `rnn`: the seconds that the network takes for all headlines, in a process that has started and read all, as PyTorch's is.
//
// usage: node rnn-model.mjs EMBEDDINGS.arrow SIZE BATCH THREADS
import { openEngine } from '../build/engine/index.js';
import { Tensor } from '../build/formats/tensor.js';
import { readRecords } from '../build/io/read.js';
import { inputFile } from '../build/io/source.js';
import { sideBySide } from '../build/model/jobs.js';
import { openNetwork } from '../build/model/network.js';
import { randomWeights } from '../build/model/shape.js';
import { inWindows } from '../build/steps/batches.js';

const [file, ...numbers] = process.argv.slice(2);
const [SIZE, BATCH, THREADS] = numbers.map(Number);

/**
 * The headlines' windows, as the command has them. The numbers of a window lie in one array, without padding: of 20,000 records as the command has them one after
 * another the collector would mark all again and again while the time is taken.
 */
async function load() {
  const windows = [];
  for await (const window of inWindows(readRecords([inputFile(file)], { records: true }), BATCH)) {
    const real = new Float32Array(window.reduce((sum, { length }) => sum + length, 0) * SIZE);
    let at = 0;
    windows.push(
      window.map(({ embeddings: { data }, length }) => {
        const own = real.subarray(at, (at += length * SIZE));
        own.set(data.subarray(0, own.length));
        return { inputs: new Tensor([length, SIZE], own) };
      }),
    );
  }
  return windows;
}

const shape = { cell: 'lstm', inputSize: SIZE, units: SIZE, layers: 1, directions: ['forward'], resetAfter: true };
const network = await openNetwork(await openEngine(undefined, { threads: THREADS }), shape, randomWeights(shape, 1), false);
const windows = await load();
const run = (some) => sideBySide(some, network.threads, async (window) => void (await network.run(window, BATCH)));
await run(windows.slice(0, 8));
const begin = performance.now();
await run(windows);
console.log((performance.now() - begin) / 1000);
