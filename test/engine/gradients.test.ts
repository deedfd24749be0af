/**
 * Every operation's gradient against central differences of its own forward pass, and against the other engines: `onnx` has our rules,
 * `tfjs` TensorFlow's.
 */
import fc from 'fast-check';
import { gradientOf, type Build, type Engine, type HostTensor, type InputType, type Ops } from '../../src/engine/ops.js';
import { cellOf, type CellName } from '../../src/model/cells/index.js';
import { uniform } from '../../src/model/random.js';
import { describeEngines } from '../support/engines.js';
import { openEngine } from '../../src/engine/index.js';

type Make = <T>(ops: Ops<T>, inputs: Record<string, T>) => T;

interface Case {
  name: string;
  /** of each input that is differentiated; `places` and `lengths` are integers and are not */
  shapes: Record<string, readonly number[]>;
  make: Make;
  /** numbers of inputs are drawn from here, [-1, 1] if undefined: for logarithms and kinks */
  range?: [number, number];
}

const loop =
  (cell: CellName, resetAfter = true): Make =>
  (ops, { x, U, c }) => {
    const { states, advance, innerBias } = cellOf(cell, resetAfter);
    const [outputs] = ops.scan({
      initial: states.map(() => ops.zeros(x!, 1, 3)),
      inputs: [innerBias ? x! : ops.add(x!, c!)],
      step: (before, [slice]) => {
        const { state } = advance(slice!, before, { recurrentKernel: U!, recurrentBias: c! }, ops);
        return { state, outputs: [state[0]!] };
      },
    });
    return outputs!;
  };
const cellShapes = (gates: number) => ({ x: [4, 2, 3 * gates], U: [3, 3 * gates], c: [3 * gates] });

