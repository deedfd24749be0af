/** 8-bit prediction: what is rounded, how far answers move, and what cannot be rounded. */
import fc from 'fast-check';
import { Tensor } from '../../src/formats/tensor.js';
import { tableSizes } from '../../src/formats/features.js';
import type { ModelShape } from '../../src/formats/model.js';
import { compilePrediction } from '../../src/model/build.js';
import { answersOf } from '../../src/model/predictor.js';
import { drawParameters } from '../../src/model/parameters.js';
import { quantized, quantizedConstant } from '../../src/model/quantize.js';
import { describeEngines } from '../support/engines.js';

const shapeOf = (network: Partial<ModelShape['network']>): ModelShape => ({
  embedding: { dim: 6, rows: 20, ...tableSizes({}) },
  network: { cell: 'lstm', inputSize: 6, units: 5, layers: 2, directions: ['forward', 'backward'], resetAfter: true, ...network },
  head: { task: 'classify', take: 'max', labels: ['a', 'b', 'c'] },
});

// by hand: the first column's scale is 1.28 / 64 = 0.02, so 0.5 is 25 of them; a column of zeros has no scale and gets 1
test('a column is rounded to integers of at most 64 with a scale of its own, each direction for itself', () => {
  const first = [0.5, 0, -1.28, 0, 0.011, 0];
  const { integers, scales } = quantized({ shape: [2, 3, 2], data: Float32Array.from([...first, 6.4, 1, 0, 1, 0, 1]) });
  expect([...integers]).toEqual([25, 0, -64, 0, 1, 0, 64, 64, 0, 64, 0, 64]);
  expect([...scales]).toEqual([0.02, 1, 0.1, 1 / 64].map(Math.fround));
});

test('no weight moves by more than half a scale, however large or small it is', () => {
  const column = fc.float32Array({ minLength: 1, maxLength: 20, noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(column, (data) => {
      const { integers, scales } = quantized({ shape: [1, data.length, 1], data });
      data.forEach((weight, i) => {
        expect(Math.abs(integers[i]!)).toBeLessThanOrEqual(64);
        expect(Math.abs(weight - integers[i]! * scales[0]!)).toBeLessThanOrEqual(scales[0]! * 0.5001);
      });
    }),
  );
});

const ids = Int32Array.from({ length: 24 }, (_, i) => 2 + ((i * 7) % 18));
const sentences = { ids, offsets: Int32Array.of(0, 3, 4, 11, 24) };

describeEngines((open) => {
  test.each([{ cell: 'lstm' }, { cell: 'rnn' }, { cell: 'gru' }, { cell: 'gru', resetAfter: false }] as const)(
    'answers of $cell move a little, and are not those of the floats',
    async (network) => {
      const [engine, shape] = [await open(), shapeOf(network)];
      // weights of up to 1.2, so that gates are far from 0.5 and a wrong scale is seen
      const parameters = new Map(
        [...drawParameters(shape, 3)].map(([name, { shape: sizes, data }]) => [
          name,
          new Tensor(
            sizes,
            data.map((x) => 2.5 * x),
          ),
        ]),
      );
      const ask = async (quantize?: 'int8'): Promise<Float32Array> => {
        const program = await compilePrediction(engine, shape, parameters, { quantize });
        const answers = await answersOf(program, shape, parameters, sentences, [0, 1, 2, 3], 2);
        await program.close();
        return answers['probabilities']!.numbers;
      };
      const [exact, rounded] = [await ask(), await ask('int8')];
      const differences = exact.map((probability, i) => Math.abs(probability - rounded[i]!));
      expect(Math.max(...differences)).toBeLessThan(0.01);
      expect(Math.max(...differences)).toBeGreaterThan(0);
    },
  );

  test('a rounded answer does not depend on what else is in the batch', async () => {
    const [engine, shape] = [await open(), shapeOf({})];
    const parameters = drawParameters(shape, 3);
    const program = await compilePrediction(engine, shape, parameters, { quantize: 'int8' });
    const ask = async (rows: number[]): Promise<number[]> =>
      Array.from((await answersOf(program, shape, parameters, sentences, rows, 4))['probabilities']!.numbers);
    const together = await ask([0, 1, 2, 3]);
    for (const row of [0, 1, 2, 3])
      (await ask([row])).forEach((probability, i) => expect(Math.abs(probability - together[3 * row + i]!)).toBeLessThan(1e-6));
    await program.close();
  });

  test('a product with a rounded matrix, its bias added, is near the exact one', async () => {
    const engine = await open();
    const numbers = (shape: number[], factor: number): Tensor =>
      new Tensor(
        shape,
        Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(factor * (i + 1))),
      );
    const [x, weights, bias] = [numbers([2, 3, 8], 1.3), numbers([8, 5], 2.1), numbers([5], 0.7)];
    const program = await engine.compile({ x: { type: 'float', shape: ['a', 'b', 8] } }, (ops, inputs) => {
      const product = ops.matmul(inputs['x']!, quantizedConstant(ops, weights));
      return { product, sum: ops.add(product, ops.constant([5], bias.data)) };
    });
    const { product, sum } = await program.run({ x });
    await program.close();
    expect([product!.shape, sum!.shape]).toEqual([
      [2, 3, 5],
      [2, 3, 5],
    ]);
    let furthest = 0;
    for (let row = 0; row < 6; row++)
      for (let column = 0; column < 5; column++) {
        let exact = 0;
        for (let k = 0; k < 8; k++) exact += x.data[row * 8 + k]! * weights.data[k * 5 + column]!;
        const at = row * 5 + column;
        furthest = Math.max(furthest, Math.abs(exact - product!.data[at]!));
        expect(sum!.data[at]! - product!.data[at]!).toBeCloseTo(bias.data[column]!, 5);
      }
    // half a scale of 1/64, of each of 8 products of numbers up to 1; and it is rounded, not exact
    expect(furthest).toBeLessThan(8 / 64);
    expect(furthest).toBeGreaterThan(1e-4);
  });
});
