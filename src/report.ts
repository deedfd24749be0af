/** What is said on stderr, for people or as JSON lines. Used by `cli.ts` alone. */
import type { ChalkInstance } from 'chalk';
import type { Report, Summary } from './commands/report.js';
import { writeToStdout } from './io/stdout.js';
import type { Count } from './steps/step.js';

export interface Voice {
  command: string;
  quiet: boolean;
  /** what is said is JSON, progress too */
  json: boolean;
  chalk: ChalkInstance;
}

/** A command's `Report` on this process's stdout and stderr. */
export function reporter(voice: Voice): Report {
  let drawnAt = 0;
  let toldAt = performance.now();
  const told = new Set<string>();
  const line = (text: string): void => {
    if (drawnAt > 0) process.stderr.write('\r\u001b[2K');
    drawnAt = 0;
    process.stderr.write(`${text}\n`);
  };
  return {
    note: (text) => {
      // a run that reads its input twice (for a vocabulary, for the longest sentence) finds the same things twice
      if (told.has(text)) return;
      told.add(text);
      if (!voice.quiet)
        line(voice.json ? JSON.stringify({ level: 'note', command: voice.command, text }) : `${voice.chalk.dim('note')}: ${text}`);
    },
    say: (text) => {
      if (!voice.quiet) line(voice.json ? JSON.stringify({ level: 'info', command: voice.command, text }) : text);
    },
    summary: (summary) => {
      if (!voice.quiet) line(voice.json ? JSON.stringify(summaryAsData(summary, voice.command)) : summaryLine(summary));
    },
    details: (text, data) => {
      if (voice.quiet) return;
      if (voice.json) line(JSON.stringify({ level: 'details', command: voice.command, ...data }));
      else line(text.trimEnd());
    },
    data: writeToStdout,
    progress: (done, data) => {
      const now = performance.now();
      if (voice.json && data && !voice.quiet && now - toldAt >= 1000) {
        toldAt = now;
        line(JSON.stringify({ level: 'progress', command: voice.command, ...data }));
      }
      if (voice.quiet || voice.json || !process.stderr.isTTY || now - drawnAt < 100) return;
      drawnAt = now;
      process.stderr.write(`\r\u001b[2K${voice.chalk.dim(done)}`);
    },
    colour: process.stdout.isTTY && !process.env['NO_COLOR'],
  };
}

/** What each count is called, in the order in which they are told. */
const TOLD: readonly (readonly [Count, string])[] = [
  ['documents', 'pages'],
  ['otherDocuments', 'WARC records that are no text'],
  ['wrongLengths', 'pages with a wrong Content-Length'],
  ['tokens', 'tokens'],
  ['unknownTokens', 'unknown'],
  ['droppedTokens', 'dropped'],
  ['cutTokens', 'tokens cut'],
  ['cutRecords', 'records cut'],
  ['paddedSteps', 'time steps of padding'],
  ['missingVectors', 'tokens without a vector'],
  ['otherShards', 'of other shards'],
];

function summaryLine({ recordsIn, recordsOut, bad, lost, counts: all, seconds }: Summary): string {
  // without tokenize in the run, the tokens are those that were encoded
  const counts = new Map([['tokens', all.get('encodedTokens') ?? 0], ...all]);
  const told = TOLD.filter(([count]) => (counts.get(count) ?? 0) > 0 || count === 'unknownTokens').flatMap(([count, name]) => {
    const value = counts.get(count);
    if (value === undefined) return [];
    const encoded = counts.get('encodedTokens') ?? 0;
    const share = count === 'unknownTokens' && encoded > 0 ? ` (${((100 * value) / encoded).toFixed(2)} %)` : '';
    return [`${grouped(value)} ${name}${share}`];
  });
  const parts = [...told, `${seconds.toFixed(2)} s`];
  return `${grouped(recordsIn)} in, ${grouped(recordsOut)} out, ${grouped(bad)} bad, ${grouped(lost)} lost; ${parts.join(', ')}`;
}

function summaryAsData({ recordsIn, recordsOut, bad, lost, counts, seconds }: Summary, command: string): Record<string, unknown> {
  return {
    level: 'summary',
    command,
    in: recordsIn,
    out: recordsOut,
    bad,
    lost,
    ...Object.fromEntries(counts),
    seconds: Number(seconds.toFixed(3)),
  };
}

/** 1234567 → 1,234,567, in every locale. */
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
