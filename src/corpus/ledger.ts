/**
 * The ledger of a run: a first line that says what is done to what, then one line for each finished shard, each on the disk before
 * anything is built on it. What it says can be proven: it has the hash of every output.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PipeError } from '../errors.js';
import { outputFailure } from '../io/failure.js';
import { syncFolder } from '../io/output.js';

/** What a run is: if anything of it is another, the results would be others too. */
export interface Configuration {
  /** version of rnn-pipe */
  version: string;
  /** every option that was typed or stood by default, but those that cannot show in the results */
  options: Record<string, unknown>;
  /** SHA-256 of the files that the options name: vocabulary, dictionaries, weights, model */
  files: Record<string, string>;
  /** SHA-256 of inputs.jsonl */
  inputs: string;
  shards: number;
}

export interface OutputFile {
  name: string;
  bytes: number;
  sha256: string;
}

/** One finished shard. */
export interface ShardEntry {
  shard: number;
  output: OutputFile;
  /** bad lines byte for byte, and why they are bad, where there are any */
  bad?: [lines: OutputFile, reasons: OutputFile];
  /** of one file: the bytes that were read; of several: the first and the last one */
  input: InputRange;
  recordsIn: number;
  recordsOut: number;
  recordsBad: number;
  counts: [name: string, howMany: number][];
}

export interface InputRange {
  files: number;
  from: string;
  to: string;
  begin: number;
  end: number;
  /** of a range of lines: what comes before it and what it has, so that no line need be counted again */
  firstLine?: number;
  firstCharacter?: number;
  lines?: number;
  characters?: number;
}

export interface Ledger {
  /** the line is on the disk when this returns */
  add: (entry: ShardEntry) => void;
  close: () => void;
}

export interface LedgerContent {
  configuration: Configuration;
  entries: ShardEntry[];
}

export const LEDGER = 'ledger.jsonl';
const ledgerPath = (folder: string): string => join(folder, LEDGER);

/** What is written in the folder's ledger; a line that a crash has cut off is no line. Undefined where no run was begun. */
export function readLedger(folder: string): (LedgerContent & { length: number }) | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(ledgerPath(folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw outputFailure(error, ledgerPath(folder));
  }
  const length = bytes.lastIndexOf(10) + 1;
  const lines = bytes.subarray(0, length).toString('utf8').split('\n').slice(0, -1);
  if (lines.length === 0) return undefined;
  try {
    const [{ configuration }, ...entries] = lines.map((line) => JSON.parse(line) as unknown) as [
      { configuration: Configuration },
      ...ShardEntry[],
    ];
    return { configuration, entries, length };
  } catch (error) {
    throw new PipeError('mismatch', 'the ledger is damaged', {
      place: { file: ledgerPath(folder) },
      found: (error as Error).message,
      hint: 'begin again: another --out',
      cause: error,
    });
  }
}

/** Opens the ledger of a new run, or goes on with one at its last whole line. */
export function openLedger(folder: string, start: { configuration: Configuration } | { length: number }): Ledger {
  const path = ledgerPath(folder);
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw outputFailure(error, path);
    }
  };
  const descriptor = attempt(() => openSync(path, 'length' in start ? 'r+' : 'wx'));
  let at = 'length' in start ? start.length : 0;
  const append = (value: unknown): void =>
    attempt(() => {
      const line = Buffer.from(`${JSON.stringify(value)}\n`);
      for (let done = 0; done < line.length;) done += writeSync(descriptor, line, done, line.length - done, at + done);
      fsyncSync(descriptor);
      at += line.length;
    });
  if ('length' in start) attempt(() => ftruncateSync(descriptor, at));
  else {
    append({ type: 'rnn-pipe ledger', configuration: start.configuration });
    attempt(() => syncFolder(dirname(path)));
  }
  return { add: append, close: () => closeSync(descriptor) };
}
