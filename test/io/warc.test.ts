/** WET: what is text in it, however its bytes come, and what is said of a record that is not as it should be. */
import { LINE, type SentenceRecord } from '../../src/formats/record.js';
import { parseChunk } from '../../src/io/parse.js';
import { warcChunks, type WarcChunkOptions } from '../../src/io/warc-chunks.js';
import { wet, wetRecord, type WetRecord } from '../support/wet.js';
import { all, inPieces } from './support.js';

interface Read {
  records: SentenceRecord[];
  counts: Record<string, number>;
  bad: number[];
  chunks: number;
}

async function read(bytes: Uint8Array, size = bytes.length, options: WarcChunkOptions = {}): Promise<Read> {
  const made = await all(warcChunks(inPieces(bytes, Math.max(1, size)), 'f.wet', options));
  const [counts, bad]: [Record<string, number>, number[]] = [{}, []];
  const records: SentenceRecord[] = [];
  for (const chunk of made)
    records.push(
      ...(await parseChunk(chunk, {
        file: 'f.wet',
        layout: { kind: 'wet' },
        idPrefix: '',
        raw: true,
        onBad: (line) => bad.push(line),
        count: (what, howMany) => (counts[what] = (counts[what] ?? 0) + howMany),
      })),
    );
  expect(Buffer.concat(made.map((chunk) => chunk.bytes))).toEqual(Buffer.from(bytes));
  return { records, counts, bad, chunks: made.length };
}

const texts = ({ records }: Read): unknown[] => records.map(({ text, source }) => [text, source]);

// lines counted by hand: 11 of the warcinfo, then a header of 8 before the first page
const EXPECTED = [
  { id: 20, text: '今天天气很好。', span: [0, 7], source: 'http://example.cn/a' },
  { id: 21, text: '我们去公园😀散步吧！', span: [8, 18], source: 'http://example.cn/a' },
];

test('the lines of conversion records, with the numbers of lines of the file and spans of the page', async () => {
  const { records, counts, bad } = await read(wet());
  expect(records.slice(0, 2).map((record) => ({ ...record }))).toEqual(EXPECTED.map((one) => ({ ...one, [LINE]: one.id })));
  expect(texts({ records } as Read).slice(2)).toEqual([
    ['第二页', 'http://example.cn/b?x=1'],
    ['  只有两行。', 'http://example.cn/b?x=1'],
    // what a page quotes is its text: Content-Length is believed before a line that looks like a record
    ['一个记录是这样的：', 'http://example.cn/warc'],
    ['WARC/1.0', 'http://example.cn/warc'],
    ['WARC-Type: conversion', 'http://example.cn/warc'],
    ['正文。', 'http://example.cn/warc'],
  ]);
  const lines = wet().toString('utf8').split('\n');
  for (const { id, text } of records) expect(lines[Number(id) - 1]!.replace(/\r$/, '')).toBe(text);
  expect({ counts, bad }).toEqual({ counts: { documents: 3, otherDocuments: 2 }, bad: [] });
});

test('in whatever pieces the bytes come', async () => {
  const whole = await read(wet());
  for (const size of [1, 2, 3, 7, 64, 65, 300]) {
    const { records, counts } = await read(wet(), size);
    expect([size, records, counts]).toEqual([size, whole.records, whole.counts]);
  }
});

test('a window ends at the same record in whatever pieces the bytes come', async () => {
  const ends = async (size: number): Promise<number[]> =>
    (await all(warcChunks(inPieces(wet(), size), 'f', { windowLines: 12 }))).map(({ bytes }) => bytes.length);
  const whole = await ends(wet().length);
  expect(whole.length).toBeGreaterThan(2);
  for (const size of [1, 5, 100]) expect(await ends(size)).toEqual(whole);
});

