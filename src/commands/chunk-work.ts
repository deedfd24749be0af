/**
 * The work on one chunk of lines: parse, run the steps, write as lines or fold. One function for the main thread and for
 * worker threads, so that any number of workers gives the same bytes.
 */
import { isUtf8 } from 'node:buffer';
import { PipeError, type ErrorCode, type ErrorDetails } from '../errors.js';
import { LINE, type Batch } from '../formats/record.js';
import type { Chunk } from '../io/lines.js';
import { byteLines, parseChunk, type ParseOptions } from '../io/parse.js';
import { linesOf, plainLinesOf } from '../io/write.js';
import type { LineStep } from '../steps/lines/step.js';
import type { Count, Step, StepContext } from '../steps/step.js';
import { doLines, together, type LinesDone } from './chunk-lines.js';
import { FOLDS, type FoldName, type FoldOptions } from './folds.js';
import { stageOf, type Stage } from './stages.js';

/** What all chunks of a run have in common. */
export interface Work {
  stages: readonly Stage[];
  /** what becomes of the records after the last stage */
  then: { fold: FoldName; options: FoldOptions } | 'lines' | 'plain';
  quarantine: boolean;
}

export interface Job {
  chunk: Chunk;
  parse: Omit<ParseOptions, 'onBad' | 'count'>;
}

/** A line put aside, byte for byte, and why. */
export interface BadLine {
  line: number;
  bytes: Uint8Array;
  why: PlainError;
}

export interface Done {
  lines: Uint8Array;
  /** the input's line of each record, for the steps that come after the threads */
  lineNumbers: number[];
  recordsIn: number;
  recordsOut: number;
  counts: [Count, number][];
  bad: BadLine[];
}

/** A PipeError as it goes from a thread to another. */
export interface PlainError extends ErrorDetails {
  code: ErrorCode;
  message: string;
}

export function plain({ code, message, expected, found, hint, place }: PipeError): PlainError {
  return { code, message, place, ...(expected ? { expected } : {}), ...(found ? { found } : {}), ...(hint ? { hint } : {}) };
}

export const fromPlain = ({ code, message, ...details }: PlainError): PipeError => new PipeError(code, message, details);

/** A thread's share of a run's work. What it needs is loaded when it is first needed, once a thread. */
export interface Share {
  /** the stages made ready */
  steps(): Promise<Step[]>;
  /** @throws PipeError for the first bad record, unless bad lines are put aside */
  do(job: Job): Promise<Done>;
  /** puts records into the accumulator, if the run has one */
  fold(records: Batch): void;
  /** what was folded so far, or undefined for a run that writes lines */
  accumulator(): Promise<unknown>;
  /** between two chunks: too much of what was folded goes to files, if the run has such a limit */
  keepSmall(): Promise<void>;
}

/** @param ready the stages, where they are made ready already */
export function openShare(work: Work, ready = (): Promise<Step[]> => prepare(work.stages)): Share {
  const { stages, then } = work;
  const accumulator: unknown = typeof then === 'string' ? undefined : FOLDS[then.fold].create(then.options);
  const lineFold = typeof then === 'string' || stages.length > 0 ? undefined : FOLDS[then.fold].lines?.(accumulator as never);
  const bound = typeof then === 'string' ? undefined : FOLDS[then.fold].bound?.(accumulator as never, then.options, lineFold);
  let steps: Promise<Step[]> | undefined;
  let lineStep: Promise<LineStep | undefined> | undefined;
  const share: Share = {
    steps: () => (steps ??= ready()),
    do: async (job) => {
      const done = await doChunk(job, work, share, await (lineStep ??= lineFold ? Promise.resolve(lineFold.step) : prepareLines(work)));
      await share.keepSmall();
      return done;
    },
    keepSmall: async () => bound?.keepSmall(),
    fold: (records) => {
      if (typeof then !== 'string') FOLDS[then.fold].add(accumulator as never, records);
    },
    accumulator: async () => {
      await bound?.flush();
      lineFold?.finish();
      return accumulator;
    },
  };
  return share;
}

export async function prepare(stages: readonly Stage[]): Promise<Step[]> {
  const steps: Step[] = [];
  for (const stage of stages) steps.push(await (await stageOf(stage)).prepare(stage.options));
  return steps;
}

/** The one step of a run that can be done on lines as they lie. */
async function prepareLines({ stages, then }: Work): Promise<LineStep | undefined> {
  const [stage] = stages;
  return stage && stages.length === 1 && then === 'lines' ? (await stageOf(stage)).prepareLines?.(stage.options) : undefined;
}

async function doChunk({ chunk, parse }: Job, work: Work, share: Share, lineStep: LineStep | undefined): Promise<Done> {
  const tally = new Tally();
  const bad: { line: number; why: PlainError }[] = [];
  const reject = (line: number, error: PipeError): void => {
    if (!work.quarantine) throw error;
    bad.push({ line, why: plain(error) });
  };
  const context: StepContext = {
    count: tally.count,
    reject: (record, error) => reject(record[LINE]!, error.at({ file: parse.file, line: record[LINE]! })),
  };
  const quick = lineStep && areRecords(parse) && isUtf8(chunk.bytes) ? doLines(chunk, lineStep, context, parse.maxLineBytes) : undefined;
  const batches: Batch[] = [];
  for (const rest of quick?.left.map((left) => left.chunk) ?? [chunk])
    batches.push(await parseChunk(rest, { ...parse, onBad: reject, count: tally.count }));
  const batch = batches.flat();
  const unreadable = bad.length;
  const results: Batch[] = [];
  if (batch.length > 0) for await (const result of chain(one(batch), await share.steps(), context)) results.push(result);
  const records = results.flat();
  share.fold(records);
  const bytes = bad.length > 0 ? byteLines(chunk.bytes) : [];
  const done = quick?.lineNumbers.length ?? 0;
  return {
    ...written(work, quick, records),
    recordsIn: done + batch.length + unreadable,
    recordsOut: done + records.length,
    counts: [...tally.counts],
    // two bad sentences of one line share its bytes, as one object: by that the quarantine knows to write them once
    bad: bad
      .sort((a, b) => a.line - b.line)
      .map(({ line, why }) => ({ line, bytes: bytes[line - chunk.firstLine] ?? new Uint8Array(), why })),
  };
}

/** Whether lines are the records as they are: nothing is renamed, and none gets an id. */
const areRecords = ({ layout, raw }: Job['parse']): boolean => layout.kind === 'jsonl' && !layout.textKey && !layout.labelKey && !raw;

function written({ then }: Work, quick: LinesDone | undefined, records: Batch): Pick<Done, 'lines' | 'lineNumbers'> {
  if (then === 'plain') return { lines: plainLinesOf(records), lineNumbers: [] };
  if (then !== 'lines') return { lines: new Uint8Array(), lineNumbers: [] };
  return quick ? together(quick, records) : { lines: linesOf(records), lineNumbers: records.map((record) => record[LINE]!) };
}

/** The steps in a row over one stream of batches. */
export function chain(batches: AsyncIterable<Batch>, steps: readonly Step[], context: StepContext): AsyncIterable<Batch> {
  return steps.reduce((stream, step) => step(stream, context), batches);
}

async function* one(batch: Batch): AsyncGenerator<Batch> {
  yield await Promise.resolve(batch);
}

/** The counts of a run. */
export class Tally {
  readonly counts = new Map<Count, number>();
  readonly count = (what: Count, howMany: number): void => void this.counts.set(what, (this.counts.get(what) ?? 0) + howMany);
}
