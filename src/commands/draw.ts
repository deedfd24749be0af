/** `draw`: one record as a picture, an SVG file or a page that stands alone. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { drawPage, drawSvg } from '../drawing/draw.js';
import { sceneOf } from '../drawing/from-record.js';
import type { Look } from '../drawing/picture.js';
import type { RangeName } from '../drawing/range.js';
import type { Theme } from '../drawing/style.js';
import { PipeError, show } from '../errors.js';
import type { SentenceRecord } from '../formats/record.js';
import { writeDocument } from '../io/output.js';
import { readRecords } from '../io/read.js';
import { inputFile } from '../io/source.js';
import type { CommandDefinition, Invocation, OptionDefinition, Options } from './command.js';
import { DOCUMENT_OUTPUT, list, wholeNumber } from './options.js';

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

/** How a picture looks, in every command that draws one. */
const LOOK: readonly OptionDefinition[] = [
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
  { flags: '--all-steps', about: 'every time step in full, however long the sentence is' },
  { flags: '--lang <language>', about: 'language of the labels', choices: ['en', 'zh'], default: 'en' },
  { flags: '--theme <theme>', about: 'colours (default: auto on a page, light in an SVG file)', choices: ['auto', 'light', 'dark'] },
  { flags: '--width <px>', about: 'width of the picture', default: 1240, parse: wholeNumber('--width', 320) },
];

export const drawCommand: CommandDefinition = {
  name: 'draw',
  group: 'Looking and checking',
  summary: 'the network stretched along time, with the real numbers of one sentence in it',
  description: `Draws a record from any step: tokens, ids, word vectors, gates, cell states and hidden states along time, padding as what it is, the
output and the answer. A record of rnn --trace --keep-embeddings has all that there is to see. The file needs nothing else, asks the network for nothing,
and prints on one page.`,
  argument: { name: '[input]', about: 'records; - is stdin (default)' },
  options: [
    { flags: '--record <n|id>', about: 'which record: its number from 1, or its id', default: '1' },
    { flags: '--format <format>', about: 'a page or a picture (default: by the name of the output)', choices: ['html', 'svg'] },
    { flags: '--labels <a,b>', about: 'names of the logits, where the record does not tell them', parse: list('--labels') },
    ...LOOK,
    { flags: '--opened', about: 'the cell opened at --step instead of the whole picture (svg)' },
    { flags: '--full', about: 'every number of every time step in the page, however large it becomes (html)' },
    ...DOCUMENT_OUTPUT,
  ],
  examples: ['rnn-pipe draw examples/states.jsonl -o picture.svg', 'rnn-pipe draw examples/predictions.jsonl --record 2 -o picture.html'],
  run: async ({ inputs, options, report }: Invocation) => {
    const path = String(options['output']);
    const format = formatOf(options['format'] as string | undefined, path);
    const file = inputs[0] ?? '-';
    const record = await recordOf(file, String(options['record']));
    const text = draw(record, options, format);
    await writeDocument(path, text, { force: options['force'] === true, inputs: [file] });
    report.note(`record ${show(record.id ?? 1)}: ${(Buffer.byteLength(text) / 1024).toFixed(0)} kB of ${format.toUpperCase()}`);
  },
};

function formatOf(asked: string | undefined, path: string): 'html' | 'svg' {
  const named = /\.(svg|html?)(\.gz)?$/i.exec(path)?.[1]?.toLowerCase();
  if (asked !== undefined) return asked as 'html' | 'svg';
  if (named === undefined && path !== '-')
    throw new PipeError('usage', 'the name of the output does not say what to draw', {
      found: path,
      hint: '--format svg or --format html',
    });
  return named === 'svg' ? 'svg' : 'html';
}

function draw(record: SentenceRecord, options: Options, format: 'html' | 'svg'): string {
  const scene = sceneOf(record, { labels: options['labels'] as string[] | undefined, source: sourceOf(record) });
  const theme = options['theme'] as Theme | undefined;
  const look = lookOf(options);
  if (format === 'html') return drawPage(scene, look, { theme, script: pageScript(), deflate, hash, full: options['full'] === true });
  const opened = options['opened'] === true;
  const text = drawSvg(scene, look, { theme }, opened);
  if (text !== undefined) return text;
  throw new PipeError('data', 'there is no cell to open at this time step', {
    found: scene.lanes.length === 0 ? 'no hidden states' : 'padding, or no trace',
    hint: 'choose a real time step with --step, of a record of rnn --trace',
  });
}

/** Where the numbers are from, for the head of the page. */
function sourceOf({ id, vocabulary }: SentenceRecord): string {
  return [`rnn-pipe draw`, `record ${show(id ?? 1)}`, ...(vocabulary === undefined ? [] : [`vocabulary ${vocabulary}`])].join(' · ');
}

const deflate = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: 9 });
const hash = (text: string): string => createHash('sha256').update(text).digest('base64');

/** The page's script, which the build makes of src/page. */
const pageScript = (): string => readFileSync(new URL('../page.js', import.meta.url), 'utf8').trim();

/** The options of LOOK, as the drawing takes them. */
function lookOf(options: Options): Look {
  return {
    layer: options['layer'] as number | undefined,
    units: options['units'] as number[] | undefined,
    order: options['order'] as 'index' | 'value',
    range: options['range'] as Partial<Record<RangeName, number>> | undefined,
    step: options['step'] as number | undefined,
    allSteps: options['allSteps'] === true,
    language: options['lang'] as 'en' | 'zh',
    width: Number(options['width']),
  };
}

/** The record of that number or id. @throws PipeError('data') where there is none */
async function recordOf(file: string, wanted: string): Promise<SentenceRecord> {
  let count = 0;
  const number = /^\d+$/.test(wanted) ? Number(wanted) : undefined;
  let byNumber: SentenceRecord | undefined;
  for await (const batch of readRecords([inputFile(file)], { records: true }))
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