test('line ends are LF too; headers in any case; one that goes on in the next line; a page without a URI', async () => {
  const record = 'WARC/1.1\nwarc-type: Conversion\nWARC-Target-URI: http://example.cn/\n  long\nCONTENT-LENGTH: 6\n\n好的\n';
  expect(texts(await read(Buffer.from(record)))).toEqual([['好的', 'http://example.cn/ long']]);
  expect((await read(wetRecord({ body: '好' }))).records.map((one) => Object.keys(one))).toEqual([['id', 'text', 'span']]);
  expect((await read(new Uint8Array())).records).toEqual([]);
});

test('a bad byte costs its line; the lines after it stay where they are', async () => {
  const bytes = wet([{ uri: 'u', body: '甲\nX乙\n丙' }]);
  bytes[bytes.indexOf('X')] = 0xff;
  const { records, bad } = await read(bytes);
  // the line with the byte 0xff has two characters, and its line end
  expect(records.map(({ id, text, span }) => [id, text, span])).toEqual([
    [9, '甲', [0, 1]],
    [11, '丙', [5, 6]],
  ]);
  expect(bad).toEqual([10]);
});

test('where Content-Length is not true, the text goes on to the next record, and it is counted', async () => {
  // as where somebody counted characters, or changed the line ends of the whole file
  const pages: WetRecord[] = [
    { uri: 'a', body: '太短\n第二行', length: '4' },
    { uri: 'b', body: '太长', length: '90' },
    { uri: 'c', body: '对' },
  ];
  for (const size of [wet(pages).length, 1, 50]) {
    const done = await read(wet(pages), size);
    expect(texts(done)).toEqual([
      ['太短', 'a'],
      ['第二行', 'a'],
      ['太长', 'b'],
      ['对', 'c'],
    ]);
    expect(done.counts).toEqual({ documents: 3, wrongLengths: 2 });
  }
  const unix = Buffer.from(wet().toString('utf8').replaceAll('\r\n', '\n'));
  expect(texts(await read(unix)).slice(0, 4)).toEqual(texts(await read(wet())).slice(0, 4));
});

const good = wetRecord({ uri: 'http://example.cn/', body: '好\n' }); // 11 lines

test.each([
  ['text after a record', Buffer.concat([Buffer.from('好\n'), good]), 1, 'this is no WARC record'],
  [
    'a header without a colon',
    Buffer.concat([good, Buffer.from('WARC/1.0\r\nWARC-Type conversion\r\n\r\n')]),
    13,
    'this is no header of a WARC record',
  ],
  ['no type', Buffer.concat([good, Buffer.from('WARC/1.0\r\nContent-Length: 0\r\n\r\n')]), 12, 'the header has no WARC-Type'],
  [
    'no length',
    Buffer.concat([good, Buffer.from('WARC/1.0\r\nWARC-Type: conversion\r\n\r\n好')]),
    12,
    'the header has no Content-Length that is a number',
  ],
  ['a length in words', wetRecord({ body: '好', length: 'three' }), 1, 'the header has no Content-Length that is a number'],
  ['a header that is cut', Buffer.concat([good, good.subarray(0, 40)]), 12, 'the file ends in the header of a record'],
  ['a body that is cut', Buffer.concat([good, good.subarray(0, -6)]), 12, 'the record is cut short'],
  ['a length beyond all limits', wetRecord({ body: '好', length: '99999999999' }), 1, 'the record is too long'],
  ['a header without an end', Buffer.from(`WARC/1.0\r\n${'X: y\r\n'.repeat(2e5)}`), 1, 'the header has no end'],
])('%s is an error with its line', async (_, bytes, line, message) => {
  for (const size of [bytes.length, 1000, 30])
    await expect(read(bytes, size)).rejects.toMatchObject({ code: 'data', message, place: { file: 'f.wet', line } });
});

test('of a record nothing is kept that the limit does not allow', async () => {
  const bytes = wet([{ body: '好'.repeat(1000) }, { body: '好' }]);
  await expect(read(bytes, 100, { maxLineBytes: 2999 })).rejects.toMatchObject({ message: 'the record is too long', place: { line: 1 } });
  expect((await read(bytes, 100, { maxLineBytes: 3000 })).records).toHaveLength(2);
});
