/** Step 8 as a command: the output vector to numbers, by a trained model. */
import type { StepCommand } from './command.js';
import { headStage } from './head-command.js';
import { MODEL_OPTION } from './model-option.js';
import { ENGINE_OPTIONS } from './engine-options.js';

export const regressCommand: StepCommand = {
  description: `A linear layer over the output vector, by a model of "train --task regress": numbers in the units of its training texts.`,
  options: [MODEL_OPTION, ...ENGINE_OPTIONS],
  examples: [
    'rnn-pipe train examples/stars.tsv --task regress --label-key stars --units 8 --dim 8 --epochs 2 --min-count 1 --hold-out 0% --segmenter characters -q --out stars && rnn-pipe run examples/stars.tsv --whole --label-key stars --segmenter characters --model stars --to regress',
  ],
  stage: headStage('regress', ['regress']),
};
