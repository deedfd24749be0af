import fc from 'fast-check';
import { PairTable } from '../../src/text/pair-table.js';

test('what was put in is found, and nothing else', () => {
  const number = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number)), fc.array(fc.tuple(number, number)), (pairs, others) => {
      const [table, known] = [new PairTable(pairs.length), new Map<string, number>()];
      for (const [i, [first, second]] of pairs.entries()) {
        table.set(first, second, i + 1);
        known.set(`${first} ${second}`, i + 1);
      }
      expect(table.size).toBe(known.size);
      for (const [first, second] of [...pairs, ...others]) expect(table.get(first, second)).toBe(known.get(`${first} ${second}`) ?? 0);
    }),
  );
});
