/** Columns at whose fields nobody looks are handed on as they lie: what is written is, byte for byte, what it is when all become values. */
import fc from 'fast-check';
import type * as Arrow from 'apache-arrow';
import { fromJson, toJson, type Batch, type SentenceRecord } from '../../../src/formats/record.js';
import { columnsFor } from '../../../src/io/arrow/columns.js';
import { handedRows } from '../../../src/io/arrow/handed.js';
import { loadArrow } from '../../../src/io/arrow/library.js';
import { readArrow } from '../../../src/io/arrow/read.js';
import { arrowWriter } from '../../../src/io/arrow/write.js';
import { all, fromBytes, sink } from '../support.js';

async function written(batches: readonly Batch[]): Promise<Buffer> {
  const { output, bytes } = sink();
  const writer = arrowWriter(output, 'file');
  for (const batch of batches) await writer.write(batch);
  await writer.publish();
  return bytes();
}

const parsed = (lines: readonly string[]): Batch => lines.map((line) => fromJson(JSON.parse(line)));
const lines = async (bytes: Buffer): Promise<string[]> => (await all(readArrow(fromBytes(bytes)))).flat().map(toJson);

/** Records as the steps make them: mostly alike, some lacking a field, some with values that fit no column. */
const rarely = <T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ arbitrary: usual, weight: 20 }, { arbitrary: odd, weight: 1 });
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const record = fc.record(
  {
    id: rarely<string | number, number>(fc.constantFrom('1', '12#3', ''), fc.nat()),
    text: rarely(fc.string({ unit: 'grapheme' }), fc.constant('\ud800')),
    label: rarely<number, string>(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string()),
    tokens: fc.array(fc.string({ unit: 'grapheme', maxLength: 3 }), { maxLength: 4 }),
    tokenSpans: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }),
    ids: rarely(fc.array(fc.nat(9), { maxLength: 4 }), fc.constant([2 ** 40])),
    length: fc.nat(),
    kept: fc.tuple(fc.nat(), fc.nat()),
    embeddings: fc.array(fc.tuple(float, float), { maxLength: 3 }),
    network: fc.constant({ cell: 'lstm', directions: ['forward'] }),
    mine: fc.string(),
    score: fc.double({ noNaN: true, noDefaultInfinity: true }),
    more: fc.jsonValue(),
  },
  { requiredKeys: ['id', 'text', 'tokens', 'ids'] },
);

/** What a step may do with records at whose fields it does not look. */
const changed = (records: Batch, dropped: ReadonlySet<number>): Batch =>
  records
    .filter((_, i) => !dropped.has(i))
    .map(({ embeddings, ...rest }): SentenceRecord => ({ ...rest, prediction: `of ${embeddings?.shape[0] ?? 0}` }));

function regrouped(records: Batch, size: number): Batch[] {
  const batches: Batch[] = [];
  for (let at = 0; at < records.length; at += size) batches.push(records.slice(at, at + size));
  return batches;
}

test('whatever records, whichever fields are looked at, however they are grouped again', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.array(record, { maxLength: 6 }), { maxLength: 4 }),
    fc.subarray(['id', 'text', 'label', 'tokens', 'tokenSpans', 'ids', 'length', 'kept', 'mine', 'score']),
    fc.array(fc.nat(20)),
    fc.integer({ min: 1, max: 9 }),
    async (batches, lookedAt, dropped, size) => {
      const input = await written(batches.map((batch) => parsed(batch.map((one) => JSON.stringify(one)))));
      const through = async (looked?: ReadonlySet<string>): Promise<Buffer> =>
        written(regrouped(changed((await all(readArrow(fromBytes(input), { lookedAt: looked }))).flat(), new Set(dropped)), size));
      const [ordinary, handed] = [await through(), await through(new Set(['embeddings', ...lookedAt]))];
      expect(await lines(handed)).toEqual(await lines(ordinary));
      expect(handed.equals(ordinary)).toBe(true);
    },
  );
  await fc.assert(property, { numRuns: 300 });
});

