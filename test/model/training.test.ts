/** The parts of a training, one by one: batches, what a program is fed, the way back to tables, schedules, poolings. */
import fc from 'fast-check';
import { tableSizes } from '../../src/formats/features.js';
import type { ModelShape, Take } from '../../src/formats/model.js';
import { TAKES } from '../../src/formats/model.js';
import { openEngine } from '../../src/engine/index.js';
import { compilePrediction } from '../../src/model/build.js';
import { drawParameters } from '../../src/model/parameters.js';
import { answersOf } from '../../src/model/predictor.js';
import { uniform } from '../../src/model/random.js';
import { batchesOf, partsOf } from '../../src/model/training/batches.js';
import { dataSet, type DataSet, sharedSpace } from '../../src/model/training/data.js';
import { dropout, gathered, partOf, scattered, stepFeeds, type Table } from '../../src/model/training/feeds.js';
import { openLearner, parametersOf, denseLayout, type Shared } from '../../src/model/training/learner.js';
import { newMoments, optimizerOf, OPTIMIZER_DEFAULTS } from '../../src/model/training/optimizer.js';
import { describeEngines } from '../support/engines.js';
import { learningRateAt } from '../../src/model/training/schedule.js';
import { DENSE, SUM, sumParts, update } from '../../src/model/training/update.js';

const sentences = fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 20 });
const setOf = (ids: readonly (readonly number[])[]): DataSet =>
  dataSet(
    ids.map((one) => ({ ids: one, targets: [one[0]! % 2] })),
    'sentence',
    1,
  );

test('an epoch has every sentence once, in parts that are the batch; the seed gives the same again', () => {
  fc.assert(
    fc.property(sentences, fc.integer({ min: 1, max: 8 }), fc.nat(), fc.integer({ min: 1, max: 3 }), (ids, size, seed, parts) => {
      const data = setOf(ids);
      const batches = batchesOf(data, size, seed, 1);
      expect(batches.flatMap((rows) => [...rows]).sort((a, b) => a - b)).toEqual(ids.map((_, i) => i));
      expect(batchesOf(data, size, seed, 1)).toEqual(batches);
      for (const rows of batches) {
        expect(rows.length).toBeLessThanOrEqual(size);
        const pieces = partsOf(rows, parts);
        expect(pieces.flatMap((piece) => [...piece]).sort()).toEqual([...rows].sort());
        expect(pieces.every(({ length }) => length > 0)).toBe(true);
      }
    }),
  );
});

test('batches are of like length', () => {
  const next = uniform(1);
  const data = setOf(Array.from({ length: 1000 }, () => Array.from({ length: 1 + Math.floor(50 * next()) }, () => 5)));
  for (const rows of batchesOf(data, 16, 1, 1)) {
    const { lengths } = partOf(data, rows);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(10);
  }
});

test('what is gathered from a table and what is scattered back are adjoint: <gather(E), G> = <E, scatter(G)>', () => {
  fc.assert(
    fc.property(sentences, fc.nat(), (ids, seed) => {
      const next = uniform(seed);
      const data = setOf(ids);
      const draw = (length: number): Float32Array => Float32Array.from({ length }, () => Math.round(8 * next() - 4));
      // one table that two fields of ids read, behind another one
      const tables: Table[] = [
        { name: 'embedding', dim: 3, numbers: draw(30), ids: [data.ids] },
        { name: 'affixEmbedding', dim: 2, numbers: draw(20), ids: [data.ids.toReversed(), data.ids] },
      ];
      const part = partOf(data, [...ids.keys()]);
      const { vectors, chosen } = gathered(tables, data.offsets, part);
      expect(vectors.shape).toEqual([part.timeSteps, ids.length, 3 + 2 * 2]);
      const gradient = draw(vectors.data.length);
      const left = gradient.reduce((sum, g, i) => sum + g * vectors.data[i]!, 0);
      let right = 0;
      for (const [i, { dim, numbers }] of tables.entries()) {
        const { ids: touched, rows } = scattered(gradient, 7, 3 * i, dim, chosen[i]!, new Int32Array(10), sharedSpace());
        for (const [row, id] of touched.entries()) for (let k = 0; k < dim; k++) right += rows[row * dim + k]! * numbers[id * dim + k]!;
        expect(new Set(touched).size).toBe(touched.length);
      }
      expect(right).toBe(left);
    }),
  );
});

