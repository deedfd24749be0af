/**
 * A run: inputs through stages to an output or into a fold.
 * Steps that look at one record at a time are shared by worker threads, chunk by chunk; what follows (a network that
 * takes batches) goes on in this thread. In which thread a step runs never shows in the bytes.
 */
import { PipeError } from '../errors.js';
import { textOf } from '../formats/bytes.js';
import { newMemory, type Memory } from '../formats/memory.js';
import { FILE, fromJson, LINE, RAW, toJson, type Batch } from '../formats/record.js';
import { isBatch, type Rows } from '../formats/rows.js';
import { readRows } from '../io/arrow/read.js';
import { chunksOf, inputs, recordsOf, stop, type Input, type OnBad, type ReadOptions } from '../io/read.js';
import type { InputFile } from '../io/source.js';
import { openWriter, outputFormat, type RecordWriter } from '../io/write.js';
import { chain, Tally } from './chunk-run.js';
import { openShare, type Done, type Job, type Share, type Work } from './chunk-work.js';
import { plain } from './plain-error.js';
import { readyStages } from './ready-stages.js';
import { FOLDS, type FoldName, type FoldOptions, type Folded } from './folds.js';
import type { Pass, Pool } from './pool.js';
import { openQuarantine, type Quarantine, type QuarantineOptions } from './quarantine.js';
import type { Summary } from './report.js';
import { definitionsOf, stageOf, type Stage } from './stages.js';
import { ahead } from '../steps/batches.js';
import type { RowStep } from '../steps/rows/step.js';
import type { StepContext } from '../steps/step.js';

export interface RunRequest {
  inputs: readonly InputFile[];
  read: ReadOptions;
  /** files that the stages read besides the inputs */
  readToo: readonly string[];
  stages: readonly Stage[];
  output: { path: string; format?: string | undefined; force: boolean };
  /** the worker threads; they outlive the run, for the next pass */
  pool: Pool;
  /** chunks that each thread has under way */
  atOnce: number;
  onBad: 'stop' | QuarantineOptions;
  signal: AbortSignal;
  onProgress: (done: string) => void;
  note: (text: string) => void;
}

/** Runs the stages and publishes the output. @throws PipeError; nothing is published then */
export async function runStages(request: RunRequest): Promise<Summary> {
  const { output, stages } = request;
  const format = outputFormat(output.path, output.format);
  const shared = await sharedStages(stages, format !== 'arrow');
  const quarantine = openQuarantine(request.onBad);
  const writer = openWriter(output.path, format, {
    force: output.force,
    inputs: [...request.inputs.map(({ path }) => path), ...request.readToo],
  });
  const lookedAt = format === 'arrow' ? await fieldsLookedAt(request) : undefined;
  const run = begin({ ...request, read: { ...request.read, lookedAt, refusedLater: await fieldsRefused(request) } }, quarantine);
  try {
    const rowStep = format === 'arrow' ? await rowStepOf(request) : undefined;
    if (rowStep) await throughRows(run, rowStep, writer);
    else if (shared === stages.length && format !== 'arrow')
      await eachChunk(run, stages, format === 'text' ? 'plain' : 'lines', (done) => writer.writeLines(done.lines), writer);
    else await through(run, stages.slice(0, shared), stages.slice(shared), writer);
    const summary = checked(run);
    await quarantine.publish(run.recordsIn);
    await writer.publish();
    return summary;
  } catch (error) {
    writer.abandon();
    quarantine.abandon();
    throw error;
  }
}

/**
 * Runs the stages and folds what comes out of them.
 *
 * @param finish what is made of the threads' accumulators. Bad lines are put aside for good when that is done, so that nothing is where it fails
 */
export async function foldStages<Name extends FoldName, Result = Folded<Name>>(
  request: RunRequest,
  fold: Name,
  options: FoldOptions,
  finish: (parts: readonly Folded<Name>[]) => Promise<Result> = (parts) =>
    Promise.resolve(FOLDS[fold].merge(parts as never) as unknown as Result),
): Promise<{ result: Result; summary: Summary }> {
  const quarantine = openQuarantine(request.onBad);
  const run = begin(request, quarantine);
  try {
    const parts = await eachChunk(run, request.stages, { fold, options }, () => Promise.resolve());
    const summary = checked(run);
    const result = await finish(parts as Folded<Name>[]);
    await quarantine.publish(run.recordsIn);
    return { result, summary };
  } catch (error) {
    quarantine.abandon();
    throw error;
  }
}

/** How many leading stages worker threads may do. Large results (embeddings) stay where they are needed. */
async function sharedStages(stages: readonly Stage[], lines: boolean): Promise<number> {
  const definitions = await definitionsOf(stages);
  if (lines && definitions.every(({ parallel }) => parallel)) return stages.length;
  const end = definitions.findIndex(({ parallel, large }) => !parallel || large);
  return end < 0 ? stages.length : end;
}

