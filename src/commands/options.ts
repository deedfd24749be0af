/** Options that several commands share, and the parsers of option values. */
import { resolve } from 'node:path';
import { PipeError } from '../errors.js';
import type { OptionDefinition } from './command.js';
import { SHARD } from './shard.js';

/** A whole number of at least `least`. */
export function wholeNumber(name: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new PipeError('usage', `${name} is wrong`, { expected: `a whole number of at least ${least}`, found: `"${text}"` });
    return value;
  };
}

/** `4MB`, `1.5GiB`, or bytes. */
export function byteSize(name: string, least: number): (text: string) => number {
  const UNITS: Record<string, number> = { '': 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 };
  return (text) => {
    const match = /^(\d+(?:\.\d+)?) ?([kmg]i?b|)$/i.exec(text);
    const value = match ? Math.floor(Number(match[1]) * UNITS[match[2]!.toLowerCase()]!) : NaN;
    if (!(value >= least))
      throw new PipeError('usage', `${name} is wrong`, { expected: `a size of at least ${least} bytes, such as 4MB`, found: `"${text}"` });
    return value;
  };
}

/** `12`, or `5%` as a share. */
function numberOrPercent(name: string): (text: string) => number | { percent: number } {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
    const value = Number(match?.[1]);
    if (!match || (match[2] ? value > 100 : !Number.isInteger(value)))
      throw new PipeError('usage', `${name} is wrong`, { expected: 'a whole number, or a share such as 5%', found: `"${text}"` });
    return match[2] ? { percent: value } : value;
  };
}

/** `5%` or `5` as 5. */
function percent(name: string): (text: string) => number {
  return (text) => number(name, 0, 100)(text.replace(/%$/, ''));
}

/** `5%` as 5, `tail:5%` as the last five of a hundred. */
export function shareOrTail(name: string): (text: string) => number | { tail: number } {
  return (text) => (text.startsWith('tail:') ? { tail: percent(name)(text.slice('tail:'.length)) } : percent(name)(text));
}

/** `a,b,c` */
export function list(name: string): (text: string) => string[] {
  return (text) => {
    const values = text.split(',').map((value) => value.trim());
    if (values.some((value) => value === ''))
      throw new PipeError('usage', `${name} is wrong`, { expected: 'names divided by commas', found: `"${text}"` });
    return values;
  };
}

const OUTPUT: readonly OptionDefinition[] = [
  { flags: '-o, --output <file>', about: 'where the result goes; .jsonl, .json, .arrow, each also .gz; - is stdout', default: '-' },
  {
    flags: '--format <format>',
    about: 'format of the result, when the name of the file does not say it',
    choices: ['jsonl', 'json', 'arrow'],
  },
  { flags: '--force', about: 'replace the output if it exists' },
];

/** Options of every command that writes one document instead of records. */
export const DOCUMENT_OUTPUT: readonly OptionDefinition[] = [
  { flags: '-o, --output <file>', about: 'where the result goes; - is stdout', default: '-' },
  { flags: '--force', about: 'replace the output if it exists' },
];

export const MAX_LINE: OptionDefinition = {
  flags: '--max-line-bytes <n>',
  about: 'the longest line that is read',
  default: 64 * 1024 * 1024,
  parse: wholeNumber('--max-line-bytes', 1),
};

const READING: readonly OptionDefinition[] = [
  SHARD,
  MAX_LINE,
  { flags: '--on-bad <what>', about: 'stop at a bad record, or put it aside and go on', choices: ['stop', 'quarantine'], default: 'stop' },
  { flags: '--bad-out <file>', about: 'where bad lines go, byte for byte (with --on-bad quarantine)' },
  {
    flags: '--max-bad <n|p%>',
    about: 'give up when more are bad (with --on-bad quarantine)',
    parse: numberOrPercent('--max-bad'),
  },
];

const INPUT_FORMATS = ['text', 'jsonl', 'json', 'tsv', 'csv', 'arrow', 'wet'] as const;

/** Options of every command that reads records. */
export const RECORD_INPUT: readonly OptionDefinition[] = [
  {
    flags: '--input-format <format>',
    about: 'format of the input, when neither its name nor its first bytes say it',
    choices: ['jsonl', 'json', 'arrow'],
  },
  ...READING,
];

/** How texts lie in a file. */
export const LAYOUT: readonly OptionDefinition[] = [
  {
    flags: '--input-format <format>',
    about: 'format of the input, when neither its name nor its first bytes say it',
    choices: INPUT_FORMATS,
  },
  {
    flags: '--encoding <name>',
    about: 'encoding of the input; a byte order mark is believed',
    choices: ['utf-8', 'gb18030', 'gbk', 'big5', 'utf-16le', 'utf-16be'],
    default: 'utf-8',
  },
  { flags: '--text-key <name>', about: 'column or field that holds the text (TSV, CSV, JSONL)' },
  { flags: '--label-key <name>', about: 'column or field that holds the label (TSV, CSV, JSONL)' },
];

/** Options of the commands that read raw text: sentences, tokenize, run. */
export const TEXT_INPUT: readonly OptionDefinition[] = [
  ...LAYOUT,
  { flags: '--wrapped', about: 'plain text with hard line breaks: only a blank line ends a paragraph' },
  ...READING,
];

/** Options of the commands that read labelled texts whole: train, evaluate. */
export const TEXT_READING: readonly OptionDefinition[] = [
  ...LAYOUT.map((option) => (option.choices === INPUT_FORMATS ? { ...option, choices: [...INPUT_FORMATS, 'conll', 'slash'] } : option)),
  MAX_LINE,
];

export const WORKERS: OptionDefinition = {
  flags: '--workers <n>',
  about: 'threads that share the work; any number gives the same bytes (default: the cores)',
  parse: wholeNumber('--workers', 1),
};

export const RECORD_OUTPUT = OUTPUT;

/** Options of every command. */
export const SPEAKING: readonly OptionDefinition[] = [
  { flags: '-q, --quiet', about: 'say nothing on stderr but errors' },
  { flags: '--log <how>', about: 'json: what is said on stderr is JSON, one object a line', choices: ['text', 'json'], default: 'text' },
];

/** `--bad-out` and `--max-bad` go with `--on-bad quarantine` and with nothing else. */
export function checkOnBad(options: Readonly<Record<string, unknown>>): void {
  const quarantine = options['onBad'] === 'quarantine';
  if (quarantine && options['badOut'] === undefined)
    throw new PipeError('usage', '--on-bad quarantine has no place for the bad lines', { hint: 'add --bad-out bad.jsonl' });
  const [badOut, output] = [options['badOut'], options['output']].map((path) => resolve(String(path)));
  if (quarantine && badOut === output)
    throw new PipeError('usage', '--bad-out is the output too', {
      found: String(options['badOut']),
      hint: 'give the bad lines a file of their own',
    });
  for (const [name, flag] of [
    ['badOut', '--bad-out'],
    ['maxBad', '--max-bad'],
  ] as const)
    if (!quarantine && options[name] !== undefined)
      throw new PipeError('usage', `${flag} does not apply`, { hint: `it goes with --on-bad quarantine` });
}

/** A number of at least `least`, and below `below` where that is given. */
export function number(name: string, least: number, below = Infinity): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (!Number.isFinite(value) || value < least || value >= below)
      throw new PipeError('usage', `${name} is wrong`, {
        expected: below === Infinity ? `a number of at least ${least}` : `a number from ${least} to below ${below}`,
        found: `"${text}"`,
      });
    return value;
  };
}

/** A probability below 1. */
export const share = (name: string): ((text: string) => number) => number(name, 0, 1);