const CASES: Case[] = [
  { name: 'matmul', shapes: { a: [4, 3], b: [3, 2] }, make: (ops, { a, b }) => ops.matmul(a!, b!) },
  { name: 'matmul of a stack and a matrix', shapes: { a: [2, 4, 3], b: [3, 2] }, make: (ops, { a, b }) => ops.matmul(a!, b!) },
  { name: 'matmul of two stacks', shapes: { a: [2, 4, 3], b: [2, 3, 2] }, make: (ops, { a, b }) => ops.matmul(a!, b!) },
  { name: 'add, broadcast', shapes: { a: [2, 3, 4], b: [4] }, make: (ops, { a, b }) => ops.add(a!, b!) },
  { name: 'subtract, broadcast', shapes: { a: [1, 4], b: [3, 1] }, make: (ops, { a, b }) => ops.subtract(a!, b!) },
  { name: 'multiply, broadcast', shapes: { a: [2, 3], b: [2, 1] }, make: (ops, { a, b }) => ops.multiply(a!, b!) },
  { name: 'multiply by itself', shapes: { a: [2, 3] }, make: (ops, { a }) => ops.multiply(a!, a!) },
  { name: 'divide', shapes: { a: [2, 3], b: [3] }, range: [0.5, 2], make: (ops, { a, b }) => ops.divide(a!, b!) },
  { name: 'exp', shapes: { x: [5] }, make: (ops, { x }) => ops.exp(x!) },
  { name: 'log', shapes: { x: [5] }, range: [0.5, 2], make: (ops, { x }) => ops.log(x!) },
  { name: 'sigmoid', shapes: { x: [2, 3] }, make: (ops, { x }) => ops.sigmoid(x!) },
  { name: 'tanh', shapes: { x: [2, 3] }, make: (ops, { x }) => ops.tanh(x!) },
  { name: 'abs', shapes: { x: [2, 3] }, range: [0.2, 1], make: (ops, { x }) => ops.abs(ops.subtract(x!, ops.constant([3], THIRDS))) },
  { name: 'softmax', shapes: { x: [2, 4] }, make: (ops, { x }) => ops.softmax(x!) },
  { name: 'logSoftmax', shapes: { x: [2, 4] }, make: (ops, { x }) => ops.logSoftmax(x!) },
  // the lengths, 4 and 2, serve as ids and as places
  { name: 'crossEntropy', shapes: { x: [2, 5] }, make: (ops, { x, lengths }) => ops.crossEntropy(x!, lengths!) },
  { name: 'selectRows', shapes: { x: [3, 2, 3] }, make: (ops, { x, lengths }) => ops.selectRows(ops.exp(x!), lengths!) },
  { name: 'logSumExp', shapes: { x: [2, 4, 3] }, make: (ops, { x }) => ops.logSumExp(x!, 1) },
  { name: 'sum', shapes: { x: [2, 4, 3] }, make: (ops, { x }) => ops.sum(x!, [0, 2]) },
  { name: 'sum, axes kept', shapes: { x: [2, 4, 3] }, make: (ops, { x }) => ops.multiply(ops.sum(x!, [1], true), x!) },
  { name: 'max', shapes: { x: [3, 1, 2] }, make: (ops, { x }) => ops.max(x!, 0) },
  { name: 'concat', shapes: { a: [2, 3], b: [2, 1] }, make: (ops, { a, b }) => ops.concat([a!, b!, a!], 1) },
  { name: 'split', shapes: { x: [2, 6] }, make: (ops, { x }) => halves(ops, ops.split(x!, 2, 1)) },
  { name: 'split by sizes, one part unused', shapes: { x: [2, 6] }, make: (ops, { x }) => ops.split(x!, [2, 3, 1], 1)[1]! },
  { name: 'transpose', shapes: { x: [2, 3, 4] }, make: (ops, { x }) => ops.transpose(x!, [2, 0, 1]) },
  { name: 'unsqueeze, squeeze', shapes: { x: [2, 3] }, make: (ops, { x }) => ops.squeeze(ops.unsqueeze(ops.exp(x!), 1), 1) },
  { name: 'reverseSequence', shapes: { x: [4, 2, 3] }, make: (ops, { x, lengths }) => ops.exp(ops.reverseSequence(x!, lengths!)) },
  { name: 'pick', shapes: { x: [3, 2, 5] }, make: (ops, { x, places }) => ops.exp(ops.pick(x!, places!)) },
  {
    name: 'logProbabilityAt',
    shapes: { x: [3, 2, 5] },
    make: (ops, { x, places }) => {
      const { logProbability, logSumExp } = ops.logProbabilityAt(x!, places!);
      return ops.multiply(logProbability, ops.exp(logSumExp));
    },
  },
  {
    name: 'logProbabilityAt, one of its results',
    shapes: { x: [3, 2, 5] },
    make: (ops, { x, places }) => ops.logProbabilityAt(x!, places!).logProbability,
  },
  { name: 'scan of rnn', shapes: cellShapes(1), make: loop('rnn') },
  { name: 'scan of lstm', shapes: cellShapes(4), make: loop('lstm') },
  { name: 'scan of gru, reset after', shapes: cellShapes(3), make: loop('gru') },
  { name: 'scan of gru, reset before', shapes: cellShapes(3), make: loop('gru', false) },
  {
    name: 'scan from a learnt state, of what depends on it alone',
    shapes: { x: [4, 2, 3], h: [2, 3], U: [3, 3], m: [2, 3] },
    make: (ops, { x, h, U, m }) =>
      ops.scan({
        initial: [h!],
        inputs: [x!],
        step: ([state], [slice]) => {
          const next = ops.tanh(ops.add(ops.matmul(ops.multiply(state!, m!), U!), slice!));
          return { state: [next], outputs: [ops.multiply(next, slice!), ops.softmax(next)] };
        },
      })[0]!,
  },
  {
    name: 'scan of the forward algorithm of a chain',
    shapes: { x: [4, 2, 3], A: [3, 3] },
    make: (ops, { x, A }) =>
      ops.scan({
        initial: [ops.zeros(x!, 1, 3)],
        inputs: [x!],
        step: ([alpha], [slice]) => {
          const next = ops.add(ops.logSumExp(ops.add(ops.unsqueeze(alpha!, 2), ops.unsqueeze(A!, 0)), 1), slice!);
          return { state: [next], outputs: [next] };
        },
      })[0]!,
  },
];

const THIRDS = Float32Array.of(0.1, 1.5, 0.05);
const halves = <T>(ops: Ops<T>, [a, b]: T[]): T => ops.multiply(a!, ops.exp(b!));

/** Inputs of every case, which have no gradient. */
const INTEGERS: Record<string, InputType> = { lengths: { type: 'int', shape: [2] }, places: { type: 'int', shape: [3, 2] } };
const types = ({ shapes }: Case): Record<string, InputType> => ({
  ...Object.fromEntries(Object.entries(shapes).map(([name, shape]): [string, InputType] => [name, { type: 'float', shape }])),
  ...INTEGERS,
});

