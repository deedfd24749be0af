/** What a batch and its workers say to one another: plain data, through the pipe between two processes. */
import type { CorpusFile } from '../../corpus/files.js';
import type { OutputFile } from '../../corpus/ledger.js';
import type { ReadOptions } from '../../io/read.js';
import type { Count } from '../../steps/step.js';
import type { PlainError } from '../plain-error.js';
import type { FoldOptions } from '../folds.js';
import type { Stage } from '../stages.js';

/** What all shards of a run have in common. */
export interface ShardWork {
  stages: readonly Stage[];
  read: ReadOptions;
  /** what a shard becomes: records, or the counts of its tokens */
  result: 'jsonl' | 'arrow' | { counts: FoldOptions };
  /** whether ids need the file's name before them */
  severalFiles: boolean;
  /** bad lines are put aside, instead of ending the run */
  quarantine: boolean;
  /** where outputs go */
  folder: string;
}

/** A file, or a part of one that lies in lines. */
export interface JobInput extends CorpusFile {
  range?: { begin: number; end: number; firstLine: number; firstCharacter: number };
}

/**
 * One shard. Its items are the lines of its inputs in turn, or the records where those do not lie in lines, numbered from 0.
 */
export interface ShardJob {
  /** of the output, without its extension */
  name: string;
  inputs: readonly JobInput[];
  /** items that are put aside unseen: they kill workers */
  skip: readonly number[];
  /** only these items [begin, end), and nothing is written: a search for the one that kills */
  probe?: [begin: number, end: number];
}

export interface ShardResult {
  /** absent for a probe */
  output?: OutputFile;
  bad?: [lines: OutputFile, reasons: OutputFile];
  items: number;
  recordsIn: number;
  recordsOut: number;
  recordsBad: number;
  counts: [Count, number][];
}

/** `prove`: whether the files are there with these hashes. */
export type ToWorker = { work: ShardWork } | { job: ShardJob } | { prove: readonly OutputFile[] };

export type FromWorker =
  | { progress: { bytes: number; recordsOut: number } }
  | { note: string }
  | { result: ShardResult; peakMemory: number }
  | { proven: boolean }
  | { error: PlainError }
  | { bug: string };
