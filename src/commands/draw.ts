/** `draw`: one record as a picture, an SVG file or a page that stands alone. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { drawPage, drawSvg } from '../drawing/draw.js';
import { sceneOf } from '../drawing/from-record.js';
import type { Theme } from '../drawing/style.js';
import { PipeError, show } from '../errors.js';
import { writeDocument } from '../io/output.js';
import type { CommandDefinition, Invocation, Options } from './command.js';
import { LOOK, lookOf, RECORD } from './look.js';
import { LABEL, modelGradients } from './model-gradients.js';
import { DOCUMENT_OUTPUT, list } from './options.js';
import { ENGINE_OPTIONS } from './engine-options.js';
import { lookedAt, SENTENCE, type Looked } from './sentence.js';
import { placeOf } from '../place.js';

export const drawCommand: CommandDefinition = {
  description: `Draws a record from any step: tokens, ids, word vectors, gates, cell states and hidden states along time, padding as what it is, the
output and the answer. A record of rnn --trace --keep-embeddings has all that there is to see; with --model a raw text goes through all of a trained
model. The file needs nothing else, asks the network for nothing, and prints on one page.`,
  argument: { name: '[input]', about: 'records, with --model also raw text, a text a line; - is stdin (default)' },
  options: [
    ...SENTENCE,
    RECORD,
    { flags: '--format <format>', about: 'a page or a picture (default: by the name of the output)', choices: ['html', 'svg'] },
    { flags: '--labels <a,b>', about: 'names of the logits, where the record does not tell them', parse: list('--labels') },
    ...LOOK,
    ...ENGINE_OPTIONS,
    { flags: '--gradients', about: 'a row of how much the loss hears of each word: ‖∂loss/∂h‖ (with --model)' },
    LABEL,
    { flags: '--opened', about: 'the cell opened at --step instead of the whole picture (svg)' },
    { flags: '--full', about: 'every number of every time step in the page, however large it becomes (html)' },
    ...DOCUMENT_OUTPUT,
  ],
  examples: [
    'rnn-pipe draw examples/states.jsonl -o picture.svg',
    'rnn-pipe draw examples/predictions.jsonl --record 2 -o picture.html',
    'rnn-pipe train examples/headlines.tsv --out model --units 8 --hold-out 0% && echo 主队加时险胜 | rnn-pipe draw --model model - -o picture.html',
  ],
  run: async ({ inputs, options, report }: Invocation) => {
    const path = String(options['output']);
    const format = formatOf(options['format'] as string | undefined, path);
    for (const [name, flag, to] of [
      ['opened', '--opened', 'svg'],
      ['full', '--full', 'html'],
    ] as const)
      if (options[name] === true && format !== to)
        throw new PipeError('usage', `${flag} does not apply`, { hint: `it goes with --format ${to}` });
    for (const [name, needs, flag] of [
      ['gradients', 'model', '--model DIR'],
      ['label', 'gradients', '--gradients'],
    ] as const)
      if (options[name] !== undefined && options[needs] === undefined)
        throw new PipeError('usage', `--${name} does not apply`, { hint: `it goes with ${flag}` });
    const looked = await lookedAt(options, inputs[0], report.note);
    const text = await draw(looked, options, format);
    await writeDocument(path, text, { force: options['force'] === true, inputs: [inputs[0] ?? '-'] });
    report.note(`record ${show(looked.record.id ?? 1)}: ${(Buffer.byteLength(text) / 1024).toFixed(0)} kB of ${format.toUpperCase()}`);
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

async function draw({ record, labels, source, tagChances, model }: Looked, options: Options, format: 'html' | 'svg'): Promise<string> {
  const gradients = options['gradients'] === true ? (await modelGradients(model!, record, options)).lanes : undefined;
  const scene = sceneOf(record, {
    tagChances,
    gradients,
    labels: (options['labels'] as string[] | undefined) ?? labels,
    source: `rnn-pipe draw · ${source}`,
  });
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

const deflate = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: 9 });
const hash = (text: string): string => createHash('sha256').update(text).digest('base64');

/** The page's script, which the build makes of src/page. */
const pageScript = (): string => readFileSync(placeOf('page.js'), 'utf8').trim();