test('dropout keeps the share that it says, and the mean', () => {
  const data = Float32Array.from(dropout([100_000], 0.3, uniform(2)).data);
  const zeros = data.filter((x) => x === 0).length / data.length;
  expect(Math.abs(zeros - 0.3)).toBeLessThan(0.01);
  expect(Math.abs(data.reduce((sum, x) => sum + x, 0) / data.length - 1)).toBeLessThan(0.02);
});

test('vectors are drawn with the deviation that is asked for, and nothing else is', () => {
  const shape: ModelShape = {
    embedding: { dim: 50, rows: 101, ...tableSizes({}) },
    network: { cell: 'lstm', inputSize: 50, units: 4, layers: 1, directions: ['forward'], resetAfter: true },
    head: { task: 'classify', take: 'last', labels: ['a', 'b'] },
  };
  const [usual, wide] = [drawParameters(shape, 1), drawParameters(shape, 1, 2)];
  const vectors = wide.get('embedding')!.data;
  expect(vectors.subarray(0, 50).every((x) => x === 0)).toBe(true);
  // the standard error of a deviation from 5,000 numbers is 1 % of it
  const deviation = Math.sqrt(vectors.reduce((sum, x) => sum + x * x, 0) / 5000);
  expect(Math.abs(deviation - 2)).toBeLessThan(0.1);
  for (const [name, { data }] of usual)
    expect([...wide.get(name)!.data].map((x) => Math.fround(name === 'embedding' ? x / 20 : x))).toEqual(
      [...data].map((x) => expect.closeTo(x, 6) as number),
    );
});

describeEngines((open) => {
  test('a step of the optimiser in shares moves every number as one share does, once', async () => {
    const engine = await open();
    const means = { add: engine.inPlace(SUM), update: optimizerOf(engine, OPTIMIZER_DEFAULTS) };
    const stepped = (shares: number): number[][] => {
      const shape = {} as ModelShape; // the update does not look at it
      const [dense, gradient] = [Float32Array.from({ length: 7 }, (_, i) => i), Float32Array.from({ length: 7 }, (_, i) => i - 3)];
      const table = new Float32Array(10).fill(1);
      const gradients = [gradient, gradient.slice()];
      const shared = { shape, dense, tables: [{ name: 'embedding', numbers: table }], gradients } as unknown as Shared;
      const moments = new Map([DENSE, 'embedding'].map((name, i) => [name, newMoments(OPTIMIZER_DEFAULTS, [7, 10][i]!)]));
      const sparse = [{ ids: Int32Array.of(4, 1, 3), rows: Float32Array.of(1, -1, 2, -2, 3, -3) }];
      for (const step of [1, 2])
        for (let share = 0; share < shares; share++)
          update(shared, moments, means, { learningRate: 0.1, step, scale: 1, parts: 1, sparse }, share, shares);
      return [[...dense], [...table], ...[...moments.values()].flatMap(({ first, second }) => [[...first], [...second]])];
    };
    const whole = stepped(1);
    // two steps of Adam in one direction are 0.1 each, whatever the size of the gradient; rows 0 and 2 have none
    expect(whole[1]!.map((x) => Number(x.toFixed(4)))).toEqual([1, 1, 0.8, 1.2, 1, 1, 0.8, 1.2, 0.8, 1.2]);
    for (const shares of [2, 3, 9]) expect(stepped(shares)).toEqual(whole);
  });

  test('gradients of parts are summed in shares, with the sum of their squares', async () => {
    const add = (await open()).inPlace(SUM);
    for (const shares of [1, 2, 3, 9]) {
      const gradients = [1, 10, 100].map((scale) => Float32Array.from({ length: 7 }, (_, i) => i * scale));
      let squares = 0;
      for (let share = 0; share < shares; share++) squares += sumParts({ gradients } as unknown as Shared, add, 3, share, shares);
      expect([...gradients[0]!]).toEqual([0, 111, 222, 333, 444, 555, 666]);
      expect(squares).toBe(111 ** 2 * (1 + 4 + 9 + 16 + 25 + 36)); // by hand
    }
  });
});

test('schedules, by hand', () => {
  expect([0, 1, 4, 5, 10].map((step) => learningRateAt('constant', 1, step, 10, 5))).toEqual([0.2, 0.4, 1, 1, 1]);
  expect([0, 5, 10].map((step) => learningRateAt('linear', 2, step, 10, 0))).toEqual([2, 1, 0]);
  expect([0, 5, 10].map((step) => Number(learningRateAt('cosine', 2, step, 10, 0).toFixed(9)))).toEqual([2, 1, 0]);
});

