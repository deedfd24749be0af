/** Bytes as text and back by the function that stands in the page, for every length and value. */
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { base91, FROM_BASE91 } from '../../src/drawing/base91.js';

const back = runInNewContext(`(${FROM_BASE91})`) as (text: string) => Uint8Array;

test('there and back, for any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => expect([...back(base91(bytes))]).toEqual([...bytes])));
  // every number of bits that can be left at the end, of zeros and of ones
  for (let length = 0; length <= 26; length++)
    for (const byte of [0, 255]) expect([...back(base91(new Uint8Array(length).fill(byte)))]).toEqual(Array<number>(length).fill(byte));
});

test('nothing that ends a script or begins markup, and 16 characters for 13 bytes', () => {
  const all = Uint8Array.from({ length: 13 * 512 }, (_, i) => (i * 7919) >> (i % 5));
  expect(base91(all)).toMatch(/^[!-%'-;=?-~]+$/);
  expect(base91(all)).toHaveLength(16 * 512);
});

/** By hand: 1 is 1 + 0 × 91, so `"` and `!`, the digits 1 and 0. */
test('a byte', () => {
  expect(base91(Uint8Array.of(1))).toBe('"!');
});
