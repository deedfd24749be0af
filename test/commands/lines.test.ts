/** Steps on lines as they lie (`steps/lines/step.ts`) against the same steps over records: bytes, counts and errors are the same. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { doLines } from '../../src/commands/chunk-lines.js';
import { openShare, type Done, type Job, type Work } from '../../src/commands/chunk-work.js';
import { encodeCommand } from '../../src/commands/encode.js';
import { describe as told, PipeError } from '../../src/errors.js';
import { LINE, type Batch } from '../../src/formats/record.js';
import { byteLines, parseChunk } from '../../src/io/parse.js';
import { linesOf } from '../../src/io/write.js';
import { encode } from '../../src/steps/encode.js';
import type { Step } from '../../src/steps/step.js';
import { addTokens, mergeCounts, newCounts, type TokenCounts } from '../../src/text/counts.js';
import { formatVocabulary, vocabularyOf } from '../../src/text/vocabulary.js';

const JOB = { file: 'f.jsonl', layout: { kind: 'jsonl' }, idPrefix: '', raw: false, maxLineBytes: 200 } as const;
const jobOf = (bytes: Uint8Array): Job => ({ chunk: { bytes, firstLine: 5, firstCharacter: 0 }, parse: JOB });

function vocabulary(): ReturnType<typeof vocabularyOf> {
  const counts = newCounts();
  addTokens(counts, { tokens: ['我', '我', '爱', '"', '\\', '<pad>', 'a'], segmenter: 's-1' });
  return vocabularyOf(counts);
}

/** What a chunk gives over records: written down from the meaning of a chunk's work, with nothing of lines in it. */
async function overRecords(bytes: Uint8Array, quarantine: boolean, use: (batch: Batch, reject: Reject) => Promise<Batch>) {
  const bad: { line: number; why: string }[] = [];
  const reject = (line: number, error: PipeError): void => {
    if (!quarantine) throw error;
    bad.push({ line, why: told(error) });
  };
  const { chunk } = jobOf(bytes);
  const batch = await parseChunk(chunk, { ...JOB, onBad: reject });
  const unreadable = bad.length;
  const records = await use(batch, reject);
  const lines = byteLines(bytes);
  return {
    records,
    recordsIn: batch.length + unreadable,
    bad: bad.sort((a, b) => a.line - b.line).map((one) => ({ ...one, bytes: Buffer.from(lines[one.line - 5]!) })),
  };
}

type Reject = (line: number, error: PipeError) => void;

/** The result, or what is told of its error. */
const outcome = <T>(result: Promise<T>): Promise<T | string> =>
  result.catch((error: unknown) => {
    if (error instanceof PipeError) return `${told(error)} ${error.hint ?? ''}`;
    throw error;
  });

