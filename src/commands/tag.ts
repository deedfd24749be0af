/** Step 8 as a command: a tag for each token, by a trained model. */
import type { StepCommand } from './command.js';
import { headStage } from './head-command.js';
import { MODEL_OPTION } from './model-option.js';
import { ENGINE_OPTIONS } from './engine-options.js';

export const tagCommand: StepCommand = {
  description: `A linear layer over every hidden state and the best path through the scores (Viterbi), by a model of "train --task tag" or
"--task segment": tags that may follow one another, and the spans or words that they stand for.`,
  options: [MODEL_OPTION, ...ENGINE_OPTIONS],
  examples: [
    'rnn-pipe train examples/tagged.txt --task tag --units 8 --dim 8 --epochs 2 --min-count 1 --hold-out 0% -q --out tagger && rnn-pipe run examples/news.txt --segmenter codepoints --model tagger --to tag',
  ],
  stage: headStage('tag', ['tag', 'segment']),
};
