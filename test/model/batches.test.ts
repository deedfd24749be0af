/** Batches of like length: of all ways to cut sorted rows, the cheapest. */
import fc from 'fast-check';
import { batchesByLength, OVERHEAD } from '../../src/model/batches.js';

const offsetsOf = (lengths: readonly number[]): number[] => lengths.reduce((all, length) => [...all, all.at(-1)! + length], [0]);
const costOf = (batches: readonly (readonly number[])[], overhead: number): number =>
  batches.reduce((sum, lengths) => sum + Math.max(...lengths) * (overhead + lengths.length), 0);

/** The least cost of all ways to cut a list into pieces of at most `size`, which are multiples of `even`, but for the first. */
function leastCost(lengths: readonly number[], size: number, overhead: number, even = 1, isFirst = true): number {
  if (lengths.length === 0) return 0;
  const sizes = Array.from({ length: Math.min(size, lengths.length) }, (_, i) => i + 1).filter((one) => isFirst || one % even === 0);
  return Math.min(
    ...sizes.map((one) => costOf([lengths.slice(0, one)], overhead) + leastCost(lengths.slice(one), size, overhead, even, false)),
  );
}

const lengthsOf = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 9 });

test('every row is in one batch, longer ones first, and no other way costs less', () => {
  fc.assert(
    fc.property(lengthsOf, fc.integer({ min: 1, max: 4 }), fc.constantFrom(undefined, 0, 16, 64), (lengths, size, overhead) => {
      const batches = batchesByLength(Int32Array.from(lengths.keys()), offsetsOf(lengths), size, { overhead }).map((rows) =>
        Array.from(rows),
      );
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

test('batches of even sizes, but for that of the shortest, cost as little as can be', () => {
  const lengthsOf = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 13 });
  fc.assert(
    fc.property(lengthsOf, fc.integer({ min: 8, max: 10 }), (lengths, size) => {
      const batches = batchesByLength(Int32Array.from(lengths.keys()), offsetsOf(lengths), size, { even: 2 });
      const found = batches.map((rows) => Array.from(rows, (row) => lengths[row]!));
      for (const { length } of found.slice(0, -1)) expect(length % 2).toBe(0);
      expect(found.flat()).toHaveLength(lengths.length);
      expect(costOf(found, OVERHEAD)).toBe(
        leastCost(
          lengths.toSorted((a, b) => a - b),
          size,
          OVERHEAD,
          2,
        ),
      );
    }),
    { numRuns: 100, examples: [[[1, 1, 1, 1, 1, 1, 2, 2, 2], 9]] },
  );
});

test('rows of one length fill whole batches', () => {
  const lengths = new Array<number>(130).fill(7);
  const batches = batchesByLength(Int32Array.from(lengths.keys()), offsetsOf(lengths), 64);
  expect(batches.map(({ length }) => length)).toEqual([2, 64, 64]);
});
