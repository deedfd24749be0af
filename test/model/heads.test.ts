/** Losses of the heads and their gradients equal to PyTorch's; fixtures/heads/make_losses.py made the numbers. Scores by hand. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gradientOf, type HostTensor, type InputType } from '../../src/engine/ops.js';
import type { HeadDefinition } from '../../src/formats/model.js';
import type { Targets } from '../../src/model/heads/head.js';
import { headOf } from '../../src/model/heads/index.js';
import { bestThreshold, f1Scores } from '../../src/model/heads/multilabel.js';
import { describeEngines } from '../support/engines.js';

interface Plain {
  shape: number[];
  data: number[];
}

interface Golden {
  definition: HeadDefinition;
  /** of each sentence, or of each token */
  targets: number[][];
  lengths?: number[];
  loss: number;
  inputs: Record<string, Plain>;
  gradients: Record<string, Plain>;
}

const goldens = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../fixtures/heads/losses.json'), 'utf8')) as Record<
  string,
  Golden
>;

const tensor = ({ shape, data }: Plain): HostTensor => ({ shape, data: Float32Array.from(data) });

/** What the head is fed for all sentences as one batch. */
function feedsOf({ definition, targets, lengths = targets.map(() => 1) }: Golden): Record<string, HostTensor> {
  const all: Targets = { per: 'sentence', width: targets[0]!.length, numbers: Float32Array.from(targets.flat()) };
  const rows = lengths.map((_, row) => row);
  const offsets = [0, ...lengths.map((_, row) => lengths.slice(0, row + 1).reduce((sum, one) => sum + one, 0))];
  const about = { rows, targets: all, offsets, lengths: Int32Array.from(lengths), options: { labelSmoothing: 0 } };
  const head = headOf(definition);
  return head.lossFeeds(definition, { ...about, timeSteps: Math.max(...lengths), scale: 1 / head.weightOf(definition, about) });
}

test('the goldens have every loss', () => {
  expect(Object.keys(goldens)).toEqual(['regress mse', 'regress mae', 'regress huber', 'multilabel', 'lm', 'lm both ways']);
});

describeEngines((open) => {
  test.each(Object.entries(goldens))('%s', async (_, golden) => {
    const { definition, inputs, gradients, loss } = golden;
    const head = headOf(definition);
    const float = (shape: InputType['shape']): InputType => ({ type: 'float', shape });
    const width = inputs['hiddenStates']?.shape[2] ?? 5;
    const below = { output: ['batch', width], hiddenStates: ['timeSteps', 'batch', width] };
    const types = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape }]) => [name, float(name in below ? below[name as keyof typeof below] : shape)]),
    );
    const program = await (
      await open()
    ).compile(
      { ...types, ...head.lossInputs(definition) },
      (ops, { output, hiddenStates, ...given }) => ({
        loss: head.loss(ops, definition, given, { hiddenStates: hiddenStates!, ...(output === undefined ? {} : { output }) }, given),
      }),
      { differentiate: { loss: 'loss', to: Object.keys(inputs) } },
    );
    const plain = Object.entries(inputs).map(([name, value]): [string, HostTensor] => [name, tensor(value)]);
    const results = await program.run({ ...Object.fromEntries(plain), ...feedsOf(golden) });
    await program.close();
    expect(Math.abs(results['loss']!.data[0]! - loss)).toBeLessThan(1e-5);
    for (const [name, { data }] of Object.entries(gradients)) {
      const found = results[gradientOf(name)]!.data;
      expect(found).toHaveLength(data.length);
      data.forEach((value, i) => expect(Math.abs(found[i]! - value)).toBeLessThan(1e-5));
    }
  });
});

const perSentence = (width: number, ...numbers: number[]): Targets => ({ per: 'sentence', width, numbers: Float32Array.from(numbers) });

test('the scores of a regression, worked by hand', () => {
  const definition: HeadDefinition = { task: 'regress', take: 'last', loss: 'huber', columns: [], mean: [2], deviation: [2] };
  const data = { offsets: [0, 1, 2, 3], targets: perSentence(1, 1, 2, 6) };
  // errors 1, 0, -3: √(10/3), 4/3; Huber's of 1/2, 0, -3/2: (1/8 + 0 + 1)/3; r: covariance 4, variances 2/3 and 14
  const scores = headOf(definition).scores(definition, { numbers: perSentence(1, 2, 2, 3) }, data, new Map());
  expect(scores['rmse']).toBeCloseTo(Math.sqrt(10 / 3), 6);
  expect(scores['mae']).toBeCloseTo(4 / 3, 6);
  expect(scores['loss']).toBeCloseTo(1.125 / 3, 6);
  expect(scores['r']).toBeCloseTo(3 / Math.sqrt((2 / 3) * 14), 6);
});

test('the threshold with the best micro-F1, worked by hand', () => {
  const wanted = Float32Array.of(1, 0, 1, 0, 0, 0);
  const probabilities = Float32Array.of(0.875, 0.75, 0.375, 0.25, 0.125, 0);
  // the first 1, 2, 3, 4 given: F1 2/3, 2/4, 4/5, 4/6
  expect(bestThreshold(probabilities, wanted)).toBe((0.375 + 0.25) / 2);
  // two texts, three labels: one right of one given and two wanted; label by label 1, 0 and 0
  expect(f1Scores(probabilities, Float32Array.of(1, 0, 1, 0, 0, 0), 3, 0.8)).toEqual({
    microF1: 2 / 3,
    macroF1: 1 / 3,
    subsetAccuracy: 0.5,
  });
});

test('equal probabilities are given together or not at all', () => {
  expect(bestThreshold(Float32Array.of(0.5, 0.5, 0.25), Float32Array.of(1, 0, 0))).toBe(0.375);
});
