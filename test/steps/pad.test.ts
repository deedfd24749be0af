import fc from 'fast-check';
import { pad } from '../../src/steps/pad.js';
import { paddedLength } from '../../src/text/padding.js';
import { runStep } from './run.js';

test.each([
  ['post', 'post', [7, 8, 9, 5], [7, 8, 9], [1, 1, 1], [0, 3]],
  ['post', 'pre', [7, 8, 9, 5], [8, 9, 5], [1, 1, 1], [1, 4]],
  ['post', 'post', [7], [7, 0, 0], [1, 0, 0], [0, 1]],
  ['pre', 'post', [7], [0, 0, 7], [0, 0, 1], [0, 1]],
  ['post', 'post', [], [0, 0, 0], [0, 0, 0], [0, 0]],
] as const)('padding %s, truncating %s: %j → %j', async (padding, truncating, ids, padded, mask, kept) => {
  const { out, counts } = await runStep(pad({ length: 3, padding, truncating }), [{ ids: [...ids], ngramIds: [...ids], x: 1 }]);
  expect(out).toEqual([{ ids: padded, ngramIds: padded, x: 1, length: Math.min(3, ids.length), mask, kept }]);
  expect(counts.get('cutTokens') ?? 0).toBe(Math.max(0, ids.length - 3));
});

test('the real ids are a stretch of the ids, where the mask is 1', async () => {
  const side = fc.constantFrom('post' as const, 'pre' as const);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 99 })),
      fc.integer({ min: 1, max: 12 }),
      side,
      side,
      async (ids, length, padding, truncating) => {
        const { out } = await runStep(pad({ length, padding, truncating }), [{ ids }]);
        const record = out[0]!;
        expect(record.ids).toHaveLength(length);
        expect(record.ids!.filter((_, i) => record.mask![i] === 1)).toEqual(ids.slice(...record.kept!));
        expect(record.mask!.filter((one) => one === 1)).toHaveLength(record.length!);
      },
    ),
  );
});

test('ids of a feature that are not as many as the tokens are rejected', async () => {
  const { rejected } = await runStep(pad({ length: 3, padding: 'post', truncating: 'post' }), [{ ids: [4, 5], suffixIds: [4] }]);
  expect(rejected[0]).toMatchObject({ code: 'data', message: '"ids" and "suffixIds" have different lengths', expected: '2', found: '1' });
});

test('what is padded already is rejected, and a length of 0 is wrong', async () => {
  const { rejected } = await runStep(pad({ length: 3, padding: 'post', truncating: 'post' }), [{ ids: [1], mask: [1] }]);
  expect(rejected[0]).toMatchObject({ code: 'data', message: 'the record is padded already' });
  expect(() => pad({ length: 0, padding: 'post', truncating: 'post' })).toThrow('--length is wrong');
});

test('paddedLength: the longest, or long enough for 95 of 100', () => {
  const lengths = new Map([
    [40, 5],
    [3, 95],
  ]);
  expect(paddedLength(lengths, 'auto')).toBe(40);
  expect(paddedLength(lengths, 'p95')).toBe(3);
  expect(
    paddedLength(
      new Map([
        [3, 94],
        [40, 6],
      ]),
      'p95',
    ),
  ).toBe(40);
  expect(paddedLength(new Map(), 'auto')).toBe(1);
  expect(paddedLength(new Map([[0, 2]]), 'p95')).toBe(1);
});