test('what tells real time steps from padding', () => {
  const part = partOf(setOf([[5, 6, 7], [8]]), [0, 1]);
  const at = (take: Take, name: string): number[] => Array.from(stepFeeds({ task: 'classify', take, labels: [] }, part)[name]!.data);
  // [timeSteps, batch]
  expect(at('max', 'mask')).toEqual([1, 1, 1, 0, 1, 0]);
  // places in that: the first sentence ends at the third time step, the second at the first
  expect(at('last', 'last')).toEqual([4, 1]);
  expect(at('last', 'first')).toEqual([0, 1]);
  expect(at('mean', 'share')).toEqual([1, 1, 1, 0, 1, 0].map((x, i) => Math.fround(i % 2 ? x : x / 3)));
});

const shapeOf = (take: Take, cell: 'rnn' | 'lstm' | 'gru' = 'lstm'): ModelShape => ({
  embedding: { dim: 4, rows: 10, ...tableSizes({}) },
  network: { cell, inputSize: 4, units: 3, layers: 2, directions: ['forward', 'backward'], resetAfter: true },
  head: { task: 'classify', take, labels: ['a', 'b'] },
});
const IDS = [[4, 5, 6, 7, 8], [9, 4, 4], [5, 6], [6]];

test.each(TAKES)('take %s: an answer does not depend on who else is in the batch', async (take) => {
  const engine = await openEngine(undefined, { threads: 1 });
  const shape = shapeOf(take);
  const parameters = drawParameters(shape, 1);
  const program = await compilePrediction(engine, shape, parameters);
  const data = setOf(IDS);
  const together = await answersOf(program, shape, parameters, data, [0, 1, 2, 3], 64);
  for (const row of [0, 1, 2, 3]) {
    const alone = await answersOf(program, shape, parameters, data, [row], 64);
    for (const k of [0, 1]) expect(Math.abs(alone['logits']!.numbers[k]! - together['logits']!.numbers[2 * row + k]!)).toBeLessThan(1e-6);
  }
  if (take === 'attention') {
    const { numbers } = together['attention']!;
    expect(numbers).toHaveLength(11);
    expect(numbers.slice(0, 5).reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 5);
    expect(numbers[10]).toBeCloseTo(1, 6);
  }
  await program.close();
});

test.each(TAKES.flatMap((take) => (['rnn', 'lstm', 'gru'] as const).map((cell) => ({ take, cell }))))(
  'the gradients of a whole model are those of its loss: $cell, take $take',
  async ({ take, cell }) => {
    const shape = shapeOf(take, cell);
    const parameters = drawParameters(shape, 2);
    const train = setOf(IDS);
    const layout = denseLayout(shape);
    const dense = new Float32Array(layout.at(-1)!.end);
    for (const { name, begin } of layout) dense.set(parameters.get(name)!.data, begin);
    const tables = [{ name: 'embedding', numbers: parameters.get('embedding')!.data.map((x) => 10 * x) }];
    const options = { seed: 1, dropout: { layers: 0, embedding: 0, recurrent: 0, token: 0 }, loss: { labelSmoothing: 0.1 }, frozen: [] };
    const gradients = [new Float32Array(dense.length)];
    const shared: Shared = { shape, dense, tables, gradients, train, valid: undefined, options };
    const learner = await openLearner(await openEngine(undefined, { threads: 1 }), shared);
    const job = { rows: Int32Array.of(0, 1, 2, 3), part: 0, scale: 1 / 4, stream: 1 };
    const { sparse } = await learner.gradient(job);
    const found = gradients[0]!.slice();
    const width = 1 / 64;
    const check = async (numbers: Float32Array, i: number, gradient: number): Promise<void> => {
      const before = numbers[i]!;
      numbers[i] = before + width;
      const up = (await learner.gradient(job)).loss;
      numbers[i] = before - width;
      const down = (await learner.gradient(job)).loss;
      numbers[i] = before;
      expect(Math.abs(gradient - (up - down) / (2 * width))).toBeLessThan(1e-3);
    };
    const next = uniform(3);
    for (const { begin, end } of layout) {
      const i = begin + Math.floor(next() * (end - begin));
      await check(dense, i, found[i]!);
    }
    const { ids, rows } = sparse[0]!;
    for (const row of [0, ids.length - 1]) await check(tables[0]!.numbers, ids[row]! * 4 + 1, rows[row * 4 + 1]!);
    expect(parametersOf(shared).get('embedding')!.data).toBe(tables[0]!.numbers);
    await learner.close();
  },
);
