/** All of a model as one stage of a run: in `predict`, and in place of the steps from tokenize on in `run` and `batch`. */
import { PipeError } from '../errors.js';
import type { HeadDefinition } from '../formats/model.js';
import type { Quantization } from '../formats/quantization.js';
import { predict } from '../steps/predict.js';
import type { OptionDefinition, Options, StageDefinition } from './command.js';
import { loadModel } from './model-folder.js';
import { QUANTIZE_OPTION } from './quantize-option.js';
import { wholeNumber } from './options.js';
import { predictorOf } from './predictor.js';
import { ENGINE_OPTIONS, engineOf } from './engine-options.js';
import { checkSearch, refuseSearch, SEARCH_OPTIONS } from './search-options.js';
import { openSeq2seq } from './search.js';

/** Lines that are done together: enough to find many of like length, few enough for all cores to have some. */
const WINDOW = 1024;

/** What a run that predicts reads: windows of lines, so that it does not show in the numbers how the bytes came. */
export const PREDICTION_READING = { windowLines: WINDOW, everyLine: true } as const;

/** The options of the stage. */
export const PREDICT_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--trace',
    about: 'add the hidden states and every gate at every time step; of a text that is said every step of the search (records only)',
  },
  {
    flags: '--batch-size <n>',
    about: 'sentences that go through the network together',
    default: 64,
    parse: wholeNumber('--batch-size', 1),
  },
  QUANTIZE_OPTION,
  ...SEARCH_OPTIONS,
  ENGINE_OPTIONS.find(({ flags }) => flags.startsWith('--engine'))!,
];

const quantization = ({ quantize }: Options): { quantize?: Quantization } =>
  quantize === undefined ? {} : { quantize: quantize as Quantization };

export const predictStage: StageDefinition = {
  parallel: true,
  rawText: true,
  windowLines: WINDOW,
  computes: () => true,
  check: (options) => {
    if (options['model'] === undefined) throw new PipeError('usage', 'no model is given', { hint: '--model DIR' });
    checkSearch(options);
  },
  prepare: async (options) => {
    const folder = String(options['model']);
    const model = await loadModel(folder);
    const { head } = model.document;
    checkAnswers(options, head);
    if (head.task === 'seq2seq') return openSeq2seq(model, options);
    const traced = options['trace'] === true;
    const engine = await engineOf({ threads: 1, ...options });
    return predict(await predictorOf(model, folder, engine, { traced, ...quantization(options) }), {
      traced,
      batchSize: Number(options['batchSize']),
      topK: options['topK'] as number | undefined,
      threshold: options['threshold'] as number | undefined,
      plain: options['plain'] === true,
    });
  },
};

/** @throws PipeError('usage') for an option that means nothing to a model of this task */
export function checkAnswers(options: Options, head: HeadDefinition): void {
  const { task } = head;
  const apply = (what: string, hint: string): PipeError =>
    new PipeError('usage', `${what} does not apply`, { found: `a model of --task ${task}`, hint });
  if (task !== 'seq2seq') refuseSearch(options, head);
  if (options['topK'] !== undefined && task !== 'classify' && task !== 'multilabel')
    throw apply('k', task === 'seq2seq' ? 'more than one text: --n-best 3 --json' : 'it has no labels to rank: leave k out');
  if (task !== 'seq2seq' && task !== 'lm') return;
  if (options['trace'] === true && task === 'lm') throw apply('--trace', 'leave it out');
}
