/** `--to predict` in `run` and `batch`: all of a model in place of the steps from tokenize on, over sentences or over lines as they are. */
import { PipeError } from '../errors.js';
import type { ReadOptions } from '../io/read.js';
import { classifyCommand } from './classify.js';
import type { StepCommand } from './command.js';
import { MODEL_OPTION } from './model-option.js';
import { PREDICT_OPTIONS, PREDICTION_READING, predictStage } from './predict.js';
import { sentencesCommand } from './sentences.js';

/** What a stretch consists of. */
export interface Part extends Pick<StepCommand, 'options' | 'stage'> {
  name: string;
}

const SENTENCES: Part = { name: 'sentences', ...sentencesCommand };

export const PREDICT: Part = {
  name: 'predict',
  options: [MODEL_OPTION, ...PREDICT_OPTIONS, ...classifyCommand.options.filter(({ flags }) => flags.startsWith('--top-k'))],
  stage: predictStage,
};

/** @throws PipeError('usage') where --from names a step that a model does by itself */
export function predictStretch(from: string): Part[] {
  if (from === SENTENCES.name) return [SENTENCES, PREDICT];
  if (from === PREDICT.name) return [PREDICT];
  throw new PipeError('usage', `--from ${from} does not go with --to predict`, {
    expected: '--from sentences, or --from predict for lines as they are',
    hint: 'predict is all of a model: it cuts the text by itself, and takes records with tokens, too',
  });
}

/** How a stretch reads, if it predicts: in windows of lines; and alone, every line. */
export function predictReading(steps: readonly Part[]): Pick<ReadOptions, 'windowLines' | 'everyLine'> {
  if (steps.at(-1) !== PREDICT) return {};
  return steps.length === 1 ? PREDICTION_READING : { windowLines: PREDICTION_READING.windowLines };
}
