/** `project`: word vectors, or the outputs of sentences, as points of a plane; or as the files that the TensorBoard projector reads. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pictureFile } from '../drawing/draw.js';
import { scatterPage } from '../drawing/scatter-page.js';
import { scatterPicture, type Scatter } from '../drawing/scatter-picture.js';
import type { Theme } from '../drawing/style.js';
import { visible } from '../drawing/text.js';
import { PipeError } from '../errors.js';
import { shortest } from '../formats/shortest.js';
import { writeBytes, writeDocument } from '../io/output.js';
import { principalComponents, umap, type Projected } from '../model/projection.js';
import { THEME } from './look.js';
import type { CommandDefinition, Invocation, Options } from './command.js';
import { checkFree, makeFolder } from './model-folder.js';
import { MODEL_OPTION } from './model-option.js';
import { DOCUMENT_OUTPUT, number, wholeNumber } from './options.js';
import { recordPoints, wordPoints, type Named } from './project-points.js';

const FORMATS = ['svg', 'html', 'tsv', 'projector'] as const;
type Format = (typeof FORMATS)[number];

/** Options of one method, or of pictures, by their names. */
const UMAP_ONLY = { neighbors: '--neighbors', minDist: '--min-dist', seed: '--seed' } as const;
const PICTURE_ONLY = { width: '--width', theme: '--theme' } as const;

export const projectCommand: CommandDefinition = {
  description: `Draws the word vectors of a model or of a vocabulary, or the output vectors of records (after output or classify, coloured by label), in two
dimensions: PCA, the directions in which they differ most, or UMAP, which keeps neighbours together. As a picture, as a page, as a table;
--to projector writes vectors.tsv and metadata.tsv for the TensorBoard projector, with all dimensions.`,
  argument: { name: '[input]', about: 'records with "output"; not with --model or --vocab; - is stdin (default)' },
  options: [
    { ...MODEL_OPTION, about: 'draw the word vectors of this trained model' },
    { flags: '--vocab <file>', about: 'draw the word vectors of this vocabulary (with --vectors)' },
    { flags: '--vectors <file>', about: 'word vectors from a file: word2vec, GloVe or fastText' },
    {
      flags: '--most <n>',
      about: 'points at most: the most frequent tokens, or the first records',
      default: 500,
      parse: wholeNumber('--most', 2),
    },
    { flags: '--method <name>', about: 'how they come into the plane', choices: ['pca', 'umap'], default: 'pca' },
    { flags: '--neighbors <n>', about: 'umap: how many neighbours are to stay near', default: 15, parse: wholeNumber('--neighbors', 2) },
    { flags: '--min-dist <x>', about: 'umap: how close points may lie', default: 0.1, parse: number('--min-dist', 0, 1) },
    { flags: '--seed <n>', about: 'umap: seed of all random numbers', default: 1, parse: wholeNumber('--seed', 0) },
    {
      flags: '--kinds <field>',
      about: 'colours of records: their label, or what was predicted (default: the label, where there is one)',
      choices: ['label', 'prediction', 'none'],
    },
    { flags: '--to <format>', about: 'what is written (default: by the name of the output; tsv on stdout)', choices: FORMATS },
    THEME,
    { flags: '--width <px>', about: 'width of an SVG file', default: 1240, parse: wholeNumber('--width', 320) },
    ...DOCUMENT_OUTPUT,
  ],
  examples: [
    'rnn-pipe project examples/predictions.jsonl -o outputs.svg',
    'rnn-pipe train examples/headlines.tsv --out model --units 16 --min-count 1 --hold-out 0% -q && rnn-pipe project --model model --method umap -o words.html',
  ],
  writesFolder: ({ to }) => to === 'projector',
  run: async ({ inputs, options, given, report }: Invocation) => {
    const path = String(options['output']);
    const format = formatOf(options['to'] as Format | undefined, path);
    check(inputs, options, given, format);
    const most = Number(options['most']);
    const words = options['model'] !== undefined || options['vocab'] !== undefined;
    const named = words
      ? await wordPoints(options, most)
      : await recordPoints(inputs[0] ?? '-', options['kinds'] as string | undefined, most);
    for (const note of named.notes) report.note(note);
    const read = words
      ? ['model', 'vocab', 'vectors'].flatMap((name) => (options[name] === undefined ? [] : [options[name] as string]))
      : [inputs[0] ?? '-'];
    const force = options['force'] === true;
    if (format === 'projector') {
      await writeProjector(path, named, force);
      report.note(`${named.vectors.length} vectors of ${named.vectors[0]!.length} numbers, for the TensorBoard projector: Load`);
      return;
    }
    const projected = projectedBy(options, named.vectors);
    const text = format === 'tsv' ? asTable(named, projected) : drawn(named, projected, options, format);
    if (path === '-') return report.data(text);
    await writeDocument(path, text, { force, inputs: read });
    if (projected.explained) report.note(`the two components have ${percents(projected.explained)} of the variance`);
  },
};

function formatOf(asked: Format | undefined, path: string): Format {
  const named = /\.(svg|html?|tsv)(\.gz)?$/i.exec(path)?.[1]?.toLowerCase().replace('htm', 'html').replace('htmll', 'html');
  if (asked === 'projector' && path === '-')
    throw new PipeError('usage', 'the projector reads two files', { hint: 'name a folder for them: -o folder' });
  const format = asked ?? (path === '-' ? 'tsv' : (named as Format | undefined));
  if (format !== undefined) return format;
  throw new PipeError('usage', 'the name of the output does not say what to write', {
    found: path,
    hint: `--to ${FORMATS.join(', ')}`,
  });
}

