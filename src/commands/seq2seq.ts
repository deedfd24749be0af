/** The step `seq2seq` as a command: texts to the texts that a trained model says. */
import { PipeError } from '../errors.js';
import type { StepCommand } from './command.js';
import { MODEL_OPTION } from './model-option.js';
import { QUANTIZE_OPTION } from './quantize-option.js';
import { wholeNumber } from './options.js';
import { ENGINE_OPTIONS } from './engine-options.js';
import { checkSearch, SEARCH_OPTIONS } from './search-options.js';

/** Lines that are done together: as many batches, of texts of like length, as a few searches have; what is left of some goes on with what is left of others. */
const WINDOW = 1024;

export const seq2seqCommand: StepCommand = {
  description: `Reads texts, and adds to each the text that a model of "train --task seq2seq" says: one out for each one in. --beam 1 is greedy search;
--n-best keeps other attempts with their scores, --trace every step of the search: states, attention, the best next tokens, and which hypothesis goes on from which.`,
  options: [
    MODEL_OPTION,
    ...SEARCH_OPTIONS,
    { flags: '--trace', about: 'keep every step of the search' },
    { flags: '--batch-size <n>', about: 'texts that are searched together', default: 64, parse: wholeNumber('--batch-size', 1) },
    QUANTIZE_OPTION,
    ENGINE_OPTIONS.find(({ flags }) => flags.startsWith('--engine'))!,
  ],
  examples: [
    'rnn-pipe train examples/pairs.tsv --task seq2seq --units 8 --dim 8 --epochs 2 --min-count 1 --hold-out 0% --out translator && rnn-pipe seq2seq examples/pairs.tsv --model translator --beam 2',
  ],
  stage: {
    parallel: true,
    rawText: true,
    windowLines: WINDOW,
    computes: () => true,
    check: (options) => {
      if (options['model'] === undefined)
        throw new PipeError('usage', 'no model is given', {
          hint: 'rnn-pipe train pairs.tsv --task seq2seq --out model, then --model model',
        });
      checkSearch(options);
    },
    // what computes is loaded in the threads that do
    prepare: async (options) => {
      const [{ loadModel }, { openSeq2seq }] = await Promise.all([import('./model-folder.js'), import('./search.js')]);
      return openSeq2seq(await loadModel(String(options['model'])), options);
    },
  },
};
