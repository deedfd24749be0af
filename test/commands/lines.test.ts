/** Steps on lines as they lie (`steps/lines/step.ts`) against the same steps over records: bytes, counts and errors are the same. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { doLines, recordLines } from '../../src/commands/chunk-lines.js';
import { openShare, type Done, type Job, type Work } from '../../src/commands/chunk-work.js';
import { chain } from '../../src/commands/chunk-run.js';
import { encodeCommand } from '../../src/commands/encode.js';
import { readyStages } from '../../src/commands/ready-stages.js';
import { tokenizeCommand } from '../../src/commands/tokenize.js';
import { describe as told, PipeError } from '../../src/errors.js';
import { LINE, type Batch } from '../../src/formats/record.js';
import { byteLines, parseChunk } from '../../src/io/parse.js';
import { linesOf } from '../../src/io/write.js';
import { encode } from '../../src/steps/encode.js';
import { pad } from '../../src/steps/pad.js';
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
async function overRecords(
  bytes: Uint8Array,
  quarantine: boolean,
  use: (batch: Batch, reject: Reject) => Promise<Batch>,
  job: Job = jobOf(bytes),
) {
  const bad: { line: number; why: string }[] = [];
  const reject = (line: number, error: PipeError): void => {
    if (!quarantine) throw error;
    bad.push({ line, why: told(error) });
  };
  const batch = await parseChunk(job.chunk, { ...job.parse, onBad: reject });
  const unreadable = bad.length;
  const records = await use(batch, reject);
  const lines = byteLines(bytes);
  return {
    records,
    recordsIn: batch.length + unreadable,
    bad: bad.sort((a, b) => a.line - b.line).map((one) => ({ ...one, bytes: Buffer.from(lines[one.line - job.chunk.firstLine]!) })),
  };
}

type Reject = (line: number, error: PipeError) => void;

/** The result, or what is told of its error. */
const outcome = <T>(result: Promise<T>): Promise<T | string> =>
  result.catch((error: unknown) => {
    if (error instanceof PipeError) return `${told(error)} ${error.hint ?? ''}`;
    throw error;
  });

