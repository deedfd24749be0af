import fc from 'fast-check';
import { fromJson, toJson, type Batch } from '../../../src/formats/record.js';
import { arrowWriter } from '../../../src/io/arrow/write.js';
import { readArrow } from '../../../src/io/arrow/read.js';
import { fromBytes, sink } from '../support.js';

const parsed = (lines: readonly string[]): Batch => lines.map((line) => fromJson(JSON.parse(line)));

async function throughArrow(batches: Batch[], format: 'file' | 'stream' = 'file', chunk = 1000): Promise<string[]> {
  const { output, bytes } = sink();
  const writer = arrowWriter(output, format);
  for (const batch of batches) await writer.write(batch);
  await writer.publish();
  const lines: string[] = [];
  for await (const batch of readArrow(fromBytes(bytes(), chunk))) lines.push(...batch.map(toJson));
  return lines;
}

/** Every kind of field, in the order in which steps add them. */
const FULL =
  '{"id":"1#1","text":"今天","originalText":"今天","span":[0,2],"label":"好","tokens":["今","天"],"tokenSpans":[[0,1],[1,2]],"pos":["a","b"],"segmenter":"s","ids":[4,5],' +
  '"ngramIds":[0,7],"vocabulary":"v","length":2,"mask":[1,1],"kept":[0,2],"embeddings":[[0.1,-2.5],[0,1e-7]],"hiddenStates":[[0.5,1],[2,3]],' +
  '"trace":[{"layer":1,"direction":"forward","hiddenStates":[[0.5]],"cellStates":[[1]],"gates":{"inputGate":[[0.25]]}}],"output":[0.33333334,1],' +
  '"taken":{"how":"last","timeSteps":[2]},"logits":[1,2,3],"probabilities":[0.2,0.3,0.5],"prediction":"好","top":[{"label":"好","probability":0.5}],"mine":{"a":[1,null]}}';

test.each(['file', 'stream'] as const)('a record with every field goes through the %s format', async (format) => {
  expect(await throughArrow([parsed([FULL, FULL]), parsed([FULL])], format)).toEqual([FULL, FULL, FULL]);
});

test.each([
  ['own fields named like those of objects', ['{"__proto__":{"x":1},"constructor":"2","toString":1,"mine":{"__proto__":[1]}}']],
  [
    'lone surrogates in a value, a list, a name',
    ['{"text":"\\ud800","tokens":["a","\\udfff"],"\\ud83d":1}', '{"text":"好","tokens":["好"]}'],
  ],
  ['odd strings', ['{"text":"a\\u0000b\\u2028\\n\\"\\\\","note":"😀","":"empty name"}']],
  ['ids that are numbers', ['{"id":1}', '{"id":9007199254740991}', '{"id":-3}']],
  ['ids of both kinds', ['{"id":1}', '{"id":"1"}']],
  ['labels of all kinds', ['{"label":1}', '{"label":0.5}', '{"label":["a"]}', '{"label":"1"}']],
  ['null, which is not absent', ['{"mine":null}', '{"other":1}', '{"mine":"a"}']],
  ['numbers beyond 32 bits', ['{"span":[0,4294967296],"ids":[3000000000],"length":3000000000}', '{"span":[0,1],"ids":[3],"length":3}']],
  [
    'tensors of other widths',
    [
      '{"embeddings":[[1,2]],"output":[1]}',
      '{"embeddings":[[1]],"output":[1,2]}',
      '{"embeddings":[],"output":[]}',
      '{"embeddings":[[],[]]}',
    ],
  ],
  ['empty lists', ['{"tokens":[],"ids":[],"tokenSpans":[],"embeddings":[]}']],
  ['an empty record', ['{}', '{"text":"a"}', '{}']],
  ['a name that we use', ['{"otherFields":"a","_otherFields":1}']],
])('%s come back as they were', async (_, lines) => {
  expect(await throughArrow([parsed(lines)])).toEqual(lines);
});

test('what a later batch has beside the columns of the first is kept', async () => {
  const [first, later] = [
    ['{"id":1,"embeddings":[[1,2]]}'],
    ['{"id":"a","embeddings":[[1,2,3]],"new":{"x":[]}}', '{"id":2,"embeddings":[[0,0.1]]}'],
  ];
  expect(await throughArrow([parsed(first), parsed(later)])).toEqual([...first, ...later]);
});

test('no records at all', async () => {
  expect(await throughArrow([])).toEqual([]);
  expect(await throughArrow([[]], 'stream')).toEqual([]);
});

const string = fc.string({ unit: 'binary' });
const spans = fc.tuple(fc.nat(), fc.nat());
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const matrix = fc.nat(3).chain((dim) => fc.array(fc.array(float, { minLength: dim, maxLength: dim }), { maxLength: 3 }));
const some = fc.record(
  {
    id: fc.oneof(string, fc.maxSafeInteger()),
    text: string,
    span: spans,
    label: fc.oneof(string, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.array(string)),
    tokens: fc.array(string),
    tokenSpans: fc.array(spans),
    ids: fc.array(fc.maxSafeInteger()),
    length: fc.nat(),
    embeddings: matrix,
    output: fc.array(float),
    top: fc.array(fc.record({ label: string, probability: fc.double({ noNaN: true, noDefaultInfinity: true }) })),
    mine: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

test('JSON lines → Arrow → JSON lines are the same bytes, any records, any cutting of the bytes', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.array(some, { maxLength: 4 }), { maxLength: 3 }),
    fc.constantFrom('file', 'stream'),
    fc.integer({ min: 1, max: 400 }),
    async (batches, format, chunk) => {
      const lines = batches.map((batch) => batch.map((record) => toJson(fromJson(JSON.parse(JSON.stringify(record))))));
      // fields may come back in another order where records differ in the fields they have
      const sorted = (line: string): unknown => JSON.parse(line, (_, value: unknown) => (Object.is(value, -0) ? 0 : value)) as unknown;
      const back = await throughArrow(lines.map(parsed), format, chunk);
      expect(back.map(sorted)).toEqual(lines.flat().map(sorted));
      const alike = lines.filter((batch) => batch.length > 0)[0]?.slice(0, 1) ?? [];
      expect(await throughArrow([parsed(alike)], format as 'file', chunk)).toEqual(alike);
    },
  );
  await fc.assert(property, { numRuns: 200 });
});
