/** What stands more than once has one number, and the number gives it back. */
import fc from 'fast-check';
import { distinctIds, distinctVectors } from '../../src/model/distinct.js';

const few = fc.integer({ min: 1, max: 3 });

test('tokens with the same ids in all fields are one, and their vectors stand side by side', () => {
  const tokens = fc.array(fc.tuple(few, few, few), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(tokens, (all) => {
      const field = (i: number): Int32Array => Int32Array.from(all, (ids) => ids[i]!);
      // row 3 of the first table is [3, 30]; the second table is read by two fields
      const tables = [
        { name: 'a', dim: 2, numbers: Float32Array.of(0, 0, 1, 10, 2, 20, 3, 30), ids: [field(0)] },
        { name: 'b', dim: 1, numbers: Float32Array.of(0, 4, 5, 6), ids: [field(1), field(2)] },
      ];
      const distinct = distinctIds(tables);
      const numbers = all.map((_, token) => distinct.numberOf(token));
      const vectors = distinct.vectors();
      expect(distinct.count()).toBe(new Set(all.map(String)).size + 1);
      expect(vectors).toHaveLength(4 * distinct.count());
      expect(Array.from(vectors.subarray(0, 4))).toEqual([0, 0, 0, 0]);
      for (const [i, [x, y, z]] of all.entries())
        expect(Array.from(vectors.subarray(4 * numbers[i]!, 4 * numbers[i]! + 4))).toEqual([x, 10 * x, y + 3, z + 3]);
    }),
  );
});

test('vectors with the same bits are one', () => {
  // 0 and -0 are equal and have other bits
  const number = fc.constantFrom(0, -0, 1, Math.fround(0.1));
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 40 }), (all) => {
      const data = Float32Array.from(all.flat());
      const distinct = distinctVectors(3, all.length);
      const numbers = all.map((_, i) => distinct.numberOf(data, 3 * i));
      const vectors = distinct.vectors();
      const bits = all.map((row) => row.map((x) => (Object.is(x, -0) ? '-0' : String(x))).join());
      expect(distinct.count()).toBe(new Set(bits).size + 1);
      for (const [i, row] of all.entries())
        for (const [k, x] of row.entries()) expect(Object.is(vectors[3 * numbers[i]! + k], x)).toBe(true);
    }),
  );
});

test('more different vectors than there was room for at first', () => {
  const data = Float32Array.from({ length: 5000 }, (_, i) => i + 1);
  const distinct = distinctVectors(1, 5000);
  for (let i = 0; i < 5000; i++) expect(distinct.numberOf(data, i)).toBe(i + 1);
  expect(distinct.vectors().subarray(1)).toEqual(data);
});
