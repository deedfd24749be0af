// Prediction with weights of 8 bits beside floats, in turn in one process: milliseconds a batch, minimum and median.
// usage: npm run build && node bench/quantize.mjs      THREADS=2 ROUNDS=25
import { openEngine } from '../dist/engine/index.js';
import { compilePrediction } from '../dist/model/build.js';
import { drawParameters } from '../dist/model/parameters.js';
import { least, median, table } from './measure.mjs';

const [threads, rounds] = [Number(process.env.THREADS ?? 2), Number(process.env.ROUNDS ?? 25)];
const head = { task: 'classify', take: 'max', labels: ['a', 'b'] };
const network = (inputSize, layers, directions) => ({ cell: 'lstm', inputSize, units: 128, layers, directions, resetAfter: true });
const CASES = {
  'batch 64 × 32, LSTM 128 → 128': [64, 32, network(128, 1, ['forward'])],
  'batch 128 × 20, 2 × bi-LSTM 300 → 128': [128, 20, network(300, 2, ['forward', 'backward'])],
};

const engine = await openEngine(undefined, { threads });
const rows = [];
for (const [name, [batch, timeSteps, shape]] of Object.entries(CASES)) {
  const model = { embedding: { dim: shape.inputSize, rows: 10, ngramDim: 0, ngramRows: 0 }, network: shape, head };
  const parameters = drawParameters(model, 1);
  const programs = [undefined, 'int8'].map((quantize) => compilePrediction(engine, model, parameters, quantize));
  const feeds = {
    vectors: {
      shape: [timeSteps, batch, shape.inputSize],
      data: Float32Array.from({ length: timeSteps * batch * shape.inputSize }, (_, i) => Math.sin(i)),
    },
    lengths: { shape: [batch], data: new Int32Array(batch).fill(timeSteps) },
    mask: { shape: [timeSteps, batch, 1], data: new Float32Array(timeSteps * batch).fill(1) },
  };
  const times = [[], []];
  for (let round = -3; round < rounds; round++)
    for (const [i, program] of programs.entries()) {
      const ready = await program;
      const begin = performance.now();
      for (let run = 0; run < 4; run++) await ready.run(feeds);
      if (round >= 0) times[i].push((performance.now() - begin) / 4);
    }
  const show = (values) => `${least(values).toFixed(2)} / ${median(values).toFixed(2)}`;
  const [float, int8] = times;
  rows.push([name, show(float), show(int8), `${(least(float) / least(int8)).toFixed(2)} / ${(median(float) / median(int8)).toFixed(2)}`]);
}
console.log(table([`${engine.description}`, 'float ms', 'int8 ms', 'times as fast (min / median)'], rows));