/** The fields that the stages look at; undefined where that may be any. Whoever puts bad records aside looks at all of each. */
async function fieldsLookedAt({ stages, onBad }: RunRequest): Promise<Set<string> | undefined> {
  const fields = new Set<string>();
  for (const { looksAt } of await definitionsOf(stages)) {
    if (!looksAt) return undefined;
    for (const field of looksAt) fields.add(field);
  }
  return onBad === 'stop' ? fields : undefined;
}

/** The tensors that the first stage looks through itself. Whoever puts bad records aside looks at all of each. */
async function fieldsRefused({ stages, onBad }: RunRequest): Promise<Set<string>> {
  const [first] = await definitionsOf(stages.slice(0, 1));
  return new Set(onBad === 'stop' ? first?.refuses?.(stages[0]!.options) : []);
}

/** A run under way: what it has counted. */
interface Run {
  request: RunRequest;
  quarantine: Quarantine;
  recordsIn: number;
  recordsOut: number;
  tally: Tally;
}

function begin(request: RunRequest, quarantine: Quarantine): Run {
  return { request, quarantine, recordsIn: 0, recordsOut: 0, tally: new Tally() };
}

function summaryOf({ recordsIn, recordsOut, tally, quarantine }: Run): Summary {
  const bad = quarantine.count();
  // what `sentences` made of one record, less that one, came in too
  const lost = recordsIn + (tally.counts.get('addedRecords') ?? 0) - recordsOut - bad;
  // of the whole command: its start and passes before the run are waited for, too
  return { recordsIn, recordsOut, bad, lost, counts: tally.counts, seconds: performance.now() / 1000 };
}

/** The summary of a run that may be published. */
function checked(run: Run): Summary {
  const summary = summaryOf(run);
  if (summary.lost === 0) return summary;
  throw new PipeError('bug', `${summary.lost} records were lost on the way`, { hint: 'nothing was published; please report this' });
}

/**
 * Every chunk of every input through the stages; where inputs do not lie in lines, their batches go the same way in this
 * thread. Gives the accumulators of a fold.
 */
async function eachChunk(
  run: Run,
  stages: readonly Stage[],
  then: Work['then'],
  take: (done: Done) => Promise<void>,
  writer?: RecordWriter,
): Promise<unknown[]> {
  const { onBad, atOnce } = run.request;
  const work: Work = { stages, then, quarantine: onBad !== 'stop', atOnce };
  const own = openShare(work);
  const threads = openThreads(run.request.pool, work, own);
  for await (const input of inputs(run.request.inputs, run.request.read, run.request.note)) {
    if (input.inLines)
      for await (const done of threads.map(jobsOf(input, run))) {
        account(run, input, done);
        await take(done);
      }
    else await inThisThread(run, input, own, writer);
  }
  return [await own.accumulator(), ...(await threads.accumulators())];
}

async function* jobsOf(input: Input, { request }: Run): AsyncGenerator<Job> {
  let bytes = 0;
  for await (const chunk of chunksOf(input, request.read)) {
    if (request.signal.aborted) throw new Error('stopped by a signal');
    bytes += chunk.bytes.length;
    request.onProgress(
      `${input.source.name}: ${(bytes / 1e6).toFixed(0)} MB${input.source.size ? ` of ${(input.source.size / 1e6).toFixed(0)}` : ''}`,
    );
    yield { chunk, parse: input.parse };
  }
}

function account(run: Run, input: Input, { recordsIn, recordsOut, counts, bad }: Done): void {
  run.recordsIn += recordsIn;
  run.recordsOut += recordsOut;
  for (const [what, howMany] of counts) run.tally.count(what, howMany);
  for (const { line, bytes, why } of bad) run.quarantine.put({ file: input.source.name, line }, bytes, why);
}

/** Threads are used from the second chunk on only: a small input is done here before a thread would have begun. */
function openThreads(pool: Pool, work: Work, own: Share): Pass {
  let pass: Pass | undefined;
  return {
    map: async function* (jobs) {
      const iterator = jobs[Symbol.asyncIterator]();
      const first = pass || pool.size > 1 ? [await iterator.next(), await iterator.next()] : [];
      const all = again(first, iterator);
      if (pass || (first.length > 0 && !first[1]!.done)) yield* (pass ??= pool.begin(work)).map(all);
      else
        yield* ahead(
          all,
          (job) => own.do(job),
          () => work.atOnce ?? 1,
        );
    },
    accumulators: async () => (await pass?.accumulators()) ?? [],
  };
}

