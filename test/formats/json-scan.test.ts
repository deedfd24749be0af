import fc from 'fast-check';
import { integerEnd } from '../../src/formats/json-scan.js';

test('a whole number ends where the longest one that JSON.stringify may write ends', () => {
  const digits = fc.string({ unit: fc.constantFrom('0', '1', '9'), maxLength: 17 });
  fc.assert(
    fc.property(fc.constantFrom('', '-'), digits, fc.constantFrom('', ',', ']', '.', 'a', '-'), (sign, number, behind) => {
      const written = /^(0|-?[1-9]\d{0,14})$/.test(sign + number);
      expect(integerEnd(Buffer.from(`[${sign}${number}${behind}`), 1)).toBe(written ? 1 + sign.length + number.length : -1);
    }),
    { numRuns: 2000 },
  );
});
