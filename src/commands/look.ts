/** Options that every command which draws shares: how a picture looks, and which record it is of. */
import type { Look } from '../drawing/picture.js';
import type { RangeName } from '../drawing/range.js';
import { THEMES } from '../drawing/style.js';
import { PipeError, show } from '../errors.js';
import type { SentenceRecord } from '../formats/record.js';
import { readRecords } from '../io/read.js';
import { inputFile } from '../io/source.js';
import type { OptionDefinition, Options } from './command.js';
import { wholeNumber } from './options.js';

/** `x=2,c=1.5,h=1`, or one number for all three. */
function ranges(text: string): Partial<Record<RangeName, number>> {
  const wrong = (): PipeError =>
    new PipeError('usage', '--range is wrong', { expected: 'a number above 0, or x=2,c=1,h=1', found: `"${text}"` });
  const number = (part: string): number => {
    if (!/^\d*\.?\d+$/.test(part) || Number(part) <= 0) throw wrong();
    return Number(part);
  };
  if (!text.includes('=')) return { x: number(text), c: number(text), h: number(text) };
  return Object.fromEntries(
    text.split(',').map((part): [string, number] => {
      const match = /^([xch])=(.+)$/.exec(part.trim());
      if (!match) throw wrong();
      return [match[1]!, number(match[2]!)];
    }),
  );
}

/** `0-15,64` → 0 … 15 and 64. */
function units(text: string): number[] {
  const all = text.split(',').flatMap((part): number[] => {
    const [, from, to = from] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part.trim()) ?? [];
    if (from === undefined || Number(to) < Number(from))
      throw new PipeError('usage', '--units is wrong', { expected: 'units and ranges such as 0-15,64', found: `"${text}"` });
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i);
  });
  return [...new Set(all)];
}

export const THEME: OptionDefinition = {
  flags: '--theme <theme>',
  about: 'colours; mono is black and white, for paper (default: auto on a page, light in an SVG file)',
  choices: THEMES,
};

/** How a picture looks, in every command that draws one. */
export const LOOK: readonly OptionDefinition[] = [
  {
    flags: '--layer <n>',
    about: 'the layer that is opened, from 1; the others show h (default: the last)',
    parse: wholeNumber('--layer', 1),
  },
  {
    flags: '--units <list>',
    about: 'units that are shown, such as 0-15,64 (default: all; bands where there are more than 128)',
    parse: units,
  },
  {
    flags: '--order <how>',
    about: 'units as they are numbered, or by their value at the last real step',
    choices: ['index', 'value'],
    default: 'index',
  },
  {
    flags: '--range <limits>',
    about: 'value of the end colours: one number, or x=2,c=1,h=1 (default: 99.5 % of the values)',
    parse: ranges,
  },
  {
    flags: '--step <n>',
    about: 'the time step that is marked and opened, from 1 (default: the last real one)',
    parse: wholeNumber('--step', 1),
  },
  { flags: '--said <n>', about: 'the word of a decoder whose attention is drawn, from 1', parse: wholeNumber('--said', 1) },
  { flags: '--all-steps', about: 'every time step in full, however long the sentence is' },
  { flags: '--lang <language>', about: 'language of the labels', choices: ['en', 'zh'], default: 'en' },
  THEME,
  { flags: '--width <px>', about: 'width of the picture', default: 1240, parse: wholeNumber('--width', 320) },
];

export const RECORD: OptionDefinition = { flags: '--record <n|id>', about: 'which record: its number from 1, or its id', default: '1' };

/** The options of LOOK, as the drawing takes them. */
export function lookOf(options: Options): Look {
  return {
    layer: options['layer'] as number | undefined,
    units: options['units'] as number[] | undefined,
    order: options['order'] as 'index' | 'value',
    range: options['range'] as Partial<Record<RangeName, number>> | undefined,
    step: options['step'] as number | undefined,
    said: options['said'] as number | undefined,
    allSteps: options['allSteps'] === true,
    language: options['lang'] as 'en' | 'zh',
    width: Number(options['width']),
    ink: options['theme'] === 'mono',
  };
}

/** Bytes of one record that is looked at: 200 time steps of 512 units, two layers and both directions are 70 MB; a string holds 512. */
const LONGEST = 500 * 1024 * 1024;

/** The record of that number or id. @param records those of steps; else raw text, too. @throws PipeError('data') where there is none */
export async function recordOf(file: string, wanted: string, records = true): Promise<SentenceRecord> {
  let count = 0;
  const number = /^\d+$/.test(wanted) ? Number(wanted) : undefined;
  let byNumber: SentenceRecord | undefined;
  for await (const batch of readRecords([inputFile(file)], { records, maxLineBytes: LONGEST }))
    for (const record of batch) {
      count++;
      if (String(record.id) === wanted && number === undefined) return record;
      if (count === number) byNumber = record;
      if (byNumber) return byNumber;
    }
  throw new PipeError('data', `there is no record ${show(wanted)}`, {
    place: { file },
    found: `${count} records`,
    hint: '--record takes a number from 1 or an id',
  });
}
