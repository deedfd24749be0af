/**
 * The work on one chunk of lines: parse, run the steps, write as lines or fold. One function for the main thread and for
 * worker threads, so that any number of workers gives the same bytes.
 */
import { LINE, type Batch } from '../formats/record.js';
import type { Chunk } from '../io/lines.js';
import { linesOf, plainLinesOf } from '../io/write.js';
import type { LineStep } from '../steps/lines/step.js';
import type { Count, Step } from '../steps/step.js';
import { linesOfRecords, recordLines, type ParseLines } from './chunk-lines.js';
import { ChunkRun } from './chunk-run.js';
import { FOLDS, type FoldName, type FoldOptions } from './folds.js';
import type { BadLine } from './plain-error.js';
import { readyStages, type ReadyStages } from './ready-stages.js';
import type { Stage } from './stages.js';

/** What all chunks of a run have in common. */
export interface Work {
  stages: readonly Stage[];
  /** what becomes of the records after the last stage */
  then: { fold: FoldName; options: FoldOptions } | 'lines' | 'plain';
  quarantine: boolean;
  /** chunks that a thread has under way (default: 1) */
  atOnce?: number;
}

export interface Job {
  chunk: Chunk;
  parse: ParseLines;
}

export interface Done {
  lines: Uint8Array;
  /** the input's line of each record, for the steps that come after the threads */
  lineNumbers: readonly number[];
  recordsIn: number;
  recordsOut: number;
  counts: [Count, number][];
  bad: BadLine[];
}

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

export function openShare(work: Work, ready = readyStages(work.stages)): Share {
  const { then } = work;
  const accumulator: unknown = typeof then === 'string' ? undefined : FOLDS[then.fold].create(then.options);
  const lineFold = typeof then === 'string' ? undefined : FOLDS[then.fold].lines?.(accumulator as never);
  const bound = typeof then === 'string' ? undefined : FOLDS[then.fold].bound?.(accumulator as never, then.options, lineFold);
  const share: Share = {
    steps: ready.steps,
    do: async (job) => {
      const done = await doChunk(job, work, share, ready, lineFold?.step);
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

/** The chunk through all stages: the first ones over records, the last ones, where they can, on lines as they lie. */
async function doChunk(job: Job, { stages, then, quarantine }: Work, share: Share, ready: ReadyStages, lineFold?: LineStep): Promise<Done> {
  const run = new ChunkRun(job.chunk, job.parse, quarantine);
  const lineSteps = then === 'lines' || lineFold ? await ready.lineSteps() : [];
  const overRecords = stages.length - lineSteps.length;
  const byLines = lineSteps.length > 0 || (lineFold !== undefined && stages.length === 0);
  let lines = byLines && overRecords === 0 ? recordLines(job.chunk, job.parse) : undefined;
  if (!lines) {
    let records = await run.records();
    for (let index = 0; index < overRecords && records.length > 0; index++) records = await run.through(records, [await ready.step(index)]);
    if (!byLines) {
      share.fold(records);
      return { ...written(then, records), recordsOut: records.length, ...run.summary() };
    }
    lines = linesOfRecords(records, job.parse);
  }
  for (const [i, lineStep] of lineSteps.entries()) lines = await run.lineStep(lines, lineStep, () => ready.step(overRecords + i));
  if (!lineFold) return { lines: lines.bytes, lineNumbers: lines.numbers, recordsOut: lines.numbers.length, ...run.summary() };
  const { numbers, records } = await run.doLines(lines, lineFold);
  for (const batch of records) share.fold(batch);
  return { ...noLines(), recordsOut: numbers.length + records.flat().length, ...run.summary() };
}

/** Made anew each time: a thread gives its bytes away. */
const noLines = (): Pick<Done, 'lines' | 'lineNumbers'> => ({ lines: new Uint8Array(), lineNumbers: [] });

function written(then: Work['then'], records: Batch): Pick<Done, 'lines' | 'lineNumbers'> {
  if (then === 'plain') return { lines: plainLinesOf(records), lineNumbers: [] };
  if (then !== 'lines') return noLines();
  return { lines: linesOf(records), lineNumbers: records.map((record) => record[LINE]!) };
}
