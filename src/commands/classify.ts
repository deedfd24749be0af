/** Step 8 as a command: the output vector to a label. */
import { PipeError } from '../errors.js';
import { compileClassifier, randomClassifier } from '../model/heads/classify.js';
import { classify, type ClassifyOptions } from '../steps/classify.js';
import type { Options, StepCommand } from './command.js';
import { trainedHead } from './head-command.js';
import { MODEL_OPTION, modelOf, refuseDecided } from './model-option.js';
import { list, wholeNumber } from './options.js';
import { ENGINE_OPTIONS, engineOf } from './engine-options.js';

/** Seeded random weights for the labels that are given. */
function randomHead(options: Options): ClassifyOptions {
  const labels = options['labels'] as string[];
  return {
    definition: { task: 'classify', take: 'last', labels },
    parameters: new Map(),
    open: async (inputSize) =>
      compileClassifier(await engineOf(options), randomClassifier(inputSize, labels.length, Number(options['seed']))),
  };
}

export const classifyCommand: StepCommand = {
  description: `A linear layer and softmax over the output vector. Without --model its weights are seeded random ones: it shows what a classifier
does, and its answers mean nothing. With --model it is the head of the model, whatever it answers: labels, numbers, tags, words.`,
  options: [
    MODEL_OPTION,
    { flags: '--labels <a,b,…>', about: 'the labels, with commas between them, in the order of the logits', parse: list('--labels') },
    { flags: '--top-k <n>', about: 'add "top": the n most probable labels with their probabilities', parse: wholeNumber('--top-k', 1) },
    { flags: '--seed <n>', about: 'seed of all random vectors and weights', default: 1, parse: wholeNumber('--seed', 0) },
    ...ENGINE_OPTIONS,
  ],
  examples: ['rnn-pipe classify examples/outputs.jsonl --labels finance,sports --top-k 2'],
  stage: {
    parallel: false,
    rawText: false,
    looksAt: ['output', 'hiddenStates', 'tokens', 'kept', 'mask'],
    check: (options, given) => {
      refuseDecided(options, given, ['labels', 'seed']);
      const { labels, topK, model } = options;
      if (model !== undefined) return;
      if (!Array.isArray(labels)) throw new PipeError('usage', 'no labels are given', { hint: '--labels finance,sports; or --model DIR' });
      const twice = (labels as string[]).find((label, i) => labels.indexOf(label) !== i);
      if (twice !== undefined) throw new PipeError('usage', `the label "${twice}" is given twice`, { hint: 'name each label once' });
      if (typeof topK === 'number' && topK > labels.length)
        throw new PipeError('usage', '--top-k is larger than the number of labels', {
          expected: `at most ${labels.length}`,
          found: String(topK),
        });
    },
    prepare: async (options) => {
      const model = await modelOf(options);
      return classify({ ...(model ? trainedHead(model, options) : randomHead(options)), topK: options['topK'] as number | undefined });
    },
  },
};
