import fc from 'fast-check';
import { arrayElements } from '../../src/io/json-array.js';
import { all, inPieces } from './support.js';

const elements = (text: string, size = 3): Promise<{ text: string; line: number }[]> =>
  all(arrayElements(inPieces(Buffer.from(text), size), 'f.json'));

test('any array, any indentation, any cutting of the bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), fc.nat(3), fc.integer({ min: 1, max: 50 }), async (values, indent, size) => {
      const made = await elements(JSON.stringify(values, null, indent), size);
      expect(made.map(({ text }) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(values)));
    }),
  );
});

test('the line on which each element begins', async () => {
  const made = await elements('\uFEFF[\n {"a":\n1},\n"x,]\\"",\n\n 3]\n', 2);
  expect(made).toEqual([
    { text: '{"a":\n1}', line: 2 },
    { text: '"x,]\\""', line: 4 },
    { text: '3', line: 6 },
  ]);
});

test.each([
  ['[1,2', 'the JSON array is cut'],
  ['[{"a":"]"}', 'the JSON array is cut'],
  ['', 'the JSON array is cut'],
  ['[1] x', 'there is more after the array'],
  ['{"a":1}', 'this is no JSON array'],
])('%j: %s', async (text, message) => {
  await expect(elements(text)).rejects.toMatchObject({ code: 'data', message, place: { file: 'f.json', line: 1 } });
});

test.each(['[1,,2]', '[1,]', '[,1]'])('%s has an element that is missing', async (text) => {
  await expect(elements(text)).rejects.toMatchObject({ code: 'data', message: 'an element of the array is missing' });
});
