/** Step 1 as a command: raw text to sentences. */
import { sentences } from '../steps/sentences.js';
import type { StepCommand } from './command.js';
import { wholeNumber } from './options.js';

export const sentencesCommand: StepCommand = {
  description: `Cuts raw text into sentences: after 。！？!?… with the closing quotes and brackets that follow, and at every line break
(--wrapped: at blank lines only). 123.23, 3.14, 1.联通 and …… are not cut. TSV, CSV, JSONL and labelled lines keep their labels.`,
  options: [
    { flags: '--semicolon', about: 'a semicolon ends a sentence too' },
    {
      flags: '--max-chars <n>',
      about: 'cut sentences that are longer, at a comma where there is one',
      default: 2000,
      parse: wholeNumber('--max-chars', 1),
    },
    { flags: '--whole', about: 'do not cut: one record for each text (line or row)' },
  ],
  examples: ['rnn-pipe sentences examples/news.txt', 'rnn-pipe sentences --whole examples/headlines.tsv | rnn-pipe tokenize'],
  stage: {
    parallel: true,
    rawText: true,
    prepare: (options) =>
      Promise.resolve(
        sentences({
          semicolon: options['semicolon'] === true,
          maxChars: Number(options['maxChars']),
          split: options['whole'] !== true,
        }),
      ),
  },
};