test('a field that is handed on never becomes a value', async () => {
  const input = await written([parsed(['{"id":1,"text":"今天","ids":[4]}'])]);
  const [batch] = await all(readArrow(fromBytes(input), { lookedAt: new Set(['ids']) }));
  expect(batch![0]!.ids).toEqual([4]);
  expect(typeof batch![0]!.text).not.toBe('string');
});

test('columns of every type that is handed on are written as they lie', async () => {
  const line =
    '{"id":1,"text":"今天好","label":"x","tokens":["今天","好"],"tokenSpans":[[0,2],[2,3]],"ids":[4,5],"length":2,"kept":[0,1],"score":0.5}';
  const input = await written([parsed([line, line])]);
  const [batch] = await all(readArrow(fromBytes(input), { lookedAt: NOBODY }));
  const arrow = loadArrow();
  const columns = columnsFor(arrow, batch!);
  expect(columns.map(({ name }) => name)).toEqual(Object.keys(JSON.parse(line) as object));
  for (const { name, type } of columns) expect([name, handedRows(arrow, batch!, name, type)]).toEqual([name, [expect.anything()]]);
});

/** One batch of a column of text, with these bytes and offsets. */
function texts(bytes: Uint8Array, offsets: readonly number[]): Buffer {
  const arrow = loadArrow();
  const type = new arrow.Utf8();
  const data = arrow.makeData({ type, length: offsets.length - 1, nullCount: 0, valueOffsets: Int32Array.from(offsets), data: bytes });
  return ofColumn(arrow, data);
}

function ofColumn(arrow: typeof Arrow, data: Arrow.Data, name = 'text'): Buffer {
  const schema = new arrow.Schema([new arrow.Field(name, data.type, true)]);
  const type = new arrow.Struct(schema.fields);
  const batch = new arrow.RecordBatch(schema, arrow.makeData({ type, length: data.length, nullCount: 0, children: [data] }));
  return Buffer.from(arrow.RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true));
}

const NOBODY = new Set<string>();

test.each([
  ['bytes that are no UTF-8', Uint8Array.of(0xe4, 0xff), [0, 2]],
  ['an offset behind the text', Buffer.from('今天'), [0, 3, 60]],
  ['offsets that go back', Buffer.from('今天'), [0, 6, 3]],
])('%s are not handed on as they lie', async (_, bytes, offsets) => {
  const outcome = async (lookedAt?: ReadonlySet<string>): Promise<unknown> =>
    all(readArrow(fromBytes(texts(bytes, offsets)), { lookedAt })).then(
      (batches) => batches.flat().map(toJson),
      (error: unknown) => (error as Error).message,
    );
  expect(await outcome(NOBODY)).toEqual(await outcome());
});

test('a character that two texts share becomes what it becomes when it is read', async () => {
  const [batch] = await all(readArrow(fromBytes(texts(Buffer.from('今天'), [0, 2, 6])), { lookedAt: NOBODY }));
  expect(batch!.map(({ text }) => text)).toEqual(['\ufffd', '\ufffd天']);
});

test.each([
  [
    'NaN in a column of numbers',
    (arrow: typeof Arrow) => ofColumn(arrow, arrow.vectorFromArray([1, NaN], new arrow.Float64()).data[0]!, 'perplexity'),
  ],
  ['an id beyond 2^53', (arrow: typeof Arrow) => ofColumn(arrow, arrow.vectorFromArray([1n, 2n ** 60n], new arrow.Int64()).data[0]!, 'id')],
])('%s is an error although nobody looks at it', async (_, make) => {
  await expect(all(readArrow(fromBytes(make(loadArrow())), { lookedAt: NOBODY }))).rejects.toMatchObject({
    code: 'data',
    place: { file: 'input', line: 2 },
  });
});
