/** Writing: a step at a time gives what the whole text gives; drawing by hand. */
import type { HostTensor } from '../../src/engine/ops.js';
import { tableSizes } from '../../src/formats/features.js';
import type { ModelShape } from '../../src/formats/model.js';
import { compilePrediction } from '../../src/model/build.js';
import type { CellName } from '../../src/model/cells/index.js';
import { generate } from '../../src/model/generation.js';
import { drawParameters, VECTORS } from '../../src/model/parameters.js';
import { uniform } from '../../src/model/random.js';
import { sample } from '../../src/model/sampling.js';
import { PLACES } from '../../src/model/products.js';
import { compileStep, firstStates, statesAfter } from '../../src/model/step.js';
import { describeEngines } from '../support/engines.js';

const shapeOf = (cell: CellName): ModelShape => ({
  embedding: { dim: 5, rows: 9, ...tableSizes({}) },
  network: { cell, inputSize: 5, units: 4, layers: 2, directions: ['forward'], resetAfter: true },
  head: { task: 'lm', stretch: 64 },
});

describeEngines((open) => {
  test.each<CellName>(['rnn', 'lstm', 'gru'])('%s: three steps are one text of three time steps', async (cell) => {
    const shape = shapeOf(cell);
    const parameters = drawParameters(shape, 3);
    const engine = await open();
    const next = uniform(5);
    const data = Float32Array.from({ length: 3 * 2 * 5 }, () => next() - 0.5);
    const whole = await compilePrediction(engine, shape, parameters);
    const { logits } = await whole.run({
      [VECTORS]: { shape: [6, 5], data },
      [PLACES]: { shape: [3, 2], data: Int32Array.of(0, 1, 2, 3, 4, 5) },
      lengths: { shape: [2], data: Int32Array.of(3, 3) },
    });
    const step = await compileStep(engine, shape, parameters);
    let states: Record<string, HostTensor> = firstStates(shape, 2);
    for (let t = 0; t < 3; t++) {
      const results = await step.run({
        [VECTORS]: { shape: [2, 5], data: data.slice(t * 10, (t + 1) * 10) },
        ...states,
      });
      states = statesAfter(results);
      results['logits']!.data.forEach((value, i) => expect(Math.abs(value - logits!.data[t * 18 + i]!)).toBeLessThan(1e-5));
    }
    await Promise.all([whole.close(), step.close()]);
  });

  test('texts end, hold no special token, and each has random numbers of its own', async () => {
    const shape = shapeOf('lstm');
    const parameters = drawParameters(shape, 3);
    const step = await compileStep(await open(), shape, parameters);
    const options = { seed: 1, length: 12, temperature: 1, begin: 2, end: 3, never: [0, 1, 2] };
    const three = await generate(step, shape, parameters, [], { ...options, count: 3 });
    const ten = await generate(step, shape, parameters, [], { ...options, count: 10 });
    await step.close();
    expect(ten.slice(0, 3)).toEqual(three);
    expect(new Set(ten.map(String)).size).toBeGreaterThan(5);
    expect(Math.min(...ten.flat())).toBeGreaterThanOrEqual(4);
    expect(ten.some(({ length }) => length < 12)).toBe(true);
  });
});

test('what may be drawn, worked by hand', () => {
  // probabilities 1/8, 4/8, 1/8, 2/8
  const logits = Float32Array.of(0, Math.log(4), 0, Math.log(2));
  const drawn = (options: Partial<Parameters<typeof sample>[1]>): number[] => {
    const next = uniform(1);
    return [...new Set(Array.from({ length: 400 }, () => sample(logits, { temperature: 1, ...options }, next)))].sort();
  };
  expect(drawn({})).toEqual([0, 1, 2, 3]);
  expect(drawn({ topK: 2 })).toEqual([1, 3]);
  expect(drawn({ topP: 0.5 })).toEqual([1]);
  expect(drawn({ topP: 0.51 })).toEqual([1, 3]);
  expect(drawn({ topK: 1, topP: 0.9 })).toEqual([1]);
  expect(drawn({ temperature: 0 })).toEqual([1]);
  const next = uniform(2);
  const ones = Array.from({ length: 4000 }, () => sample(logits, { temperature: 1 }, next)).filter((i) => i === 1).length;
  expect(Math.abs(ones / 4000 - 0.5)).toBeLessThan(0.03);
});
