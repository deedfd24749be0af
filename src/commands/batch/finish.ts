/** The end of a batch: what it came to, told and written to manifest.json, which is the mark of a finished job. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Configuration, OutputFile, ShardEntry } from '../../corpus/ledger.js';
import { writeDocument } from '../../io/output.js';
import { Tally } from '../chunk-run.js';
import type { Summary } from '../report.js';
import { table } from '../table.js';
import type { Conducted } from './conduct.js';
import { duration } from './progress.js';

export const MANIFEST = 'manifest.json';

export interface Finished {
  configuration: Configuration;
  inputs: { files: number; bytes: number };
  conducted: Conducted;
  /** what was made of all shards together */
  merged?: OutputFile | undefined;
  seconds: number;
}

/** What all shards came to; `counts` are in the order in which they were first met. */
export function summaryOf(entries: readonly ShardEntry[], seconds: number): Summary {
  const tally = new Tally();
  let [recordsIn, recordsOut, bad] = [0, 0, 0];
  for (const entry of entries) {
    recordsIn += entry.recordsIn;
    recordsOut += entry.recordsOut;
    bad += entry.recordsBad;
    for (const [name, howMany] of entry.counts) tally.count(name as 'tokens', howMany);
  }
  const lost = recordsIn + (tally.counts.get('addedRecords') ?? 0) - recordsOut - bad;
  return { recordsIn, recordsOut, bad, lost, counts: tally.counts, seconds };
}

/** One hash for all results: of the outputs' names and hashes, in order. */
function hashOfResults(entries: readonly ShardEntry[]): string {
  const hash = createHash('sha256');
  for (const { output, bad = [] } of entries) for (const { name, sha256 } of [output, ...bad]) hash.update(`${sha256}  ${name}\n`);
  return hash.digest('hex');
}

/** What the table and the manifest tell of the run itself, which is another every time. */
export function detailsOf({ inputs, conducted, seconds }: Finished): Record<string, number | string> {
  const { entries, doneBefore, workers, deaths, peakMemory } = conducted;
  const done = entries.length - doneBefore;
  const outBytes = entries.reduce((sum, { output }) => sum + output.bytes, 0);
  return {
    shards: entries.length,
    doneBefore,
    files: inputs.files,
    inputBytes: inputs.bytes,
    outputBytes: outBytes,
    seconds: Number(seconds.toFixed(3)),
    megabytesPerSecond: doneBefore === 0 && seconds > 0 ? Number((inputs.bytes / 1e6 / seconds).toFixed(2)) : 0,
    workers,
    workersDied: deaths,
    peakMemoryOfAWorker: done > 0 ? peakMemory : 0,
  };
}

export async function writeManifest(folder: string, finished: Finished): Promise<string> {
  const { configuration, inputs, conducted, merged, seconds } = finished;
  const { recordsIn, recordsOut, bad, counts } = summaryOf(conducted.entries, seconds);
  const sha256 = hashOfResults(conducted.entries);
  const manifest = {
    type: 'rnn-pipe manifest',
    version: 1,
    sha256,
    inputs,
    recordsIn,
    recordsOut,
    recordsBad: bad,
    counts: Object.fromEntries(counts),
    ...(merged ? { merged } : {}),
    configuration,
    run: detailsOf(finished),
    shards: conducted.entries,
  };
  const { shards, ...head } = manifest;
  const lines = shards.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n');
  const text = `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "shards": [\n${lines}\n  ]\n}\n`;
  await writeDocument(join(folder, MANIFEST), text, { force: true, inputs: [] });
  return sha256;
}

/** The table that people see at the end. */
export function tableOf(finished: Finished, sha256: string): string {
  const { entries } = finished.conducted;
  const { recordsIn, recordsOut, bad, counts, seconds } = summaryOf(entries, finished.seconds);
  const details = detailsOf(finished);
  const megabytes = (bytes: unknown): string => `${(Number(bytes) / 1e6).toFixed(1)} MB`;
  const before = finished.conducted.doneBefore;
  const rows: [string, string][] = [
    ['input', `${grouped(finished.inputs.files)} file${finished.inputs.files === 1 ? '' : 's'}, ${megabytes(details['inputBytes'])}`],
    ['shards', `${grouped(entries.length)}${before > 0 ? `, ${grouped(before)} of them done before` : ''}`],
    ['records', `${grouped(recordsIn)} in, ${grouped(recordsOut)} out, ${grouped(bad)} bad`],
    ['tokens', grouped(counts.get('tokens') ?? counts.get('encodedTokens') ?? 0)],
    ['output', megabytes(details['outputBytes'])],
    ['time', `${duration(seconds)}${before === 0 && seconds > 0 ? `, ${(finished.inputs.bytes / 1e6 / seconds).toFixed(1)} MB/s` : ''}`],
    ['workers', `${details['workers']}${details['workersDied'] ? `, ${details['workersDied']} died and were replaced` : ''}`],
    ...(details['peakMemoryOfAWorker']
      ? [['memory', `at most ${megabytes(details['peakMemoryOfAWorker'])} a worker`] as [string, string]]
      : []),
    ['sha256', sha256],
  ];
  return table(['what', 'how much'], rows);
}

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
