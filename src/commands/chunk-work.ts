/**
 * The work on one chunk of lines: parse, run the steps, write as lines or fold. One function for the main thread and for
 * worker threads, so that any number of workers gives the same bytes.
 */
import { PipeError, type ErrorCode, type ErrorDetails } from '../errors.js';
import { LINE, type Batch } from '../formats/record.js';
import type { Chunk } from '../io/lines.js';
import { byteLines, parseChunk, type ParseOptions } from '../io/parse.js';
import { linesOf } from '../io/write.js';
import type { Count, Step, StepContext } from '../steps/step.js';
import { FOLDS, type FoldName, type FoldOptions } from './folds.js';
import { STAGES, type Stage } from './stages.js';

/** What all chunks of a run have in common. */
export interface Work {
  stages: readonly Stage[];
  /** what becomes of the records after the last stage */
  then: { fold: FoldName; options: FoldOptions } | 'lines';
  quarantine: boolean;
}

export interface Job {
  chunk: Chunk;
  parse: Omit<ParseOptions, 'onBad'>;
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

/** The stages made ready; their dictionaries and tables are loaded once a thread. */
export async function prepare(stages: readonly Stage[]): Promise<Step[]> {
  const steps: Step[] = [];
  for (const { name, options } of stages) steps.push(await STAGES.get(name)!.prepare(options));
  return steps;
}

/** A fold's accumulator, or undefined for a run that writes lines. */
export const newAccumulator = ({ then }: Work): unknown => (then === 'lines' ? undefined : FOLDS[then.fold].create(then.options));

/** @throws PipeError for the first bad record, unless bad lines are put aside */
export async function doChunk(job: Job, work: Work, steps: readonly Step[], accumulator: unknown): Promise<Done> {
  const { chunk, parse } = job;
  const tally = new Tally();
  const bad: { line: number; why: PlainError }[] = [];
  const reject = (line: number, error: PipeError): void => {
    if (!work.quarantine) throw error;
    bad.push({ line, why: plain(error) });
  };
  const batch = await parseChunk(chunk, { ...parse, onBad: reject });
  const unreadable = bad.length;
  const context: StepContext = {
    count: tally.count,
    reject: (record, error) => reject(record[LINE]!, error.at({ file: parse.file, line: record[LINE]! })),
  };
  const results: Batch[] = [];
  for await (const result of chain(one(batch), steps, context)) results.push(result);
  const records = results.flat();
  if (work.then !== 'lines') FOLDS[work.then.fold].add(accumulator as never, records);
  const bytes = bad.length > 0 ? byteLines(chunk.bytes) : [];
  return {
    lines: work.then === 'lines' ? linesOf(records) : new Uint8Array(),
    lineNumbers: records.map((record) => record[LINE]!),
    recordsIn: batch.length + unreadable,
    recordsOut: records.length,
    counts: [...tally.counts],
    // two bad sentences of one line share its bytes, as one object: by that the quarantine knows to write them once
    bad: bad
      .sort((a, b) => a.line - b.line)
      .map(({ line, why }) => ({ line, bytes: bytes[line - chunk.firstLine] ?? new Uint8Array(), why })),
  };
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
