/** A step on rows of Arrow gives the bytes, counts and errors that it gives on their records, whatever the rows hold, and whoever takes the memory. */
import fc from 'fast-check';
import type { PipeError } from '../../src/errors.js';
import { openEngine } from '../../src/engine/index.js';
import type { Memory } from '../../src/formats/memory.js';
import { fromJson, LINE, type Batch, type SentenceRecord } from '../../src/formats/record.js';
import { isBatch, type NewRows } from '../../src/formats/rows.js';
import { readArrow, readRows } from '../../src/io/arrow/read.js';
import { arrowWriter } from '../../src/io/arrow/write.js';
import type { Output } from '../../src/io/output.js';
import { openNetwork, type Network } from '../../src/model/network.js';
import { randomWeights, type NetworkShape } from '../../src/model/shape.js';
import { rnn, type RnnOptions } from '../../src/steps/rnn.js';
import { rnnRows } from '../../src/steps/rows/rnn.js';
import type { StepContext } from '../../src/steps/step.js';
import { all, fromBytes } from '../io/support.js';

const shape: NetworkShape = { cell: 'lstm', inputSize: 2, units: 3, layers: 1, directions: ['forward', 'backward'], resetAfter: true };
let network: Network;
beforeAll(async () => {
  network = await openNetwork(await openEngine(undefined, { threads: 1 }), shape, randomWeights(shape, 1), false);
});
afterAll(() => network.close());
const options = (batchSize: number): RnnOptions => ({
  open: () => Promise.resolve({ ...network, close: () => Promise.resolve() }),
  keepEmbeddings: false,
  batchSize,
  traced: false,
});

/** What was taken is looked at a little later, as by a file. */
function lateSink(): { output: Output; bytes: () => Buffer } {
  const written: Buffer[] = [];
  let last = Promise.resolve();
  const write = (bytes: Uint8Array): Promise<void> => {
    last = last.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      written.push(Buffer.from(Uint8Array.from(bytes)));
    });
    return Promise.resolve();
  };
  return { output: { write, settled: () => last, publish: () => last, abandon: () => {} }, bytes: () => Buffer.concat(written) };
}

/** Memory in which everything is NaN as soon as it is given back; and before, since it may hold anything. */
function spoiling(): Memory & { given: () => number } {
  const lent = new Set<ArrayBufferLike>();
  let given = 0;
  const spoilt = <M extends ArrayBufferLike>(memory: M): M => {
    new Uint8Array(memory).fill(0xff);
    return memory;
  };
  return {
    take: (bytes) => {
      const memory = spoilt(new SharedArrayBuffer(bytes + 100));
      lent.add(memory);
      return memory;
    },
    give: (memory) => {
      if (!lent.delete(memory)) return;
      given++;
      spoilt(memory);
    },
    given: () => given,
  };
}

const context: StepContext = {
  count: () => {},
  reject: (record, error) => {
    throw error.at({ file: 'input', line: record[LINE]! });
  },
};

async function written(parts: AsyncIterable<Batch | NewRows>): Promise<Buffer> {
  const { output, bytes } = lateSink();
  const writer = arrowWriter(output, 'file');
  for await (const part of parts) await (isBatch(part) ? writer.write(part) : writer.writeRows!(part));
  await writer.publish();
  return bytes();
}

const reader = { lookedAt: new Set(['embeddings', 'mask']), refusedLater: new Set(['embeddings']) };

const onRecords = (input: Buffer, batchSize: number): Promise<Buffer> =>
  written(rnn(options(batchSize))(readArrow(fromBytes(input), reader), context));

async function onRows(input: Buffer, batchSize: number, memory = spoiling()): Promise<{ bytes: Buffer; made: number }> {
  let made = 0;
  async function* counted(parts: AsyncIterable<Batch | NewRows>): AsyncGenerator<Batch | NewRows> {
    for await (const part of parts) {
      if (!isBatch(part)) made++;
      yield part;
    }
  }
  const step = rnnRows(options(batchSize))!;
  return { bytes: await written(counted(step(readRows(fromBytes(input), reader, memory), context, memory))), made };
}

const arrowOf = (batches: readonly SentenceRecord[][]): Promise<Buffer> => {
  // eslint-disable-next-line @typescript-eslint/require-await
  async function* each(): AsyncGenerator<Batch> {
    for (const batch of batches) yield batch.map((record) => fromJson(JSON.parse(JSON.stringify(record))));
  }
  return written(each());
};

