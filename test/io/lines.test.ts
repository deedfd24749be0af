import fc from 'fast-check';
import { lineChunks, type Chunk } from '../../src/io/lines.js';
import { parseChunk } from '../../src/io/parse.js';
import { all, inPieces } from './support.js';

const text = fc
  .array(fc.constantFrom('今天', 'a', '😀', '\n', '\r\n', '\n\n', '\n \n', ' ', '\u2028', '\u0000'), { maxLength: 30 })
  .map((parts) => Buffer.from(parts.join('')));

const chunks = (bytes: Uint8Array, size: number, options = {}): Promise<Chunk[]> => all(lineChunks(inPieces(bytes, size), 'f', options));

test('joined, the chunks are the input; cut after LF only; line and character numbers are right', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 20 }), async (bytes, size) => {
      const made = await chunks(bytes, size, { characters: true });
      expect(Buffer.concat(made.map((chunk) => chunk.bytes))).toEqual(bytes);
      let before = '';
      for (const [i, chunk] of made.entries()) {
        if (i < made.length - 1) expect(chunk.bytes.at(-1)).toBe(10);
        expect(chunk.firstLine).toBe(before.split('\n').length);
        expect(chunk.firstCharacter).toBe(Array.from(before).length);
        before += Buffer.from(chunk.bytes).toString();
      }
    }),
  );
});

test.each([false, true])('any cutting of the bytes gives the same records (wrapped: %s)', async (wrapped) => {
  const records = async (bytes: Uint8Array, size: number): Promise<unknown[]> => {
    const options = {
      file: 'f',
      layout: { kind: 'text', wrapped },
      idPrefix: '',
      raw: true,
      onBad: (_: number, error: Error) => {
        throw error;
      },
    } as const;
    const batches = [];
    for (const chunk of await chunks(bytes, size, { wrapped, characters: true })) batches.push(await parseChunk(chunk, options));
    return batches.flat().map((record) => ({ ...record }));
  };
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 20 }), async (bytes, size) => {
      expect(await records(bytes, size)).toEqual(await records(bytes, bytes.length || 1));
    }),
  );
});

test.each(['', '\uFEFF'])('a line that is no UTF-8 moves no span, in whatever chunks the bytes come (%j before it)', async (mark) => {
  // 0xff begins a character as bytes are counted, 0x80 goes on with one: the bad line has 3 characters, and its end
  const bytes = Buffer.concat([Buffer.from(`${mark}甲\n乙`), Buffer.of(0xff, 0x80), Buffer.from('丙\n丁戊\n')]);
  for (let size = 1; size <= bytes.length; size++) {
    const [records, bad]: [unknown[], number[]] = [[], []];
    for (const chunk of await chunks(bytes, size, { characters: true })) {
      const onBad = (line: number): unknown => bad.push(line);
      const layout = { kind: 'text', wrapped: false } as const;
      for (const { id, text, span } of await parseChunk(chunk, { file: 'f', layout, idPrefix: '', raw: true, onBad }))
        records.push([id, text, span]);
    }
    expect([size, records, bad]).toEqual([
      size,
      [
        [1, '甲', [0, 1]],
        [3, '丁戊', [6, 8]],
      ],
      [2],
    ]);
  }
});

test('what has come is handed on with its last whole line', async () => {
  const made = await chunks(Buffer.from('a\nb\nc'), 3);
  expect(made.map((chunk) => Buffer.from(chunk.bytes).toString())).toEqual(['a\n', 'b\n', 'c']);
});

test('wrapped text is cut at blank lines only', async () => {
  const made = await chunks(Buffer.from('a\nb\n\nc\r\n\r\nd\ne'), 4, { wrapped: true });
  expect(made.map((chunk) => Buffer.from(chunk.bytes).toString()).filter((part) => !/\n\r?\n$/.test(part))).toEqual(['d\ne']);
});

test('a line without an end is not gathered for ever', async () => {
  await expect(chunks(Buffer.from(`a\n${'x'.repeat(100)}`), 10, { maxLineBytes: 50 })).rejects.toMatchObject({
    code: 'data',
    place: { file: 'f', line: 2 },
    hint: expect.stringContaining('--max-line-bytes 100') as string,
  });
});

test('a byte order mark is no character', async () => {
  const [first, second] = await chunks(Buffer.from('\uFEFFa\nb\n'), 5, { characters: true });
  expect([first?.firstCharacter, second?.firstCharacter]).toEqual([0, 2]);
});

test('memory that a chunk may give away is its own', async () => {
  const bytes = Buffer.from('今天\n天气\n很好。\n'.repeat(9));
  for (let size = 1; size < 40; size++) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of lineChunks(inPieces(bytes, size), 'input')) {
      chunks.push(Uint8Array.from(chunk.bytes));
      // as if it were another thread's now
      if (chunk.own) chunk.bytes.fill(0);
    }
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  }
});