async function stepped(step: Step, bytes: Uint8Array, quarantine: boolean, job?: Job) {
  const counts = new Map<string, number>();
  const { records, recordsIn, bad } = await overRecords(
    bytes,
    quarantine,
    async (batch, reject) => {
      const out: Batch = [];
      const context = {
        count: (what: string, howMany: number) => void counts.set(what, (counts.get(what) ?? 0) + howMany),
        reject: (record: Batch[number], error: PipeError) => reject(record[LINE]!, error.at({ file: JOB.file, line: record[LINE]! })),
      };
      for await (const some of step(one(batch), context)) out.push(...some);
      return out;
    },
    job,
  );
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
  const { left, numbers } = doLines(recordLines(jobOf(bytes).chunk, { ...JOB, maxLineBytes: undefined })!, step!, { count: () => {} });
  expect(left).toHaveLength(0);
  expect(numbers).toHaveLength(bytes.toString('utf8').split('\n').length - 1);
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
      expect(await outcome(share.do(jobOf(bytes)).then(seen))).toEqual(await outcome(stepped(step, bytes, quarantine)));
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

const piece = fc.constantFrom(
  '我爱',
  '中国科学院',
  'LSTM',
  '3.14',
  '，',
  '。”',
  '……',
  ' ',
  '\u3000',
  '\t',
  '"',
  '\\',
  '\r',
  '\u0301',
  '\u3099',
  '\u0085',
  '\u2028',
  '\0',
  '😀',
  '👨‍👩‍👧',
  '𠮷',
  '\ufeff',
  'ひら',
  'é',
  '〇',
  '鿿',
);
const text = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''));
const textChunk = fc
  .tuple(fc.array(text, { minLength: 1, maxLength: 8 }), fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\n'), fc.nat({ max: 14 }))
  .map(([lines, between, end, badByte]) => {
    const bytes = Buffer.from(lines.join(between) + end);
    if (badByte === 0) bytes[bytes.length >> 1] = 0xff;
    return bytes;
  })
  .filter((bytes) => bytes.length > 0);

/** Raw text as it is read from the beginning of one file, and from the middle of one of several. */
const ways = fc.constantFrom(
  { firstLine: 1, firstCharacter: 0, idPrefix: '' },
  { firstLine: 5, firstCharacter: 77, idPrefix: 'a "b".txt:' },
  { firstLine: 5, firstCharacter: 2 ** 31 - 2, idPrefix: '' },
);

test.each([
  ['builtin', true],
  ['builtin', false],
  ['jieba-rs', true],
  ['characters', true],
  ['intl', true],
] as const)('tokenize with %s, quarantine %s: raw text and lines as they lie give what records give', async (name, quarantine) => {
  const options = name === 'builtin' || name === 'jieba-rs' ? { segmenter: 'jieba', backend: name } : { segmenter: name };
  const share = openShare({ stages: [{ name: 'tokenize', options }], then: 'lines', quarantine });
  const step = await tokenizeCommand.stage.prepare(options);
  await fc.assert(
    fc.asyncProperty(textChunk, ways, async (bytes, { idPrefix, ...place }) => {
      const parse = { file: 'f.txt', layout: { kind: 'text', wrapped: false }, idPrefix, raw: true } as const;
      const raw: Job = { chunk: { bytes, ...place }, parse };
      const done = await outcome(share.do(raw).then(seen));
      expect(done).toEqual(await outcome(stepped(step, bytes, quarantine, raw)));
    }),
    { numRuns: 300 },
  );
  const records = fc
    .array(
      fc
        .tuple(text, fc.constantFrom<object[]>({}, {}, {}, { label: '我' }, { tokens: ['x'] }, { segmenter: 's' }), fc.boolean())
        .map(([of, more, named]) => JSON.stringify({ ...(named ? { id: 3 } : {}), text: of, ...more })),
      { minLength: 1, maxLength: 8 },
    )
    .map((lines) => Buffer.from(lines.join('\n')));
  await fc.assert(
    fc.asyncProperty(records, fc.boolean(), async (bytes, raw) => {
      const job: Job = { chunk: jobOf(bytes).chunk, parse: { ...JOB, raw, maxLineBytes: 400 } };
      expect(await outcome(share.do(job).then(seen))).toEqual(await outcome(stepped(step, bytes, quarantine, job)));
    }),
    { numRuns: 200 },
  );
});

test('several stages in a row, and a fold at their end: lines as they lie give what records give', async () => {
  const counts = newCounts();
  const options = { segmenter: 'characters' };
  for await (const batch of (await tokenizeCommand.stage.prepare(options))(one([{ text: '我爱，我"😀' }]), {
    count: () => {},
    reject: () => {},
  }))
    for (const record of batch) addTokens(counts, record);
  const vocabText = formatVocabulary(vocabularyOf(counts));
  const stages = [
    // over records, and several of one line
    { name: 'sentences', options: { maxChars: 5 } },
    { name: 'tokenize', options },
    { name: 'encode', options: { vocabText, oov: 'unk' } },
    { name: 'pad', options: { length: 4, padding: 'post', truncating: 'post' } },
  ];
  const parse = { file: 'f.txt', layout: { kind: 'text', wrapped: false }, idPrefix: '', raw: true } as const;
  await fc.assert(
    fc.asyncProperty(textChunk, fc.constantFrom([0, 2], [0, 3], [0, 4], [1, 2], [1, 3], [1, 4]), async (bytes, [from, to]) => {
      const job: Job = { chunk: { bytes, firstLine: 1, firstCharacter: 0 }, parse };
      const some = stages.slice(from, to);
      const steps: Step[] = await readyStages(some).steps();
      const whole: Step = (batches, context) => chain(batches, steps, context);
      const share = openShare({ stages: some, then: 'lines', quarantine: true });
      expect(await outcome(share.do(job).then(seen))).toEqual(await outcome(stepped(whole, bytes, true, job)));

      const fold = openShare({ stages: stages.slice(from, 2), then: { fold: 'counts', options: {} }, quarantine: true });
      const found = newCounts();
      await fold.do(job);
      await overRecords(
        bytes,
        true,
        async (batch) => {
          for await (const cut of chain(one(batch), steps.slice(0, 2 - from), { count: () => {}, reject: () => {} }))
            for (const record of cut) addTokens(found, record);
          return batch;
        },
        job,
      );
      expect(mergeCounts([(await fold.accumulator()) as TokenCounts])).toEqual(mergeCounts([found]));
    }),
    { numRuns: 100 },
  );
});

test('nearly all of raw text is cut as it lies', async () => {
  const step = await tokenizeCommand.stage.prepareLines!({ segmenter: 'jieba' });
  const bytes = readFileSync('examples/news.txt');
  const parse = { file: 'news.txt', layout: { kind: 'text', wrapped: false }, idPrefix: '', raw: true } as const;
  const { left, numbers } = doLines(recordLines({ bytes, firstLine: 1, firstCharacter: 0 }, parse)!, step!, { count: () => {} });
  expect(left).toHaveLength(0);
  expect(numbers).toEqual(
    bytes
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .flatMap((line, i) => (line.trim() === '' ? [] : [i + 1])),
  );
});

test('pad: lines as they lie give what records give', async () => {
  const side = fc.constantFrom('post' as const, 'pre' as const);
  const ids = fc.array(fc.integer({ min: -3, max: 3000 }), { maxLength: 7 });
  const more = fc.constantFrom<object[]>({}, {}, {}, { label: 'x' }, { mask: [1] }, { length: 2 }, { ngramIds: [4] });
  const lines = fc.array(
    fc.tuple(ids, more, fc.constantFrom<object[]>({}, { after: 1 })).map(([some, a, b]) => JSON.stringify({ ...a, ids: some, ...b })),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(lines, fc.integer({ min: 1, max: 5 }), side, side, async (all, length, padding, truncating) => {
      const options = { length, padding, truncating };
      const bytes = Buffer.from(all.join('\n'));
      const share = openShare({ stages: [{ name: 'pad', options }], then: 'lines', quarantine: true });
      expect(await outcome(share.do(jobOf(bytes)).then(seen))).toEqual(await outcome(stepped(pad(options), bytes, true)));
    }),
    { numRuns: 300 },
  );
});
