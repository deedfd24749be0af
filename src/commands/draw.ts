/** `draw`: one record as a picture, an SVG file or a page that stands alone. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { drawPage, drawSvg } from '../drawing/draw.js';
import { sceneOf } from '../drawing/from-record.js';
import type { Theme } from '../drawing/style.js';
import { PipeError, show } from '../errors.js';
import type { SentenceRecord } from '../formats/record.js';
import { writeDocument } from '../io/output.js';
import type { CommandDefinition, Invocation, Options } from './command.js';
import { LOOK, lookOf, RECORD, recordOf } from './look.js';
import { DOCUMENT_OUTPUT, list } from './options.js';

export const drawCommand: CommandDefinition = {
  description: `Draws a record from any step: tokens, ids, word vectors, gates, cell states and hidden states along time, padding as what it is, the
output and the answer. A record of rnn --trace --keep-embeddings has all that there is to see. The file needs nothing else, asks the network for nothing,
and prints on one page.`,
  argument: { name: '[input]', about: 'records; - is stdin (default)' },
  options: [
    RECORD,
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
    for (const [name, flag, to] of [
      ['opened', '--opened', 'svg'],
      ['full', '--full', 'html'],
    ] as const)
      if (options[name] === true && format !== to)
        throw new PipeError('usage', `${flag} does not apply`, { hint: `it goes with --format ${to}` });
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