function feedsOf({ shapes, range: [low, high] = [-1, 1] }: Case): Record<string, HostTensor> {
  const next = uniform(7);
  const feeds: Record<string, HostTensor> = {
    lengths: { shape: [2], data: Int32Array.of(4, 2) },
    places: { shape: [3, 2], data: Int32Array.of(0, 3, 4, 1, 1, 2) },
  };
  for (const [name, shape] of Object.entries(shapes)) {
    const size = shape.reduce((product, one) => product * one, 1);
    feeds[name] = { shape, data: Float32Array.from({ length: size }, () => low + (high - low) * next()) };
  }
  return feeds;
}

/** Σ of the squares of y, each with a weight of its own, so that no gradient is the same as another; `lengths` is always an input */
const lossOf =
  ({ make }: Case): Build =>
  (ops, inputs) => {
    const y = make(ops, inputs);
    const flat = ops.multiply(y, ops.add(y, ops.constant([1], Float32Array.of(0.7))));
    return { y, loss: sumAll(ops, flat) };
  };

/** Over all axes: values of every engine tell their shape. */
function sumAll<T>(ops: Ops<T>, value: T): T {
  return ops.sum(
    value,
    (value as { shape: readonly unknown[] }).shape.map((_, axis) => axis),
  );
}

async function gradientsOf(engine: Engine, one: Case): Promise<Record<string, Float32Array>> {
  const to = Object.keys(one.shapes);
  const program = await engine.compile(types(one), lossOf(one), { differentiate: { loss: 'loss', to } });
  const results = await program.run(feedsOf(one));
  await program.close();
  return Object.fromEntries(to.map((name) => [name, results[gradientOf(name)]!.data as Float32Array]));
}

