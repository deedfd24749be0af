/** Which tags are a scheme's, and which may follow which. */
import { movesOf, schemeOf } from '../../../src/model/tags/scheme.js';

test.each([
  [['O', 'B-PER', 'I-PER'], 'BIO'],
  [['B', 'M', 'E', 'S'], 'BMES'],
  [['O', 'B-A', 'E-A', 'S-A'], 'BMES'],
  [['O', 'B-A', 'I-A', 'E-A'], 'BIOES'],
  [['NOUN', 'VERB', 'B'], undefined],
  [['O', 'S'], undefined],
  [['B-A', 'I-A', 'X-A'], undefined],
  [['B-A', 'I-A', 'M-A'], undefined],
])('%j is %s', (tags, scheme) => {
  expect(schemeOf(tags)).toBe(scheme);
});

const TAGS = ['O', 'B-A', 'B-B', 'I-A', 'E-A', 'S-A'];
const names = (may: Uint8Array): string[] => TAGS.filter((_, i) => may[i] === 1);

test('BIOES: what has begun goes on or ends with its own type', () => {
  const { first, next, last } = movesOf(TAGS, 'BIOES');
  const after = (tag: string): string[] => names(next.subarray(TAGS.indexOf(tag) * TAGS.length, (TAGS.indexOf(tag) + 1) * TAGS.length));
  expect(names(first)).toEqual(['O', 'B-A', 'B-B', 'S-A']);
  expect(names(last)).toEqual(['O', 'E-A', 'S-A']);
  expect(after('B-A')).toEqual(['I-A', 'E-A']);
  expect(after('I-A')).toEqual(['I-A', 'E-A']);
  expect(after('B-B')).toEqual([]);
  expect(after('E-A')).toEqual(['O', 'B-A', 'B-B', 'S-A']);
});

test('BIO: only I is bound; without a scheme nothing is', () => {
  const bio = ['O', 'B-A', 'I-A', 'I-B'];
  const { first, next, last } = movesOf(bio, 'BIO');
  expect([...first]).toEqual([1, 1, 0, 0]);
  expect([...last]).toEqual([1, 1, 1, 1]);
  expect([...next]).toEqual([1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1]);
  const { first: any, next: anyNext } = movesOf(bio, undefined);
  expect([...any, ...anyNext].every((bit) => bit === 1)).toBe(true);
});
