import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toJson } from '../../src/formats/record.js';
import type { ReadOptions } from '../../src/io/layout.js';
import { readRecords } from '../../src/io/read.js';
import { all } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'layout-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(
  name: string,
  content: string | Uint8Array,
  options: Partial<ReadOptions> = {},
): Promise<{ lines: string[]; notes: string[] }> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const notes: string[] = [];
  const batches = await all(readRecords([{ path, name }], { records: false, ...options }, undefined, (note) => notes.push(note)));
  return { lines: batches.flat().map(toJson), notes };
}

const GOOD = '{"id":1,"text":"真好","label":"pos"}';
const BAD = '{"id":2,"text":"不好","label":"neg"}';
// a third row, so that labels repeat and texts do not
const MORE = '{"id":3,"text":"很好","label":"pos"}';
const after = (line: string): string => line.replace(/"id":(\d)/, (_, id) => `"id":${Number(id) + 1}`);

test.each([
  ['text and label', 'a.tsv', '真好\tpos\n不好\tneg\n很好\tpos\n', 'a.tsv: found text<TAB>label'],
  ['label and text', 'a.tsv', 'pos\t真好\nneg\t不好\npos\t很好\n', 'a.tsv: found label<TAB>text'],
  ['label and text in .txt', 'a.txt', 'pos\t真好\nneg\t不好\npos\t很好\n', 'a.txt: found label<TAB>text'],
  ['CSV without a header', 'a.csv', '真好,pos\n不好,neg\n很好,pos\n', 'a.csv: found text,label'],
  ['fastText', 'a.txt', '__label__pos 真好\n__label__neg 不好\n__label__pos 很好\n', 'a.txt: found __label__x text'],
])('%s', async (_, name, content, note) => {
  expect(await read(name, content)).toEqual({ lines: [GOOD, BAD, MORE], notes: [note] });
});

test.each([
  ['TSV', 'a.tsv', 'label\ttext\npos\t真好\nneg\t不好\n', 'label = label, text = text'],
  ['CSV', 'a.csv', 'label,text\r\npos,真好\r\nneg,"不好"\r\n', 'label = label, text = text'],
  ['Chinese names', 'a.csv', '\uFEFF标签,正文\npos,真好\nneg,不好\n', '标签 = label, 正文 = text'],
])('%s with a header: rows are numbered by their lines', async (_, name, content, note) => {
  expect(await read(name, content)).toEqual({ lines: [after(GOOD), after(BAD)], notes: [`${name}: found columns ${note}`] });
});

test('--text-key and --label-key name columns; others are handed on', async () => {
  const { lines } = await read('a.tsv', 'a\tb\tid\tday\n好\t1\tx7\tMon\n', { textKey: 'a', labelKey: 'b' });
  expect(lines).toEqual(['{"id":"x7","text":"好","label":"1","day":"Mon"}']);
});

test('a cell of CSV may hold commas, quotes and line ends', async () => {
  const { lines } = await read('a.csv', 'text,label\n"a,""b""\n好",x\n坏,y\n');
  expect(lines.map((line) => (JSON.parse(line) as { text: string }).text)).toEqual(['a,"b"\n好', '坏']);
});

test.each([
  ['raw text', 'a.txt', '今天\n明天\n', ['{"id":1,"text":"今天","span":[0,2]}', '{"id":2,"text":"明天","span":[3,5]}']],
  ['JSON lines by their look', 'stdin', '{"text":"好"}\n', ['{"id":1,"text":"好"}']],
  ['a JSON array', 'a.json', '[{"text":"好"},\n{"id":"x","text":"坏"}]', ['{"id":1,"text":"好"}', '{"id":"x","text":"坏"}']],
])('%s', async (_, name, content, lines) => {
  expect(await read(name, content)).toEqual({ lines, notes: [] });
});

// 今天 in each encoding, bytes from the encodings' tables
test.each([
  ['gb18030', [0xbd, 0xf1, 0xcc, 0xec, 0x0a]],
  ['gbk', [0xbd, 0xf1, 0xcc, 0xec, 0x0a]],
  ['big5', [0xa4, 0xb5, 0xa4, 0xd1, 0x0a]],
  ['utf-16le', [0xca, 0x4e, 0x29, 0x59, 0x0a, 0x00]],
  ['utf-16be', [0x4e, 0xca, 0x59, 0x29, 0x00, 0x0a]],
  ['utf-8', [0xff, 0xfe, 0xca, 0x4e, 0x29, 0x59]],
  ['utf-8', [0xfe, 0xff, 0x4e, 0xca, 0x59, 0x29]],
])('%s %p', async (encoding, bytes) => {
  expect((await read('a.txt', Uint8Array.from(bytes), { encoding })).lines).toEqual(['{"id":1,"text":"今天","span":[0,2]}']);
});

test('several files: their names go before the numbers', async () => {
  const names = ['one.txt', 'two.txt'].map((name) => ({ path: join(folder, name), name }));
  for (const { path } of names) writeFileSync(path, '好\n');
  const batches = await all(readRecords(names, { records: false }));
  expect(batches.flat().map(({ id }) => id)).toEqual(['one.txt:1', 'two.txt:1']);
});

test.each([
  ['a.txt', '好\n', { wrapped: true, textKey: 'x' }, 'usage', '--text-key does not apply to text'],
  ['a.jsonl', '{}\n', { wrapped: true }, 'usage', '--wrapped does not apply to jsonl'],
  ['a.txt', '好\n', { records: true }, 'data', 'these are no records'],
  ['a.tsv', 'a\tb\n', { textKey: 'c' }, 'data', 'there is no column "c"'],
  ['a.tsv', 'text\ttokens\n', {}, 'data', 'the column "tokens" has the name of a field of rnn-pipe, or stands twice'],
  ['a.tsv', 'a\tb\tc\n', {}, 'data', 'which column is the text is not known'],
])('%s %j %j: %s', async (name, content, options, code, message) => {
  await expect(read(name, content, options)).rejects.toMatchObject({ code, message });
});
