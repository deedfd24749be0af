/** What stands more than once has one number, and the number gives it back. */
import fc from 'fast-check';
import { distinctIds } from '../../src/model/distinct.js';

test('each id has one number, from 1 on, whose row is its vector', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 30 }), (ids) => {
      // row 3 is [3, 30]
      const distinct = distinctIds({ dim: 2, numbers: Float32Array.of(0, 0, 1, 10, 2, 20, 3, 30) });
      const numbers = ids.map((id) => distinct.numberOf(id));
      const vectors = distinct.vectors();
      expect(distinct.count()).toBe(new Set(ids).size + 1);
      expect(vectors).toHaveLength(2 * distinct.count());
      expect(Array.from(vectors.subarray(0, 2))).toEqual([0, 0]);
      for (const [i, id] of ids.entries())
        expect(Array.from(vectors.subarray(2 * numbers[i]!, 2 * numbers[i]! + 2))).toEqual([id, 10 * id]);
    }),
  );
});
