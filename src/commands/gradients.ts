/** `gradients`: how much the loss hears of each word, for one or more cells, as numbers and as a picture. */
import { pictureFile } from '../drawing/draw.js';
import { gradientPicture, ratioInWords, type GradientLane } from '../drawing/gradient-picture.js';
import { THEMES, type Theme } from '../drawing/style.js';
import { PipeError, show } from '../errors.js';
import { need } from '../formats/record.js';
import { writeDocument } from '../io/output.js';
import { CELL_NAMES, type CellName } from '../model/cells/index.js';
import { stateGradients } from '../model/state-gradients.js';
import type { CommandDefinition, Invocation, Options } from './command.js';
import { RECORD, recordOf } from './look.js';
import { LABEL, modelGradients } from './model-gradients.js';
import { refuseDecided } from './model-option.js';
import { DOCUMENT_OUTPUT, list, wholeNumber } from './options.js';
import { ENGINE_OPTIONS, engineOf } from './engine-options.js';
import { lookedAt, refuseStrayText, SENTENCE } from './sentence.js';
import { table } from './table.js';

export const gradientsCommand: CommandDefinition = {
  description: `For each cell, ‖∂loss/∂h‖ at every real time step of one sentence: how much the loss at the end still hears of each word. One layer, read
forward, with seeded random weights, of the same seed for every cell; or with --model every layer and direction of a trained model, and its own loss.
A table on stdout, or with -o picture.svg bars on one logarithmic axis.`,
  argument: { name: '[input]', about: 'records with embeddings, with --model raw text, a text a line; - is stdin (default)' },
  options: [
    ...SENTENCE.filter(({ flags }) => !flags.startsWith('--length')),
    LABEL,
    RECORD,
    { flags: '--cells <a,b>', about: `which cells: ${CELL_NAMES.join(', ')}`, default: 'rnn,lstm,gru' },
    { flags: '--units <n>', about: 'size of a hidden state', default: 64, parse: wholeNumber('--units', 1) },
    {
      flags: '--labels <n>',
      about: 'how many answers there are; the first is the right one',
      default: 2,
      parse: wholeNumber('--labels', 2),
    },
    { flags: '--seed <n>', about: 'seed of all random weights', default: 1, parse: wholeNumber('--seed', 0) },
    {
      flags: '--forget-bias <n>',
      about: 'added to the bias of an LSTM’s forget gate: the larger, the more it keeps',
      default: 1,
      parse: wholeNumber('--forget-bias', 0),
    },
    { flags: '--lang <language>', about: 'language of the picture', choices: ['en', 'zh'], default: 'en' },
    { flags: '--theme <theme>', about: 'colours of the picture', choices: THEMES, default: 'light' },
    { flags: '--width <px>', about: 'width of the picture', default: 1240, parse: wholeNumber('--width', 320) },
    ...ENGINE_OPTIONS,
    ...DOCUMENT_OUTPUT,
  ],
  examples: [
    'rnn-pipe gradients examples/embeddings.jsonl --cells rnn,lstm --units 16',
    'rnn-pipe train examples/headlines.tsv --out model --units 8 --hold-out 0% && rnn-pipe gradients --model model --text 主队加时险胜',
  ],
  run: async ({ inputs, options, given, report }: Invocation) => {
    const { tokens, lanes, loss } =
      options['model'] === undefined ? await ofCells(options, inputs[0] ?? '-') : await ofModel(options, given, inputs[0], report.note);
    if (loss !== undefined) report.note(loss);
    const path = String(options['output']);
    if (path === '-') return report.data(asTable(tokens, lanes));
    if (!/\.svg(\.gz)?$/i.test(path))
      throw new PipeError('usage', 'gradients draws SVG', { found: path, hint: 'give the output a name that ends in .svg' });
    const language = options['lang'] as 'en' | 'zh';
    const picture = gradientPicture(tokens, lanes, Number(options['width']), language);
    const words = lanes.map(({ name, norms }) => `${name}: ${ratioInWords(norms, 'en')}`);
    const text = pictureFile(
      picture,
      { title: tokens.join('').slice(0, 120), description: words.join('; ') },
      { theme: options['theme'] as Theme },
    );
    await writeDocument(path, text, { force: options['force'] === true, inputs: [inputs[0] ?? '-'] });
    for (const line of words) report.note(line);
  },
};

