/** Step 3 backwards as a command: ids to tokens. */
import { decode } from '../steps/decode.js';
import type { StepCommand } from './command.js';
import { loadVocabulary } from './loading.js';

export const decodeCommand: StepCommand = {
  description: `Gives each id its token; padding is left out, and what was unknown stays <unk>.`,
  options: [{ flags: '--vocab <file>', about: 'the vocabulary of the ids, as "rnn-pipe vocab" writes it' }],
  examples: ['rnn-pipe decode examples/ids.jsonl --vocab examples/vocabulary.json'],
  stage: {
    parallel: true,
    rawText: false,
    prepare: async (options) => decode({ vocabulary: await loadVocabulary(options) }),
  },
};
