/** Step 3 as a command: tokens to ids. */
import { encode, type EncodeOptions } from '../steps/encode.js';
import { encodeLines } from '../steps/lines/encode.js';
import type { Options, StepCommand } from './command.js';
import { loadVocabulary } from './loading.js';
import { MODEL_OPTION, refuseDecided } from './model-option.js';

export const encodeCommand: StepCommand = {
  description: `Gives each token its number in the vocabulary. Tokens that it does not have become <unk> (id 1); how many is told.
With --model the vocabulary is the model's. Nothing is cut here: texts that are longer than the model reads are cut by predict, and in steps by pad --length.`,
  options: [
    { flags: '--vocab <file>', about: 'the vocabulary of the ids, as "rnn-pipe vocab" writes it' },
    MODEL_OPTION,
    {
      flags: '--oov <what>',
      about: 'what to do with a token that the vocabulary does not have',
      choices: ['unk', 'error'],
      default: 'unk',
    },
  ],
  examples: ['rnn-pipe encode examples/tokens.jsonl --vocab examples/vocabulary.json'],
  stage: {
    parallel: true,
    rawText: false,
    check: (options, given) => refuseDecided(options, given, ['vocab']),
    prepare: async (options) => encode(await encodeOptions(options)),
    prepareLines: async (options) => encodeLines(await encodeOptions(options)),
  },
};

const encodeOptions = async (options: Options): Promise<EncodeOptions> => ({
  vocabulary: await loadVocabulary(options),
  oov: options['oov'] as 'unk' | 'error',
  atLeastOne: options['model'] !== undefined,
});