function check(inputs: readonly string[], options: Options, given: ReadonlySet<string>, format: Format): void {
  const { model, vocab, vectors, kinds, method } = options;
  const apply = (flag: string, to: string): PipeError => new PipeError('usage', `${flag} does not apply`, { hint: `it goes with ${to}` });
  if (model !== undefined && (vocab ?? vectors) !== undefined)
    throw apply(vocab === undefined ? '--vectors' : '--vocab', 'word vectors of a file: leave --model out');
  if ((vocab === undefined) !== (vectors === undefined))
    throw new PipeError('usage', 'word vectors need a vocabulary and a file of vectors', {
      hint: '--vocab FILE --vectors FILE, or --model DIR',
    });
  const words = (model ?? vocab) !== undefined;
  if (words && inputs.length > 0)
    throw new PipeError('usage', 'records and word vectors cannot be drawn together', {
      found: inputs[0]!,
      hint: 'leave the input out, or --model and --vocab',
    });
  if (words && kinds !== undefined) throw apply('--kinds', 'records');
  for (const [name, flag] of Object.entries(UMAP_ONLY)) if (given.has(name) && method !== 'umap') throw apply(flag, '--method umap');
  if (format === 'projector' && given.has('method')) throw apply('--method', 'pictures: the projector has methods of its own');
  const picture = format === 'svg' || format === 'html';
  for (const [name, flag] of Object.entries(PICTURE_ONLY)) if (given.has(name) && !picture) throw apply(flag, '--to svg or html');
  if (format === 'html' && given.has('width')) throw apply('--width', '--to svg: a page takes the width that there is');
}

/** @throws PipeError('data') for too few vectors, and where the points are not finite */
function projectedBy(options: Options, vectors: readonly Float32Array[]): Projected {
  const least = options['method'] === 'umap' ? 4 : 2;
  if (vectors.length < least)
    throw new PipeError('data', 'there are too few vectors', {
      expected: `at least ${least}`,
      found: String(vectors.length),
      hint: 'give it more of them',
    });
  const neighbors = Math.min(Number(options['neighbors']), vectors.length - 1);
  const projected =
    options['method'] === 'umap'
      ? umap(vectors, { neighbors, minDist: Number(options['minDist']), seed: Number(options['seed']) })
      : principalComponents(vectors);
  const at = projected.points.findIndex(([x, y]) => !Number.isFinite(x) || !Number.isFinite(y));
  if (at < 0) return projected;
  throw new PipeError('data', 'the vectors have no places in a plane', {
    found: `point ${at + 1} is not finite`,
    hint: 'try --method pca',
  });
}

const percents = (shares: readonly number[]): string => shares.map((share) => `${(100 * share).toFixed(1)} %`).join(' and ');

function drawn(named: Named, { points, explained }: Projected, options: Options, format: 'svg' | 'html'): string {
  const [first, second] = (explained ?? [0, 0]).map((share) => `${(100 * share).toFixed(1)} % of the variance`);
  const scatter: Scatter = {
    points: points.map(([x, y], i) => ({ x, y, name: named.names[i]!, kind: named.kindOf[i] })),
    kinds: named.kinds,
    axes: explained && [`component 1: ${first!}`, `component 2: ${second!}`],
    notes: [
      `${explained ? 'PCA' : `UMAP, ${Math.min(Number(options['neighbors']), points.length - 1)} neighbours, seed ${Number(options['seed'])}`} of ${points.length} vectors of ${named.vectors[0]!.length} numbers.`,
      ...named.notes,
    ],
  };
  const theme = options['theme'] as Theme | undefined;
  if (format === 'html') return scatterPage(scatter, { title: named.title, theme: theme ?? 'auto', hash });
  const { picture } = scatterPicture(scatter, Number(options['width']));
  return pictureFile(picture, { title: visible(named.title), description: scatter.notes.join(' ') }, { theme });
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64');

/** A cell of a TSV file: tabs and line ends as what they are. */
const cell = visible;

function asTable({ names, kinds, kindOf }: Named, { points }: Projected): string {
  const rows = points.map(([x, y], i) => [
    cell(names[i]!),
    ...(kinds.length > 0 ? [kindOf[i] === undefined ? '' : cell(kinds[kindOf[i]]!)] : []),
    String(shortest(Math.fround(x))),
    String(shortest(Math.fround(y))),
  ]);
  const head = ['name', ...(kinds.length > 0 ? ['label'] : []), 'x', 'y'];
  return [head, ...rows].map((row) => `${row.join('\t')}\n`).join('');
}

/** vectors.tsv and metadata.tsv, a line a point in both; one has a head, the other none. */
async function writeProjector(folder: string, { vectors, metadata }: Named, force: boolean): Promise<void> {
  checkFree(folder, force && !existsSync(join(folder, 'model.json')));
  makeFolder(folder);
  const tsv = (rows: readonly (readonly string[])[]): Buffer => Buffer.from(rows.map((row) => `${row.join('\t')}\n`).join(''));
  await writeBytes(join(folder, 'vectors.tsv'), tsv(vectors.map((vector) => Array.from(vector, (one) => String(shortest(one))))));
  await writeBytes(join(folder, 'metadata.tsv'), tsv([metadata.head, ...metadata.rows.map((row) => row.map(cell))]));
}
