import fc from 'fast-check';
import { fieldNumber, PlainLine } from '../../src/formats/plain-line.js';
import { fromJson, toJson } from '../../src/formats/record.js';
import { parseJson } from '../../src/io/parse.js';

function read(text: string): PlainLine | undefined {
  const line = new PlainLine(Buffer.from(text));
  return line.read(0) ? line : undefined;
}

const textAt = ({ bytes }: PlainLine, start: number, end: number): string => Buffer.from(bytes.subarray(start, end)).toString('utf8');

test.each([
  '{"id":1}',
  '{"id":"a#1","text":"我 \\"爱\\" \\\\ \\n","span":[0,2],"label":["体育","x"],"tokens":["我","爱"],"tokenSpans":[[0,1],[1,2]],"segmenter":"s"}',
  '{"tokens":[],"ids":[],"tokenSpans":[],"label":"","mine":"x","more":-7,"length":0,"kept":[-3,999999999999999]}',
  '{"tokens":["…","“","©","\u007f","😀"]}',
])('%s is plain', (text) => {
  expect(read(text)).toBeDefined();
  expect(read(`${text}\n`)).toBeDefined();
  expect(toJson(fromJson(JSON.parse(text)))).toBe(text);
});

test.each([
  ['{}', 'no fields'],
  ['{"id":1} ', 'white space at the end'],
  ['{"id": 1}', 'white space inside'],
  ['{"id":1}\r\n', 'a line end of Windows'],
  ['\ufeff{"id":1}', 'a byte order mark'],
  ['{"id":1,"id":2}', 'a field twice'],
  ['{"x":1,"x":1}', 'a field of the user’s twice'],
  ['{"text":"\\u6211"}', 'an escape that we would not write'],
  ['{"text":"\\/"}', 'an escape that we would not write'],
  ['{"text":"\u2028"}', 'a character that we write escaped'],
  ['{"text":"\u0085"}', 'a character that we write escaped'],
  ['{"text":"\t"}', 'a control character'],
  ['{"text":1}', 'a value of another kind'],
  ['{"tokens":[1]}', 'a value of another kind'],
  ['{"span":[1]}', 'a value of another kind'],
  ['{"id":1.5}', 'a fraction'],
  ['{"x":1e3}', 'another way to write 1000'],
  ['{"id":-0}', 'another way to write 0'],
  ['{"id":01}', 'no JSON'],
  ['{"id":1234567890123456}', 'a long integer'],
  ['{"embeddings":[[1]]}', 'a tensor'],
  ['{"x":{"y":1}}', 'an object of the user’s'],
  ['{"x":null}', 'neither a string nor a whole number'],
  ['{"b":1,"2":3}', 'a number as name, which goes to the front'],
  ['{"__proto__":1}', 'no usual name'],
  ['{"id":1', 'cut'],
  ['{"tokens":["a"', 'cut'],
  ['{"id":1,}', 'a comma too many'],
  ['{"tokens":["a",]}', 'a comma too many'],
])('%j is not plain: %s', (text) => {
  expect(read(text)).toBeUndefined();
});

const string = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '\u2028', '\u0085', '…', '我', '\ud800', ''));
const value = fc.oneof(
  string,
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, true, 1e15, 1e16, -0),
  fc.array(string),
  fc.array(fc.array(fc.nat())),
);
const name = fc.oneof(
  fc.constantFrom('id', 'text', 'span', 'label', 'tokens', 'tokenSpans', 'ids', 'length', 'logits', '__proto__', '7'),
  string,
);

test('whatever is plain is written again as it is, and its fields are found', () => {
  let plain = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 3 }), fc.array(string, { maxLength: 4 }), (fields, tokens) => {
      const members = fields.map(([key, one]) => `${JSON.stringify(key)}:${JSON.stringify(one)}`);
      const text = `{${[...members, `"tokens":${JSON.stringify(tokens)}`].join(',')}}`;
      const line = read(text);
      if (!line) return;
      plain++;
      const record = fromJson(parseJson(text));
      expect(toJson(record)).toBe(text);
      const found = Array.from({ length: line.tokenCount }, (_, i) => textAt(line, line.tokens[2 * i]!, line.tokens[2 * i + 1]!));
      expect(found.map((one) => JSON.parse(`"${one}"`) as string)).toEqual(record.tokens);
      for (const known of ['id', 'text', 'tokens', 'ids'] as const) {
        const field = fieldNumber(known);
        expect(line.has(field)).toBe(Object.hasOwn(record, known));
        if (!line.has(field)) continue;
        const json = textAt(line, line.startOf(field), line.endOf(field));
        expect(JSON.parse(json)).toEqual(record[known]);
        expect(line.is(field, Buffer.from(json))).toBe(true);
        expect(line.is(field, Buffer.from(`${json} `))).toBe(false);
      }
    }),
    { numRuns: 2000 },
  );
  expect(plain).toBeGreaterThan(100);
});

test('more fields of the user’s than can be told apart are not plain, whatever line they stand in', () => {
  const line = new PlainLine();
  const reads = (text: string): boolean => {
    line.bytes = Buffer.from(text);
    return line.read(0);
  };
  for (let i = 0; i < 64; i++) expect(reads(`{"x${i}":1}`)).toBe(true);
  expect(reads('{"y":1}')).toBe(false);
  expect(reads('{"x1":1,"x63":2}')).toBe(true);
});
