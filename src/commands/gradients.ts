/** `gradients`: how much the loss hears of each word, for one or more cells, as numbers and as a picture. */
import { pictureFile } from '../drawing/draw.js';
import { gradientPicture, ratioInWords, type GradientLane } from '../drawing/gradient-picture.js';
import type { Theme } from '../drawing/style.js';
import { PipeError } from '../errors.js';
import { need } from '../formats/record.js';
import { writeDocument } from '../io/output.js';
import { CELL_NAMES, type CellName } from '../model/cells/index.js';
import { stateGradients } from '../model/state-gradients.js';
import type { CommandDefinition, Invocation } from './command.js';
import { RECORD, recordOf } from './look.js';
import { DOCUMENT_OUTPUT, list, wholeNumber } from './options.js';
import { ENGINE_OPTIONS, engineOf } from './rnn.js';
import { table } from './table.js';

export const gradientsCommand: CommandDefinition = {
  description: `For each cell, ‖∂loss/∂h‖ at every real time step of one sentence: how much the loss at the end still hears of each word. One layer, read
forward, with seeded random weights, of the same seed for every cell. A table on stdout, or with -o picture.svg bars on one logarithmic axis.`,
  argument: { name: '[input]', about: 'records with embeddings; - is stdin (default)' },
  options: [
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
    { flags: '--theme <theme>', about: 'colours of the picture', choices: ['auto', 'light', 'dark'], default: 'light' },
    { flags: '--width <px>', about: 'width of the picture', default: 1240, parse: wholeNumber('--width', 320) },
    ...ENGINE_OPTIONS,
    ...DOCUMENT_OUTPUT,
  ],
  examples: ['rnn-pipe gradients examples/embeddings.jsonl --cells rnn,lstm --units 16'],
  run: async ({ inputs, options, report }: Invocation) => {
    const cells = list('--cells')(String(options['cells']));
    const stranger = cells.find((cell) => !(CELL_NAMES as readonly string[]).includes(cell));
    if (stranger !== undefined) throw new PipeError('usage', '--cells is wrong', { expected: CELL_NAMES.join(', '), found: stranger });
    const file = inputs[0] ?? '-';
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
    await writeDocument(path, text, { force: options['force'] === true, inputs: [file] });
    for (const line of words) report.note(line);
  },
};

function asTable(tokens: readonly string[], lanes: readonly GradientLane[]): string {
  const rows = tokens.map((token, t) => [String(t + 1), token, ...lanes.map(({ norms }) => norms[t]!.toExponential(3))]);
  const words = lanes.map(({ name, norms }) => `${name}: ${ratioInWords(norms, 'en')}\n`).join('');
  return `‖∂loss/∂h‖ at each time step\n\n${table(['t', 'token', ...lanes.map(({ name }) => name)], rows)}\n${words}`;
}
