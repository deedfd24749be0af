/** Shards hold every byte once, whatever the sizes; ranges are cut at LF; counted lines are those of the whole file. */
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineCounter } from '../../src/corpus/count-lines.js';
import { lineStartIn, MOST_FILES, shardsOf, type Piece } from '../../src/corpus/shards.js';

const folder = mkdtempSync(join(tmpdir(), 'shards-'));
afterAll(() => rmSync(folder, { recursive: true }));

const files = fc.array(fc.record({ size: fc.nat(200), divisible: fc.boolean() }), { maxLength: 30 });

test('every byte of every file is in one piece, in order', () => {
  fc.assert(
    fc.property(files, fc.integer({ min: 1, max: 60 }), (corpus, shardBytes) => {
      const pieces = shardsOf(corpus, shardBytes).flat();
      // the pieces of a file, one after another, are the file; files come in order
      let at = { file: -1, end: 0 };
      for (const { file, begin, end } of pieces) {
        if (file !== at.file) {
          expect(at.file < 0 || at.end === corpus[at.file]!.size).toBe(true);
          expect([file, begin]).toEqual([at.file + 1, 0]);
        } else expect(begin).toBe(at.end);
        at = { file, end };
      }
      expect(at.file).toBe(corpus.length - 1);
      if (corpus.length > 0) expect(at.end).toBe(corpus.at(-1)!.size);
    }),
  );
});

test('a shard has at most so many bytes, unless it is one file that may not be cut', () => {
  fc.assert(
    fc.property(files, fc.integer({ min: 1, max: 60 }), (corpus, shardBytes) => {
      for (const shard of shardsOf(corpus, shardBytes)) {
        const bytes = shard.reduce((sum, { begin, end }) => sum + end - begin, 0);
        expect(bytes <= shardBytes || (shard.length === 1 && !corpus[shard[0]!.file]!.divisible)).toBe(true);
      }
    }),
  );
});

test('100,000 small files are a few dozen shards; empty files too', () => {
  expect(shardsOf(Array(100_000).fill({ size: 100, divisible: true }), 4_000_000).length).toBe(25);
  expect(shardsOf(Array(10_000).fill({ size: 0, divisible: true }), 4_000_000).length).toBe(Math.ceil(10_000 / MOST_FILES));
});

test('a file of many terabytes is cut exactly', () => {
  const size = 2 ** 52 + 1;
  const shards = shardsOf([{ size, divisible: true }], 2 ** 40);
  expect(shards.length).toBe(4097);
  expect(shards.at(-1)![0]!.end).toBe(size);
});

/** Texts with long and empty lines, with and without a last line end. */
const bytes = fc
  .array(fc.constantFrom('\n', '\n', 'a', '天', '😀', '\r\n', '\u2028', 'bbbbbbbbbbbbbbbbbb'), { maxLength: 60 })
  .map((parts) => Buffer.from(parts.join('')));

test('a range begins at the beginning of a line, and ranges next to each other share none', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, fc.nat(100), async (text, at) => {
      const start = await lineStartIn(text, at);
      expect(start === 0 || start === text.length || text[start - 1] === 10).toBe(true);
      expect(start).toBeGreaterThanOrEqual(Math.min(at, text.length));
      // no line begins between
      for (let i = Math.max(1, at); i < Math.min(start, text.length); i++) expect(text[i - 1]).not.toBe(10);
    }),
  );
});

test('lines and characters of a range are counted from the beginning of the file', async () => {
  const path = join(folder, 'text');
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), fc.integer({ min: 1, max: 20 }), async (text, marked, shardBytes) => {
      const all = marked ? Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), text]) : text;
      writeFileSync(path, all);
      const counter = lineCounter(path, all.length, true);
      let end = 0;
      for (const [{ begin, end: to }] of shardsOf([{ size: all.length, divisible: true }], shardBytes) as [Piece][]) {
        const range = await counter.next(begin, to);
        expect(range.begin).toBe(end);
        const before = all
          .subarray(0, range.begin)
          .toString('utf8')
          .replace(/^\uFEFF/, '');
        expect([range.firstLine, range.firstCharacter]).toEqual([before.split('\n').length, Array.from(before).length]);
        end = range.end;
      }
      expect(end).toBe(all.length);
      await counter.close();
    }),
    { numRuns: 60 },
  );
});
