/** All of a model as one stage of a run: in `predict`, and in place of the steps from tokenize on in `run` and `batch`. */
import { PipeError } from '../errors.js';
import { QUANTIZATIONS, type Quantization } from '../formats/model.js';
import { predict } from '../steps/predict.js';
import type { OptionDefinition, Options, StageDefinition } from './command.js';
import { wholeNumber } from './options.js';
import { openPredictor } from './predictor.js';
import { ENGINE_OPTIONS, engineOf } from './rnn.js';

/** Lines that are done together: enough to find many of like length, few enough for all cores to have some. */
const WINDOW = 1024;

/** What a run that predicts reads: windows of lines, so that it does not show in the numbers how the bytes came. */
export const PREDICTION_READING = { windowLines: WINDOW, everyLine: true } as const;

/** The options of the stage. */
export const PREDICT_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--trace', about: 'add the hidden states and every gate at every time step (records only)' },
  {
    flags: '--batch-size <n>',
    about: 'sentences that go through the network together',
    default: 64,
    parse: wholeNumber('--batch-size', 1),
  },
  {
    flags: '--quantize <how>',
    about: 'weights of the recurrent layers in 8 bits: faster, and almost the same answers',
    choices: QUANTIZATIONS,
  },
  ENGINE_OPTIONS.find(({ flags }) => flags.startsWith('--engine'))!,
];

const quantization = ({ quantize }: Options): { quantize?: Quantization } =>
  quantize === undefined ? {} : { quantize: quantize as Quantization };

export const predictStage: StageDefinition = {
  parallel: true,
  rawText: true,
  check: ({ model }) => {
    if (model === undefined) throw new PipeError('usage', 'no model is given', { hint: '--model DIR' });
  },
  prepare: async (options) => {
    const traced = options['trace'] === true;
    // chunks are what threads share; one that computes with several would wait for the others' cores
    const engine = await engineOf({ ...options, threads: 1 });
    return predict(await openPredictor(String(options['model']), engine, { traced, ...quantization(options) }), {
      traced,
      batchSize: Number(options['batchSize']),
      topK: options['topK'] as number | undefined,
      threshold: options['threshold'] as number | undefined,
      plain: options['plain'] === true,
    });
  },
};
