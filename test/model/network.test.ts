import fc from 'fast-check';
import { Tensor } from '../../src/formats/tensor.js';
import { openNetwork } from '../../src/model/network.js';
import { sentencesOf, type Sequence } from '../../src/model/packing.js';
import { randomWeights, type NetworkShape } from '../../src/model/shape.js';
import { describeEngines } from '../support/engines.js';

const shape: NetworkShape = { cell: 'lstm', inputSize: 3, units: 2, layers: 1, directions: ['forward', 'backward'], resetAfter: true };

/** Sentences of any lengths, with padding anywhere; also sentences with nothing but padding. */
const sentence = fc
  .array(fc.tuple(fc.constantFrom(0, 1), fc.tuple(...Array.from({ length: 3 }, () => fc.integer({ min: -20, max: 20 })))), { maxLength: 6 })
  .map((steps): Sequence => ({
    inputs: new Tensor([steps.length, 3], Float32Array.from(steps.flatMap(([, numbers]) => numbers.map((number) => number / 10)))),
    mask: steps.map(([real]) => real),
  }));

describeEngines((open) => {
  test.each([false, true])(
    'sentences of like length run together, and each gets what it gets alone (trace: %s)',
    async (trace) => {
      const network = await openNetwork(await open(), shape, randomWeights(shape, 1), trace);
      await fc.assert(
        fc.asyncProperty(fc.array(sentence, { maxLength: 9 }), fc.integer({ min: 1, max: 4 }), async (sentences, batchSize) => {
          const states = await network.run(sentences, batchSize);
          expect(states).toHaveLength(sentences.length);
          for (const [i, one] of sentences.entries()) {
            const [alone] = await network.run([one]);
            expect(states[i]!.hiddenStates.shape).toEqual([one.inputs.shape[0], 4]);
            close(states[i]!.hiddenStates, alone!.hiddenStates);
            expect(states[i]!.trace?.length).toBe(trace ? 2 : undefined);
            states[i]!.trace?.forEach((layer, l) => {
              close(layer.cellStates!, alone!.trace![l]!.cellStates!);
              close(layer.gates['forgetGate']!, alone!.trace![l]!.gates['forgetGate']!);
            });
          }
        }),
        { numRuns: 20 },
      );
      await network.close();
    },
    60_000,
  );

  test('sentences that lie together have the same states, in memory that may have held anything', async () => {
    const network = await openNetwork(await open(), shape, randomWeights(shape, 1), false);
    const property = fc.asyncProperty(fc.array(sentence, { maxLength: 9 }), async (sequences) => {
      const [sentences, each] = [sentencesOf(sequences), await network.run(sequences, 3)];
      const memory = new Float32Array(4 * sentences.begins.at(-1)!).fill(NaN);
      const { hiddenStates, finite } = await network.runTogether(sentences, 3, memory);
      expect(finite).toBe(true);
      expect([...hiddenStates]).toEqual(each.flatMap(({ hiddenStates: { data } }) => [...data]));
    });
    await fc.assert(property, { numRuns: 20 });
    await network.close();
  }, 60_000);

  test('a number that is read and not finite is told, also where an engine makes a finite state of it', async () => {
    const network = await openNetwork(await open(), { ...shape, cell: 'gru' }, randomWeights({ ...shape, cell: 'gru' }, 1), false);
    const row = (...numbers: number[]): Sequence => ({ inputs: new Tensor([numbers.length / 3, 3], Float32Array.from(numbers)) });
    const states = await network.run([row(1, 2, 3), row(1, 2, 3, NaN, NaN, NaN), row(0, 0, 0, 1, 1, 1)], 2);
    await network.close();
    expect(states.map(({ finite }) => finite)).toEqual([true, false, true]);
  });
});

function close(found: Tensor, expected: Tensor): void {
  expect(found.data).toHaveLength(expected.data.length);
  found.data.forEach((number, i) => expect(Math.abs(number - expected.data[i]!)).toBeLessThan(1e-5));
}
