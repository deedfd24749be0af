/** 8-bit prediction: what is rounded, how far answers move, and what cannot be rounded. */
import fc from 'fast-check';
import { Tensor } from '../../src/formats/tensor.js';
import type { ModelShape } from '../../src/formats/model.js';
import { compilePrediction } from '../../src/model/build.js';
import { answersOf } from '../../src/model/predictor.js';
import { drawParameters } from '../../src/model/parameters.js';
import { quantized } from '../../src/model/quantize.js';
import { describeEngines } from '../support/engines.js';

const shapeOf = (network: Partial<ModelShape['network']>): ModelShape => ({
  embedding: { dim: 6, ngramDim: 0, rows: 20, ngramRows: 0 },
  network: { cell: 'lstm', inputSize: 6, units: 5, layers: 2, directions: ['forward', 'backward'], resetAfter: true, ...network },
  head: { task: 'classify', take: 'max', labels: ['a', 'b', 'c'] },
});

// by hand: the first row's scale is 1.28 / 64 = 0.02, so 0.5 is 25 of them; a row of zeros has no scale and gets 1
test('a row is rounded to integers of at most 64 with a scale of its own', () => {
  const { integers, scales } = quantized({ shape: [1, 2, 3], data: Float32Array.of(0.5, -1.28, 0.011, 0, 0, 0) });
  expect([...integers]).toEqual([25, -64, 1, 0, 0, 0]);
  expect([...scales]).toEqual([Math.fround(0.02), 1]);
});

test('no weight moves by more than half a scale, however large or small it is', () => {
  const row = fc.float32Array({ minLength: 1, maxLength: 20, noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(row, (data) => {
      const { integers, scales } = quantized({ shape: [1, 1, data.length], data });
      data.forEach((weight, i) => {
        expect(Math.abs(integers[i]!)).toBeLessThanOrEqual(64);
        expect(Math.abs(weight - integers[i]! * scales[0]!)).toBeLessThanOrEqual(scales[0]! * 0.5001);
      });
    }),
  );
});

const ids = Int32Array.from({ length: 24 }, (_, i) => 2 + ((i * 7) % 18));
const sentences = { ids, ngramIds: undefined, offsets: Int32Array.of(0, 3, 4, 11, 24) };

describeEngines((open) => {
  test('answers move a little, and are not those of the floats', async () => {
    const [engine, shape] = [await open(), shapeOf({})];
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
  });

  test.each(['rnn', 'gru'] as const)('%s has no 8-bit operator', async (cell) => {
    const [engine, shape] = [await open(), shapeOf({ cell })];
    expect(() => compilePrediction(engine, shape, drawParameters(shape, 1), { quantize: 'int8' })).toThrow(
      '--quantize int8 does not apply',
    );
  });
});