/** Records as `embed` makes them, and now and then one that lacks a field, or has a value that fits no column. */
const rarely = <T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ arbitrary: usual, weight: 200 }, { arbitrary: odd, weight: 1 });
const record = fc
  .record({
    steps: fc.array(fc.tuple(fc.constantFrom(0, 1, 1), fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), { maxLength: 5 }),
    id: rarely(fc.nat(), fc.string()),
    text: rarely(fc.string(), fc.constant(undefined)),
    hasMask: rarely(fc.constant(true), fc.constant(false)),
    more: rarely(fc.constant(undefined), fc.jsonValue()),
  })
  .map(({ steps, id, text, hasMask, more }) => ({
    id,
    text,
    tokens: steps.map((_, i) => `词${i}`),
    ...(hasMask && { mask: steps.map(([real]) => real) }),
    embeddings: steps.map(([, a, b]) => [a / 8, b / 8]),
    more,
  }));

test('whatever records, however they came together', async () => {
  let rows = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(record, { maxLength: 12 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 4 }),
      async (batches, size) => {
        const input = await arrowOf(batches as unknown as SentenceRecord[][]);
        const { bytes, made } = await onRows(input, size);
        expect(bytes.equals(await onRecords(input, size))).toBe(true);
        rows += made;
      },
    ),
    { numRuns: 200 },
  );
  expect(rows).toBeGreaterThan(100);
}, 60_000);

const plain = (id: number, ...embeddings: (readonly [number, number])[]) => ({
  id,
  text: `句子${id}`,
  tokens: embeddings.map(() => '字'),
  mask: embeddings.map((_, i) => (i < 1000 ? 1 : 0)),
  embeddings,
});
/** Batches of `count` records of 1,200 time steps, so that bodies are large enough for memory that is used again. */
const long = (count: number): SentenceRecord[] =>
  Array.from({ length: count }, (_, id) => plain(id, ...Array.from({ length: 1200 }, (_, t) => [t / 1200, id / 8] as const))) as never;

test('rows make no record, and their memory is given back when they are written', async () => {
  const input = await arrowOf([long(9), long(9), long(9), long(9)]);
  const memory = spoiling();
  const { bytes, made } = await onRows(input, 4, memory);
  expect(bytes.equals(await onRecords(input, 4))).toBe(true);
  // the first window opens the network; of 4 + 8 + 16 + 8 records the others are three
  expect(made).toBe(3);
  // the states of three windows, and of the messages all but the first, of which four records were made
  expect(memory.given()).toBe(6);
});

test.each<[string, (records: SentenceRecord[]) => void]>([
  ['a number that is not finite', (records) => (records[20]!.embeddings!.data[5] = NaN)],
  ['a mask of another length', (records) => (records[20]!.mask = [1])],
])('%s is told with the number of its record', async (_, spoil) => {
  const records = long(27).map((one) => fromJson(JSON.parse(JSON.stringify(one))));
  spoil(records);
  // eslint-disable-next-line @typescript-eslint/require-await
  async function* each(): AsyncGenerator<Batch> {
    yield records;
  }
  const input = await written(each());
  const failure = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'none',
      (error: unknown) => {
        const { code, message, place } = error as PipeError;
        return { code, message, place };
      },
    );
  const told = await failure(onRows(input, 4));
  expect(told).toEqual(await failure(onRecords(input, 4)));
  expect(told).toMatchObject({ code: 'data', place: { file: 'input', line: 21 } });
});

test('word vectors of another size are told as of records', async () => {
  const narrow = {
    ...options(4),
    open: () => Promise.resolve({ ...network, shape: { ...shape, inputSize: 7 }, close: () => Promise.resolve() }),
  };
  const input = await arrowOf([long(9)]);
  const step = rnnRows(narrow)!(readRows(fromBytes(input), reader), context, spoiling());
  await expect(all(step)).rejects.toMatchObject({ code: 'mismatch', place: { line: 1 } });
});

test('with a trace, or where the vectors are kept, there are only records', () => {
  expect([rnnRows({ ...options(4), traced: true }), rnnRows({ ...options(4), keepEmbeddings: true })]).toEqual([undefined, undefined]);
});

test('rows are cut, asked for and made records', async () => {
  const [rows] = await all(readRows(fromBytes(await arrowOf([long(5)])), reader));
  const cut = rows!.slice(1, 9);
  expect([cut.length, cut.has('mask'), cut.has('kept'), cut.integers('ids')]).toEqual([4, true, false, undefined]);
  expect(cut.records().map(({ id, [LINE]: line }) => [id === undefined ? '' : line])).toEqual([[2], [3], [4], [5]]);
  expect(cut.matrices('embeddings')!.begins).toEqual(Int32Array.of(1200, 2400, 3600, 4800, 6000));
  expect([cut.liesWhole(['embeddings']), cut.liesWhole([])]).toEqual([true, false]);
});