async function* again<T>(taken: readonly IteratorResult<T, unknown>[], rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    for (const result of taken) if (!result.done) yield result.value;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** An input that cannot be cut into lines (a JSON array, CSV, Arrow). */
async function inThisThread(run: Run, input: Input, own: Share, writer?: RecordWriter): Promise<void> {
  for await (const batch of chain(readHere(run, input), await own.steps(), contextOf(run, input.source))) {
    own.fold(batch);
    await own.keepSmall();
    run.recordsOut += batch.length;
    await writer?.write(batch);
  }
}

/** The first stages in threads, the others here, over one stream of batches. */
async function through(run: Run, shared: readonly Stage[], here: readonly Stage[], writer: RecordWriter): Promise<void> {
  const steps = await readyStages(here).steps();
  const current = { name: '' };
  for await (const batch of chain(sharedBatches(run, shared, current), steps, contextOf(run, current))) {
    run.recordsOut += batch.length;
    await writer.write(batch);
  }
}

/** The stage as a step on rows, where it is one alone and no bad record is put aside. */
async function rowStepOf({ stages, onBad, read }: RunRequest): Promise<RowStep | undefined> {
  if (stages.length !== 1 || onBad !== 'stop' || !read.records) return undefined;
  return (await stageOf(stages[0]!)).prepareRows?.(stages[0]!.options);
}

/** Rows of Arrow through a step that takes them, without a record where that can be. */
async function throughRows(run: Run, step: RowStep, writer: RecordWriter): Promise<void> {
  const current = { name: '' };
  const memory = newMemory();
  for await (const done of step(partsOf(run, current, memory), contextOf(run, current), memory)) {
    run.recordsOut += done.length;
    await (isBatch(done) ? writer.write(done) : writer.writeRows!(done));
  }
}

async function* partsOf(run: Run, current: { name: string }, memory: Memory): AsyncGenerator<Batch | Rows> {
  const { request } = run;
  for await (const input of inputs(request.inputs, request.read, request.note)) {
    current.name = input.source.name;
    yield* input.layout.kind === 'arrow' ? counted(run, input, readRows(input.source, request.read, memory)) : readHere(run, input);
  }
}

/** The records as they come out of the shared stages, as one stream over all inputs; `current` is the input being read. */
async function* sharedBatches(run: Run, shared: readonly Stage[], current: { name: string }): AsyncGenerator<Batch> {
  const { request } = run;
  const work: Work = { stages: shared, then: 'lines', quarantine: false, atOnce: request.atOnce };
  const own = openShare(work);
  const threads = openThreads(request.pool, work, own);
  // bad lines are put aside byte for byte, which a later step can do only here, where the lines are
  const mayShare = shared.length > 0 && request.onBad === 'stop';
  for await (const input of inputs(request.inputs, request.read, request.note)) {
    current.name = input.source.name;
    if (mayShare && input.inLines)
      for await (const done of threads.map(jobsOf(input, run))) {
        account(run, input, { ...done, recordsOut: 0 });
        yield named(request, input, recordsOfLines(done));
      }
    else yield* chain(readHere(run, input), await own.steps(), contextOf(run, current));
  }
}

/** What a thread has written, as records again. */
function recordsOfLines({ lines, lineNumbers }: Done): Batch {
  const texts = textOf(lines).split('\n');
  return lineNumbers.map((line, i) => Object.assign(fromJson(JSON.parse(texts[i]!)), { [LINE]: line }));
}

/** The records of an input, read in this thread and counted. */
async function* readHere(run: Run, input: Input): AsyncGenerator<Batch> {
  const { request, quarantine, tally } = run;
  const onBad: OnBad = (line, error, raw) => {
    run.recordsIn++;
    quarantine.put({ file: input.source.name, line }, raw, plain(error));
  };
  const batches = recordsOf(input, request.read, request.onBad === 'stop' ? stop : onBad, tally.count);
  for await (const batch of counted(run, input, batches)) yield named(request, input, batch);
}

/** Of several inputs the next is read while records of the one before are worked on: each knows its own. */
function named({ inputs }: RunRequest, { source }: Input, batch: Batch): Batch {
  if (inputs.length > 1) for (const record of batch) record[FILE] = source.name;
  return batch;
}

async function* counted<Part extends { length: number }>(run: Run, input: Input, parts: AsyncIterable<Part>): AsyncGenerator<Part> {
  const { signal, onProgress } = run.request;
  let records = 0;
  for await (const part of parts) {
    if (signal.aborted) throw new Error('stopped by a signal');
    run.recordsIn += part.length;
    records += part.length;
    onProgress(`${input.source.name}: ${records} records`);
    yield part;
  }
}

/** @param current the input that is read, which all records are of that do not say theirs */
function contextOf({ tally, quarantine, request }: Run, current: { name: string }): StepContext {
  return {
    count: tally.count,
    reject: (record, error) => {
      const [file, line] = [record[FILE] ?? current.name, record[LINE]];
      error.at({ file, ...(line === undefined ? {} : { line }) });
      if (request.onBad === 'stop') throw error;
      quarantine.put({ file, line: line ?? 0 }, record[RAW] ?? Buffer.from(toJson(record)), plain(error));
    },
  };
}