/** What is shown: of every lane its norms at the real time steps. */
interface Found {
  tokens: readonly string[];
  lanes: GradientLane[];
  /** what the loss is and of which answer */
  loss?: string;
}

async function ofCells(options: Options, file: string): Promise<Found> {
  refuseStrayText(options, '--model DIR');
  if (options['label'] !== undefined) throw new PipeError('usage', '--label does not apply', { hint: 'it goes with --model DIR' });
  const cells = list('--cells')(String(options['cells']));
  const stranger = cells.find((cell) => !(CELL_NAMES as readonly string[]).includes(cell));
  if (stranger !== undefined) throw new PipeError('usage', '--cells is wrong', { expected: CELL_NAMES.join(', '), found: stranger });
  const record = await recordOf(file, String(options['record']));
  const embeddings = need(record, 'embeddings');
  const real = Array.from({ length: embeddings.shape[0]! }, (_, t) => t).filter((t) => (record.mask?.[t] ?? 1) === 1);
  if (real.length === 0) throw new PipeError('data', 'the sentence has no real time step', { hint: 'choose another with --record' });
  const inputSize = embeddings.shape[1]!;
  const vectors = new Float32Array(real.length * inputSize);
  for (const [row, t] of real.entries()) vectors.set(embeddings.row(t), row * inputSize);
  const engine = await engineOf(options);
  const lanes: GradientLane[] = [];
  for (const cell of cells) {
    const shape = {
      cell: cell as CellName,
      inputSize,
      units: Number(options['units']),
      layers: 1,
      directions: ['forward'] as const,
      resetAfter: true,
    };
    const { norms } = await stateGradients(engine, shape, vectors, {
      seed: Number(options['seed']),
      labels: Number(options['labels']),
      label: 0,
      forgetBias: Number(options['forgetBias']),
    });
    const at = norms.findIndex((norm) => !Number.isFinite(norm));
    if (at >= 0)
      throw new PipeError('data', `the gradient of ${cell} is not finite`, {
        found: `time step ${at + 1}`,
        hint: 'see the word vectors',
      });
    lanes.push({ name: cell, norms });
  }
  const first = record.kept?.[0] ?? 0;
  const tokens = real.map((_, i) => record.tokens?.[first + i] ?? '');
  return { tokens, lanes };
}

/** Options of networks that have random weights. */
const OF_CELLS = ['cells', 'units', 'labels', 'seed', 'forgetBias'];

async function ofModel(
  options: Options,
  given: ReadonlySet<string>,
  input: string | undefined,
  note: (text: string) => void,
): Promise<Found> {
  refuseDecided(options, given, OF_CELLS);
  const { record, model } = await lookedAt(options, input, note);
  const { lanes, loss, answer } = await modelGradients(model!, record, options);
  const words = options['lang'] === 'zh' ? { layer: (n: number) => `第 ${n} 层` } : { layer: (n: number) => `layer ${n}` };
  const several = model!.document.network.directions.length > 1;
  return {
    tokens: record.ids!.map((_, i) => record.tokens![(record.kept?.[0] ?? 0) + i] ?? ''),
    lanes: lanes.map(({ layer, direction, norms }) => ({
      name: `${layer} ${direction}`,
      title: `${words.layer(layer)}${several ? (direction === 'forward' ? ' →' : ' ←') : ''}`,
      norms,
    })),
    loss: `the loss of the answer ${show(answer.slice(0, 60))} is ${loss.toPrecision(4)}`,
  };
}

function asTable(tokens: readonly string[], lanes: readonly GradientLane[]): string {
  const rows = tokens.map((token, t) => [String(t + 1), token, ...lanes.map(({ norms }) => norms[t]!.toExponential(3))]);
  const words = lanes.map(({ name, norms }) => `${name}: ${ratioInWords(norms, 'en')}\n`).join('');
  return `‖∂loss/∂h‖ at each time step\n\n${table(['t', 'token', ...lanes.map(({ name }) => name)], rows)}\n${words}`;
}
