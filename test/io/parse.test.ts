import type { PipeError } from '../../src/errors.js';
import { LINE, toJson, type Batch } from '../../src/formats/record.js';
import type { Layout } from '../../src/io/layout.js';
import { parseChunk } from '../../src/io/parse.js';

interface Result {
  batch: Batch;
  bad: { line: number; error: PipeError }[];
}

async function parsed(content: string | Uint8Array, layout: Layout = { kind: 'jsonl' }, raw = true, firstLine = 1): Promise<Result> {
  const bad: Result['bad'] = [];
  const chunk = { bytes: Buffer.from(content as string), firstLine, firstCharacter: 0 };
  const batch = await parseChunk(chunk, { file: 'f.jsonl', layout, idPrefix: '', raw, onBad: (line, error) => bad.push({ line, error }) });
  return { batch, bad };
}

const TEXT: Layout = { kind: 'text', wrapped: false };

// columns counted by hand, in code points from 1
test.each([
  ['{"a":1,}', 8, 'a comma too many'],
  ['{"今天":"😀" x}', 11, 'code points, not bytes or UTF-16 units'],
  ['{"a":NaN}', 6, 'NaN'],
  ['{"a":[1,Infinity]}', 9, 'infinity'],
  ['{"a":"b', 8, 'cut: the end of the line'],
])('%s is an error at column %i (%s)', async (line, column) => {
  const { batch, bad } = await parsed(`{"id":1}\n${line}\n{"id":3}\n`);
  expect(batch.map((record) => [record.id, record[LINE]])).toEqual([
    [1, 1],
    [3, 3],
  ]);
  expect(bad).toHaveLength(1);
  expect(bad[0]!.line).toBe(2);
  expect(bad[0]!.error).toMatchObject({ code: 'data', message: 'this is no JSON', place: { file: 'f.jsonl', line: 2, column } });
  expect(bad[0]!.error.hint).toBeTruthy();
});

test('whole numbers that a double cannot hold are refused, not rounded', async () => {
  const { batch, bad } = await parsed(
    '{"n":12345678901234567890}\n{"n":"12345678901234567890"}\n{"n":9007199254740991}\n{"text":"编号:12345678901234567890"}\n',
  );
  expect(batch).toHaveLength(3);
  expect(bad[0]!.error).toMatchObject({ found: '12345678901234567890', place: { line: 1 } });
});

test('numbers within strings are text', async () => {
  const { bad } = await parsed(
    '{"text":"[12345678901234567890]"}\n{"text":"a, 12345678901234567, b"}\n{"text":"\\",12345678901234567]"}\n',
  );
  expect(bad).toEqual([]);
});

test('one bad byte costs one line; its line and column are told', async () => {
  const bytes = Buffer.concat([Buffer.from('好\n今'), Buffer.of(0xff), Buffer.from('天\n明\n')]);
  const { batch, bad } = await parsed(bytes, TEXT);
  expect(batch.map((record) => record.text)).toEqual(['好', '明']);
  expect(bad[0]!.error).toMatchObject({ code: 'data', place: { line: 2, column: 2 }, found: '0xff' });
});

test('CRLF, a byte order mark, U+2028, NUL and blank lines', async () => {
  const { batch } = await parsed('\uFEFF今天\r\n\r\n \t\na\u2028b\u0000\n末', TEXT);
  expect(batch.map(({ id, text, span }) => [id, text, span])).toEqual([
    [1, '今天', [0, 2]],
    [4, 'a\u2028b\u0000', [9, 13]],
    [5, '末', [14, 15]],
  ]);
});

test('a character beyond 16 bits counts as one', async () => {
  const { batch } = await parsed('😀😀\n好\n', TEXT);
  expect(batch.map(({ span }) => span)).toEqual([
    [0, 2],
    [3, 4],
  ]);
});

test('a line of 20 MB', async () => {
  const { batch } = await parsed(`${'好'.repeat(7e6)}\n`, TEXT);
  expect(batch[0]!.span).toEqual([0, 7e6]);
});

test('names of object members are names of fields', async () => {
  const line = '{"id":7,"__proto__":{"x":1},"constructor":2}';
  const { batch } = await parsed(line);
  expect(toJson(batch[0]!)).toBe(line);
});

test('--text-key and --label-key rename; a record without them is bad', async () => {
  const { batch, bad } = await parsed('{"t":"好","y":1}\n{"t":"坏"}\n', { kind: 'jsonl', textKey: 't', labelKey: 'y' });
  expect(batch.map(toJson)).toEqual(['{"id":1,"text":"好","label":1}']);
  expect(bad[0]!.error.message).toBe('the record has no "y"');
});

test('wrapped text: lines up to a blank one', async () => {
  const { batch } = await parsed('一\n二\n\n三\r\n', { kind: 'text', wrapped: true });
  expect(batch.map(({ id, text, span }) => [id, text, span])).toEqual([
    [1, '一\n二', [0, 3]],
    [4, '三', [5, 6]],
  ]);
});

test('a row of another width is bad', async () => {
  const { batch, bad } = await parsed('text\tlabel\n好\t1\n坏\n', { kind: 'tsv', columns: ['text', 'label'], header: true });
  expect(batch.map(toJson)).toEqual(['{"id":2,"text":"好","label":"1"}']);
  expect(bad[0]!.error).toMatchObject({ place: { line: 3 }, found: '1', hint: 'is the row cut, or a tab missing?' });
});

test('__label__x text, several labels', async () => {
  const { batch, bad } = await parsed('__label__a 好\n__label__a __label__b 坏 了\n无\n', { kind: 'fasttext' });
  expect(batch.map(toJson)).toEqual(['{"id":1,"text":"好","label":"a"}', '{"id":2,"text":"坏 了","label":["a","b"]}']);
  expect(bad[0]!.line).toBe(3);
});
