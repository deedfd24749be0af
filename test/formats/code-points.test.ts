import fc from 'fast-check';
import { codePoints } from '../../src/formats/code-points.js';

test('as many as a string’s iterator gives, lone surrogates among them', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '我', '😀', '\ud83d', '\ude00')), (parts) => {
      const text = parts.join('');
      expect(codePoints(text)).toBe(Array.from(text).length);
    }),
  );
});
