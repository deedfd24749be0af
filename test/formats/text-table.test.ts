import fc from 'fast-check';
import { tableOf, TextTable } from '../../src/formats/text-table.js';

const inside = (text: string): Uint8Array => Buffer.from(JSON.stringify(text)).subarray(1, -1);
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 1, unit: fc.constantFrom('我', '"', '\\', 'a') }));

test('the numbers of texts are those of a Map', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 3000, size: 'max' }), (texts) => {
      const [table, map] = [new TextTable(), new Map<string, number>()];
      for (const one of texts) {
        if (!map.has(one)) {
          expect(table.find(inside(one), 0, inside(one).length)).toBe(-1);
          map.set(one, map.size);
        }
        expect(table.add(inside(one), 0, inside(one).length)).toBe(map.get(one));
        expect(table.find(inside(one), 0, inside(one).length)).toBe(map.get(one));
      }
      expect(JSON.parse(Buffer.from(table.json()).toString('utf8'))).toEqual([...map.keys()]);
      expect(table.size).toBe(map.size);
    }),
    { numRuns: 20 },
  );
});

test('tableOf numbers texts by their index; a part of a text is another text', () => {
  const table = tableOf(['我', '我们', '"', '\\', '']);
  const bytes = Buffer.from('x我们');
  expect([table.find(bytes, 1, 4), table.find(bytes, 1, 7), table.find(bytes, 4, 7), table.find(bytes, 1, 1)]).toEqual([0, 1, -1, 4]);
  expect(table.find(inside('"'), 0, 2)).toBe(2);
  expect(table.find(inside('\\'), 0, 2)).toBe(3);
  expect(tableOf([]).size).toBe(0);
});
