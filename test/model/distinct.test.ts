/** What stands more than once has one number, and the number gives it back. */
import fc from 'fast-check';
import { distinctIds } from '../../src/model/distinct.js';

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