async function encoded(step: Step, bytes: Uint8Array, quarantine: boolean) {
  const counts = new Map<string, number>();
  const { records, recordsIn, bad } = await overRecords(bytes, quarantine, async (batch, reject) => {
    const out: Batch = [];
    const context = {
      count: (what: string, howMany: number) => void counts.set(what, (counts.get(what) ?? 0) + howMany),
      reject: (record: Batch[number], error: PipeError) => reject(record[LINE]!, error.at({ file: JOB.file, line: record[LINE]! })),
    };
    for await (const some of step(one(batch), context)) out.push(...some);
    return out;
  });
  const lineNumbers = records.map((record) => record[LINE]!);
  return { lines: textOf(linesOf(records)), lineNumbers, recordsIn, recordsOut: records.length, counts: Object.fromEntries(counts), bad };
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* one(batch: Batch): AsyncGenerator<Batch> {
  yield batch;
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const seen = ({ lines, lineNumbers, recordsIn, recordsOut, counts, bad }: Done): object => ({
  lines: textOf(lines),
  lineNumbers,
  recordsIn,
  recordsOut,
  counts: Object.fromEntries(counts),
  bad: bad.map(({ line, bytes, why }) => ({
    line,
    why: told(new PipeError(why.code, why.message, why)),
    bytes: Buffer.from(bytes),
  })),
});

const token = fc.constantFrom('我', '爱', '"', '\\', '<pad>', 'a', '他', '\ud800', '\u2028', '__proto__', '');
const tokens = fc.array(token, { maxLength: 8 });
const segmenter = fc.constantFrom<object[]>({ segmenter: 's-1' }, { segmenter: 's-1' }, { segmenter: 's-1' }, {}, { segmenter: 's-2' });
const more = fc.constantFrom<object[]>(
  {},
  {},
  { mine: 'x' },
  { mine: 1.5 },
  { ids: [1] },
  { vocabulary: 'v' },
  { label: [] },
  { id: 1e16 },
);
const json = fc
  .tuple(fc.nat(), tokens, segmenter, more)
  .map(([id, all, by, extra]) => JSON.stringify({ id, tokens: all, ...by, ...extra }));
/** Lines of which most are plain, some are odd, and some are bad. */
const line = fc.oneof(
  { weight: 8, arbitrary: json },
  { weight: 1, arbitrary: json.map((text) => text.replace(':', ' : ')) },
  { weight: 1, arbitrary: json.map((text) => `${text}\r`) },
  { weight: 1, arbitrary: json.map((text) => text.replace('我', '\\u6211')) },
  { weight: 1, arbitrary: json.map((text) => `${text.slice(0, -1)},"tokens":["爱"]}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '{"id":1}',
      '{"tokens":[1]}',
      '{"tokens":["我"',
      'x',
      '{}',
      `{"text":"${'长'.repeat(70)}","tokens":[]}`,
    ),
  },
);
const chunk = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 12 }), fc.constantFrom('\n', ''), fc.integer({ min: 0, max: 9 }))
  .map(([lines, end, badByte]) => {
    const bytes = Buffer.from(lines.join('\n') + end);
    if (badByte === 0) bytes[bytes.length >> 1] = 0xff;
    return bytes;
  });

test('the lines of examples/ are done as they lie, and nothing is left of them', async () => {
  const step = await encodeCommand.stage.prepareLines!({ vocab: 'examples/vocabulary.json', oov: 'unk' });
  const bytes = readFileSync('examples/tokens.jsonl');
  const { left, lineNumbers } = doLines(jobOf(bytes).chunk, step!, { count: () => {} });
  expect(left).toHaveLength(0);
  expect(lineNumbers).toHaveLength(bytes.toString('utf8').split('\n').length - 1);
});

test.each([
  ['unk', true],
  ['unk', false],
  ['error', true],
  ['error', false],
] as const)('encode --oov %s, quarantine %s: lines as they lie give what records give', async (oov, quarantine) => {
  const vocabText = formatVocabulary(vocabulary());
  const share = openShare({ stages: [{ name: 'encode', options: { vocabText, oov } }], then: 'lines', quarantine });
  const step = encode({ vocabulary: vocabulary(), oov });
  await fc.assert(
    fc.asyncProperty(chunk, async (bytes) => {
      expect(await outcome(share.do(jobOf(bytes)).then(seen))).toEqual(await outcome(encoded(step, bytes, quarantine)));
    }),
    { numRuns: 400 },
  );
});

test('vocab: lines as they lie count what records count', async () => {
  const work: Work = { stages: [], then: { fold: 'counts', options: {} }, quarantine: true };
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 4 }), async (chunks) => {
      const [share, counts] = [openShare(work), newCounts()];
      const quick = async (): Promise<TokenCounts> => {
        for (const bytes of chunks) await share.do(jobOf(bytes));
        return mergeCounts([(await share.accumulator()) as TokenCounts]);
      };
      const slow = async (): Promise<TokenCounts> => {
        for (const bytes of chunks)
          await overRecords(bytes, true, (batch) => {
            for (const record of batch) addTokens(counts, record);
            return Promise.resolve(batch);
          });
        return mergeCounts([counts]);
      };
      expect(await outcome(quick())).toEqual(await outcome(slow()));
    }),
    { numRuns: 400 },
  );
});
