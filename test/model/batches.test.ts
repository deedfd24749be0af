/** Batches of like length: of all ways to cut sorted rows, the cheapest. */
import fc from 'fast-check';
import { batchesByLength, OVERHEAD } from '../../src/model/batches.js';

const offsetsOf = (lengths: readonly number[]): number[] => lengths.reduce((all, length) => [...all, all.at(-1)! + length], [0]);
const costOf = (batches: readonly (readonly number[])[], overhead: number): number =>
  batches.reduce((sum, lengths) => sum + Math.max(...lengths) * (overhead + lengths.length), 0);

/** The least cost of all ways to cut a list into pieces of at most `size`. */
function leastCost(lengths: readonly number[], size: number, overhead: number): number {
  if (lengths.length === 0) return 0;
  const firsts = Array.from({ length: Math.min(size, lengths.length) }, (_, i) => i + 1);
  return Math.min(...firsts.map((first) => costOf([lengths.slice(0, first)], overhead) + leastCost(lengths.slice(first), size, overhead)));
}

const lengthsOf = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 9 });

test('every row is in one batch, longer ones first, and no other way costs less', () => {
  fc.assert(
    fc.property(lengthsOf, fc.integer({ min: 1, max: 4 }), fc.constantFrom(undefined, 0, 16, 64), (lengths, size, overhead) => {
      const batches = batchesByLength(Int32Array.from(lengths.keys()), offsetsOf(lengths), size, overhead).map((rows) => Array.from(rows));
      const order = Array.from(lengths.keys()).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
      expect(batches.toReversed().flat()).toEqual(order);
      expect(Math.max(0, ...batches.map((rows) => rows.length))).toBeLessThanOrEqual(size);
      const sorted = order.map((row) => lengths[row]!);
      const cost = costOf(
        batches.map((rows) => rows.map((row) => lengths[row]!)),
        overhead ?? OVERHEAD,
      );
      expect(cost).toBe(leastCost(sorted, size, overhead ?? OVERHEAD));
    }),
    { numRuns: 100 },
  );
});

test('rows of one length fill whole batches', () => {
  const lengths = new Array<number>(130).fill(7);
  const batches = batchesByLength(Int32Array.from(lengths.keys()), offsetsOf(lengths), 64);
  expect(batches.map(({ length }) => length)).toEqual([2, 64, 64]);
});
