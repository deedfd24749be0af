/** Counts in files give what counts in memory give. */
import { existsSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { mergedCounts, openSpill, spillFolder } from '../../src/corpus/spill.js';
import { sumOf } from '../../src/commands/sum-counts.js';
import { byCodePoint, newCounts, type TokenCounts } from '../../src/text/counts.js';
import { vocabularyOf } from '../../src/text/vocabulary.js';
import { all } from '../io/support.js';

// few letters, so that tokens come again; words that are names of objects' own properties, and halves of pairs
const token = fc.oneof(fc.string({ unit: fc.constantFrom('a', '好', '😀', '\uD83D', '"'), maxLength: 3 }), fc.constant('__proto__'));
const texts = fc.array(fc.array(token, { maxLength: 30 }), { maxLength: 20 });

function add(counts: Map<string, number>, tokens: readonly string[]): void {
  for (const one of tokens) counts.set(one, (counts.get(one) ?? 0) + 1);
}

async function spilled(parts: readonly (readonly string[])[], maxMemory: number, folder: string): Promise<TokenCounts> {
  const [counts, spill] = [newCounts(), openSpill(maxMemory, folder)];
  for (const tokens of parts) {
    add(counts.tokens, tokens);
    await spill.keepSmall(counts.tokens);
  }
  return { ...counts, spilled: { tokens: spill.files, features: {} } };
}

test('every token once, with its whole count, in the order of code units', async () => {
  await fc.assert(
    fc.asyncProperty(texts, fc.constantFrom(1, 400, 3000), async (parts, maxMemory) => {
      const folder = spillFolder();
      const expected = new Map<string, number>();
      for (const tokens of parts) add(expected, tokens);
      const counts = await spilled(parts, maxMemory, folder.path);
      const merged = (await all(mergedCounts(counts.spilled!.tokens, counts.tokens))).flat();
      expect(merged).toEqual([...expected].sort(([a], [b]) => (a < b ? -1 : 1)));
      folder.remove();
      expect(existsSync(folder.path)).toBe(false);
    }),
  );
});

test('--min-count and --max-size leave out what they leave out in memory, and count it', async () => {
  const limits = fc.record({
    minCount: fc.integer({ min: 1, max: 4 }),
    maxSize: fc.option(fc.integer({ min: 5, max: 12 }), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(texts, limits, async (parts, options) => {
      const folder = spillFolder();
      const expected = newCounts();
      for (const tokens of parts) add(expected.tokens, tokens);
      const { counts, leftOut } = await sumOf([await spilled(parts, 500, folder.path)], { ...options, maxMemory: 1e6 });
      expect(vocabularyOf(counts, { ...options, leftOut }).text).toBe(vocabularyOf(expected, options).text);
      folder.remove();
    }),
  );
});

test('a lone half before a pair has its place among the tokens', () => {
  // U+D83D U+1F600 comes before U+1F600
  const [alone, pair] = ['\uD83D😀', '😀'];
  expect([byCodePoint(alone, pair), byCodePoint(pair, alone)].map(Math.sign)).toEqual([-1, 1]);
  fc.assert(
    fc.property(token, token, (a, b) => {
      const points = (text: string): number[] => Array.from(text, (one) => one.codePointAt(0)!);
      const [left, right] = [points(a), points(b)];
      const at = left.findIndex((point, i) => point !== right[i]);
      const expected = at < 0 ? left.length - right.length : (left[at] ?? -1) - (right[at] ?? -1);
      expect(Math.sign(byCodePoint(a, b))).toBe(Math.sign(expected));
    }),
    { numRuns: 2000 },
  );
});

test('thousands of tokens in many files; what does not fit is said, never left out', async () => {
  const folder = spillFolder();
  const parts = Array.from({ length: 12 }, (_, i) => Array.from({ length: 5000 }, (_, j) => `t${(i * 2500 + j) % 20_000}`));
  const counts = await spilled(parts, 100_000, folder.path);
  expect(readdirSync(folder.path)).toHaveLength(12);
  const merged = (await all(mergedCounts(counts.spilled!.tokens, counts.tokens))).flat();
  expect(merged).toHaveLength(20_000);
  expect(merged.reduce((sum, [, count]) => sum + count, 0)).toBe(60_000);
  await expect(sumOf([counts], { maxMemory: 1_000_000, minCount: 1 })).rejects.toMatchObject({
    code: 'usage',
    message: '--max-memory is too small for the vocabulary itself',
  });
  folder.remove();
});
