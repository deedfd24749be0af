/** Sequence to sequence against what fixtures/heads/make_seq2seq.py made with PyTorch: loss, every gradient, greedy and beam search. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Tensor } from '../../src/formats/tensor.js';
import type { TextModel } from '../../src/model/decoding/programs.js';
import { openSpeaker } from '../../src/model/decoding/speaker.js';
import { dataSet } from '../../src/model/training/data.js';
import { denseLayout, openLearner, type Shared } from '../../src/model/training/learner.js';
import { tablesOf } from '../../src/model/parameters.js';
import { BEGIN, UNKNOWN } from '../../src/text/specials.js';
import { describeEngines } from '../support/engines.js';
import { translatorOf } from '../support/translator.js';

type Numbers = number | Numbers[];
type Found = { ids: number[]; logProbability: number; score: number };

interface Golden {
  sizes: { words: number; tokens: number; dim: number; units: number; decoder: number };
  how: { labelSmoothing: number; lengthPenalty: number; maxLength: number; beam: number };
  sources: number[][];
  answers: number[][];
  cases: {
    attention: 'multiplicative' | 'additive';
    layers: number;
    weights: Record<string, Numbers>;
    loss: number;
    gradients: Record<string, Numbers>;
    greedy: Found[][];
    beam: Found[][];
  }[];
}

const { sizes, how, sources, answers, cases } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../fixtures/heads/seq2seq.json'), 'utf8'),
) as Golden;

const flat = (numbers: Numbers): Float32Array => Float32Array.from([numbers].flat(3) as number[]);

const shapeOf = (numbers: Numbers): number[] => (typeof numbers === 'number' ? [] : [numbers.length, ...shapeOf(numbers[0]!)]);

const modelOf = ({ attention, layers }: Golden['cases'][number]): TextModel =>
  translatorOf({ ...sizes, attention, decoderUnits: sizes.decoder, decoderLayers: layers, maxLength: how.maxLength });

const data = dataSet(
  sources.map((ids, i) => ({ ids, answer: [BEGIN, ...answers[i]!], targets: [] })),
  'sentence',
  0,
);

const farthest = (some: ArrayLike<number>, others: ArrayLike<number>): number => {
  expect(some.length).toBe(others.length);
  return Array.from(some, (x, i) => Math.abs(x - others[i]!)).reduce((a, b) => Math.max(a, b), 0);
};

describeEngines((open) => {
  test.each(cases)('$attention attention, $layers layers: the loss and all gradients', async (golden) => {
    const shape = modelOf(golden);
    const layout = denseLayout(shape);
    const dense = new Float32Array(layout.at(-1)!.end);
    for (const { name, begin } of layout) dense.set(flat(golden.weights[name]!), begin);
    const tables = tablesOf(shape).map(({ name }) => ({ name, numbers: flat(golden.weights[name]!) }));
    const shared: Shared = {
      ...{ shape, dense, tables, gradients: [new Float32Array(dense.length)], train: data, valid: undefined },
      options: {
        seed: 1,
        dropout: { layers: 0, embedding: 0, recurrent: 0, token: 0 },
        loss: { labelSmoothing: how.labelSmoothing },
        frozen: [],
      },
    };
    const learner = await openLearner(await open(), shared);
    const tokens = answers.reduce((sum, answer) => sum + answer.length + 1, 0);
    const { loss, sparse } = await learner.gradient({ rows: Int32Array.of(0, 1, 2), part: 0, scale: 1 / tokens, stream: 1 });
    await learner.close();
    expect(Math.abs(loss - golden.loss)).toBeLessThan(1e-5);
    for (const { name, begin, end } of layout)
      expect({ name, near: farthest(shared.gradients[0]!.subarray(begin, end), flat(golden.gradients[name]!)) < 1e-5 }).toEqual({
        name,
        near: true,
      });
    for (const [i, { name, numbers }] of tables.entries()) {
      const { ids, rows } = sparse[i]!;
      const whole = new Float32Array(numbers.length);
      ids.forEach((id, row) => whole.set(rows.subarray(row * sizes.dim, (row + 1) * sizes.dim), id * sizes.dim));
      expect(farthest(whole, flat(golden.gradients[name]!))).toBeLessThan(1e-5);
    }
  });

  test.each(cases)('$attention attention, $layers layers: greedy and beam search', async (golden) => {
    const parameters = new Map(
      Object.entries(golden.weights).map(([name, numbers]) => [name, new Tensor(shapeOf(numbers), flat(numbers))]),
    );
    for (const name of ['greedy', 'beam'] as const) {
      const options = { ...how, beam: name === 'greedy' ? 1 : how.beam, minLength: 0, barred: [UNKNOWN], trace: false };
      const speaker = await openSpeaker(await open(), modelOf(golden), parameters, options);
      const found = await speaker.say(data);
      await speaker.close();
      expect(found.map(({ said }) => said.map(({ ids }) => ids))).toEqual(golden[name].map((texts) => texts.map(({ ids }) => ids)));
      for (const key of ['logProbability', 'score'] as const)
        expect(
          farthest(
            found.flatMap(({ said }) => said.map((one) => one[key])),
            golden[name].flatMap((texts) => texts.map((one) => one[key])),
          ),
        ).toBeLessThan(1e-5);
    }
  });
});
