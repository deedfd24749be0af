/** `curves`: the loss and the score of each epoch of a training, as a picture or as a table. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { curvesPicture, type Curve, type Panel } from '../drawing/curves-picture.js';
import { pictureFile } from '../drawing/draw.js';
import { THEMES, type Theme } from '../drawing/style.js';
import { PipeError } from '../errors.js';
import { parseDocument } from '../formats/document.js';
import { EPOCH_LINE, type EpochLine } from '../formats/training-log.js';
import { readText } from '../io/file.js';
import { writeDocument } from '../io/output.js';
import { metricUnderWay, trainingFolder } from './train/checkpoint.js';
import type { CommandDefinition, Invocation } from './command.js';
import { FILES, loadModel } from './model-folder.js';
import { DOCUMENT_OUTPUT, wholeNumber } from './options.js';
import { table } from './table.js';

export const curvesCommand: CommandDefinition = {
  description: `Reads the log of a model's training, or of one that is under way (OUT.training), and draws the loss of the training and of the
validation data, and the score that decides which epoch is kept. A table on stdout, or with -o curves.svg a picture.`,
  argument: { name: '<model>', about: 'the folder that "train" has written, or is to write' },
  options: [
    { flags: '--metric <name>', about: 'which score (default: the one that decided which epoch is kept)' },
    { flags: '--theme <theme>', about: 'colours of the picture', choices: THEMES, default: 'auto' },
    { flags: '--width <px>', about: 'width of the picture', default: 760, parse: wholeNumber('--width', 320) },
    ...DOCUMENT_OUTPUT,
  ],
  examples: [
    'rnn-pipe train examples/headlines.tsv --out model --segmenter characters --units 16 --epochs 5 --hold-out 40% --min-count 1 -q && rnn-pipe curves model -o curves.svg',
  ],
  run: async ({ inputs, options, report }: Invocation) => {
    const [name] = inputs as [string];
    const file = join(folderOf(name), FILES.log);
    const lines = await epochsOf(file);
    const metric = await metricFor(folderOf(name), lines, options['metric'] as string | undefined);
    const best = metric === undefined ? undefined : lines.findLast((line) => line.best)?.epoch;
    const path = String(options['output']);
    if (path === '-') return report.data(asTable(lines));
    if (!/\.svg(\.gz)?$/i.test(path))
      throw new PipeError('usage', 'curves draws SVG', { found: path, hint: 'give the output a name that ends in .svg' });
    const epochs = lines.map(({ epoch }) => epoch);
    const picture = curvesPicture(epochs, panelsOf(lines, metric), best, Number(options['width']));
    const description = `${lines.length} epochs${best === undefined ? '' : `, the best is ${best}`}`;
    const text = pictureFile(picture, { title: `Training of ${name}`, description }, { theme: options['theme'] as Theme });
    await writeDocument(path, text, { force: options['force'] === true, inputs: [file] });
  },
};

/** The folder with the log: the model's, or that of a training under way. */
function folderOf(name: string): string {
  const found = [name, trainingFolder(name)].find((folder) => existsSync(join(folder, FILES.log)));
  if (found !== undefined) return found;
  throw new PipeError('no-input', 'there is no training of that name', {
    place: { file: name },
    expected: `a folder with ${FILES.log} in it`,
    hint: 'make a model: rnn-pipe train train.tsv --out model',
  });
}

async function epochsOf(file: string): Promise<EpochLine[]> {
  const lines = (await readText(file, 'training log')).split('\n').filter((line) => line !== '');
  if (lines.length === 0)
    throw new PipeError('data', 'no epoch has ended yet', { place: { file }, hint: 'wait for the end of the first one' });
  const about = { what: 'the log of a training', hint: 'train again, or copy the folder again' };
  return lines.map((line) => parseDocument(EPOCH_LINE, line, file, about));
}

/** The score that is drawn; undefined without validation data. @throws PipeError('usage') for one that there is not */
async function metricFor(folder: string, [first]: readonly EpochLine[], asked: string | undefined): Promise<string | undefined> {
  const names = Object.keys(first!.valid);
  if (asked !== undefined && !names.includes(asked))
    throw new PipeError('usage', `there is no score "${asked}"`, {
      place: { file: folder },
      expected: names.join(', ') || 'none: there was no validation data',
    });
  if (asked !== undefined || names.length === 0) return asked;
  const decided = (await decidingOf(folder)).find((name) => names.includes(name));
  return decided ?? names.find((name) => name !== 'loss') ?? names[0];
}

/** What decided, or is to decide, which epoch is kept, as model or checkpoint tells it. */
async function decidingOf(folder: string): Promise<string[]> {
  if (!existsSync(join(folder, FILES.model))) return [(await metricUnderWay(folder)) ?? []].flat();
  const { best } = (await loadModel(folder)).document.training;
  return Object.keys((best as object | undefined) ?? {});
}

function panelsOf(lines: readonly EpochLine[], metric: string | undefined): Panel[] {
  const training: Curve = { name: 'training', values: lines.map(({ loss }) => loss) };
  const validation = (name: string): Curve => ({ name: 'validation', values: lines.map(({ valid }) => valid[name] ?? null) });
  const told = 'loss' in lines[0]!.valid;
  return [
    { title: 'loss', curves: [training, ...(told ? [validation('loss')] : [])] },
    ...(metric === undefined || metric === 'loss' ? [] : [{ title: metric, curves: [validation(metric)] }]),
  ];
}

function asTable(lines: readonly EpochLine[]): string {
  const names = Object.keys(lines[0]!.valid);
  const shown = (value: number | null | undefined): string => (typeof value === 'number' ? value.toFixed(4) : 'none');
  return table(
    ['epoch', 'training loss', ...names.map((name) => `validation ${name}`), ''],
    lines.map(({ epoch, loss, valid, best }) => [
      String(epoch),
      shown(loss),
      ...names.map((name) => shown(valid[name])),
      best && names.length > 0 ? 'better' : '',
    ]),
  );
}