describeEngines((open, engineName) => {
  test.each(CASES)('$name', async (one) => {
    const engine = await open();
    const found = await gradientsOf(engine, one);
    const program = await engine.compile(types(one), lossOf(one));
    const loss = async (feeds: Record<string, HostTensor>): Promise<number> => (await program.run(feeds))['loss']!.data[0]!;
    const feeds = feedsOf(one);
    const width = 1 / 64; // exact in a float; a wider step costs curvature, a narrower one digits
    for (const [name, { data, shape }] of Object.entries(feeds)) {
      if (name in INTEGERS) continue;
      expect(found[name]).toHaveLength(data.length);
      for (let i = 0; i < data.length; i++) {
        const moved = async (by: number): Promise<number> => {
          const copy = Float32Array.from(data);
          copy[i]! += by;
          return loss({ ...feeds, [name]: { shape, data: copy } });
        };
        const central = ((await moved(width)) - (await moved(-width))) / (2 * width);
        const allowed = 2e-3 * Math.max(1, Math.abs(central));
        expect({ name, i, off: Math.abs(found[name]![i]! - central) < allowed ? 0 : found[name]![i]! - central }).toEqual({
          name,
          i,
          off: 0,
        });
      }
    }
    await program.close();
    if (engineName === 'onnx-wasm') return;
    // the second opinion
    const other = await gradientsOf(await openEngine('onnx-wasm'), one);
    for (const [name, values] of Object.entries(found))
      for (const [i, value] of values.entries())
        expect(Math.abs(value - other[name]![i]!)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
  });
});

test('the maximum shares its gradient among equals', async () => {
  const engine = await openEngine('onnx-wasm');
  const program = await engine.compile({ x: { type: 'float', shape: [3, 1] } }, (ops, { x }) => ({ loss: ops.sum(ops.max(x!, 0), [0]) }), {
    differentiate: { loss: 'loss', to: ['x'] },
  });
  const results = await program.run({ x: { shape: [3, 1], data: Float32Array.of(2, 1, 2) } });
  expect(Array.from(results[gradientOf('x')]!.data)).toEqual([0.5, 0, 0.5]);
});

describeEngines((open) => {
  const logSoftmax = (row: readonly number[]): number[] => {
    const sum = row.reduce((all, x) => all + Math.exp(x), 0);
    return row.map((x) => x - Math.log(sum));
  };

  test('mostProbable: logarithms and places, of equals the first', async () => {
    const engine = await open();
    const rows = [
      [1, 3, 2, 3],
      [0, -1, -2, 5],
    ];
    const program = await engine.compile({ x: { type: 'float', shape: [2, 4] } }, (ops, { x }) => ops.mostProbable(x!, 3));
    const { logProbabilities, places } = await program.run({ x: { shape: [2, 4], data: Float32Array.from(rows.flat()) } });
    await program.close();
    expect(logProbabilities!.shape).toEqual([2, 3]);
    const chosen = [1, 3, 2, 3, 0, 1];
    expect(Array.from(places!.data)).toEqual(chosen);
    const expected = chosen.map((place, i) => logSoftmax(rows[Math.floor(i / 3)]!)[place]!);
    for (const [i, found] of logProbabilities!.data.entries()) expect(found).toBeCloseTo(expected[i]!, 5);
  });

  // three blocks of 64 would be too few for 2 of them: wide rows take the way through blocks
  test('mostProbable of wide rows: what sorting all of a row gives', async () => {
    const engine = await open();
    const program = await engine.compile({ x: { type: 'float', shape: ['rows', 320] } }, (ops, { x }) => ops.mostProbable(x!, 2));
    const row = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 320, maxLength: 320 });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 3 }), async (rows) => {
        const x = { shape: [rows.length, 320], data: Float32Array.from(rows.flat()) };
        const { logProbabilities, places } = await program.run({ x });
        const order = rows.map((one) => Array.from(one.keys()).sort((a, b) => one[b]! - one[a]! || a - b));
        expect(Array.from(places!.data)).toEqual(order.flatMap((at) => at.slice(0, 2)));
        const expected = order.flatMap((at, i) => at.slice(0, 2).map((place) => logSoftmax(rows[i]!)[place]!));
        for (const [i, found] of logProbabilities!.data.entries()) expect(found).toBeCloseTo(expected[i]!, 4);
      }),
      { numRuns: 30 },
    );
    await program.close();
  });

  test('what runs have in common is computed for all of them', async () => {
    const engine = await open();
    const row = { type: 'float', shape: [2] } as const;
    const program = await engine.compile({ doubled: row, y: row }, (ops, { doubled, y }) => ({ sum: ops.add(doubled!, y!) }), {
      common: { inputs: { x: row }, build: (ops, { x }) => ({ doubled: ops.add(x!, x!) }) },
    });
    const pair = (...numbers: number[]) => ({ shape: [2], data: Float32Array.from(numbers) });
    const results = await program.runAll({ x: pair(1, 2) }, [{ y: pair(10, 20) }, { y: pair(0, 1) }]);
    await program.close();
    expect(results.map(({ sum }) => Array.from(sum!.data))).toEqual([
      [12, 24],
      [2, 5],
    ]);
  });

  test('what is fed in pieces is put together, of two arrays and of many pieces', async () => {
    const engine = await open();
    const program = await engine.compile({ x: { type: 'float', shape: ['n', 3] } }, (ops, { x }) => ({ twice: ops.add(x!, x!) }));
    const from = [Float32Array.from({ length: 40 }, (_, i) => i), Float32Array.from({ length: 30 }, (_, i) => 100 + i)];
    // rows of one number of the first array and two of the second, from any place
    const fed = (rows: number, first: number) => {
      const pieces = Array.from({ length: rows }, (_, i) => [0, (first + 7 * i) % 40, 3 * i, 1, 1, (5 * i) % 29, 3 * i + 1, 2]).flat();
      return { x: { shape: [rows, 3], from, pieces: Int32Array.from(pieces) } };
    };
    const expected = (rows: number, first: number) =>
      Array.from({ length: rows }, (_, i) =>
        [(first + 7 * i) % 40, 100 + ((5 * i) % 29), 101 + ((5 * i) % 29)].map((one) => 2 * one),
      ).flat();
    const results = await program.runAll({}, [fed(4, 0), fed(1, 39), fed(20_000, 3)]);
    expect(results.map(({ twice }) => Array.from(twice!.data))).toEqual([expected(4, 0), expected(1, 39), expected(20_000, 3)]);
    const outside = { x: { shape: [1, 3], from, pieces: Int32Array.of(1, 28, 0, 3) } };
    await expect(program.runAll({}, [outside])).rejects.toThrow();
    await program.close();
  });

  test('results are put together in one block', async () => {
    const engine = await open();
    const program = await engine.compile({ x: { type: 'float', shape: ['n'] } }, (ops, { x }) => ({
      twice: ops.add(x!, x!),
      size: ops.abs(x!),
    }));
    const runs = [1, 2, 3, 4, 5].map((first) => ({ x: { shape: [3], data: Float32Array.of(first, first + 0.25, first + 0.5) } }));
    // of each run the first number and the last two, backwards through the block; what no piece fills stays 0
    const pieces = runs.map((_, i) => Int32Array.of(0, 3 * (4 - i), 1, 2, 3 * (4 - i) + 1, 1));
    const { twice, ...others } = await program.runInto({}, runs, { twice: { size: 16, pieces } });
    await program.close();
    expect(others).toEqual({});
    expect(Array.from(twice!)).toEqual([10, 11, 0, 8, 9, 0, 6, 7, 0, 4, 5, 0, 2, 3, 0, 0]);
  });
});
