/** The step `seq2seq` as a command: texts to the texts that a trained model says. */
import { PipeError } from '../errors.js';
import { openSpeaker } from '../model/decoding/speaker.js';
import { openSegmenter } from '../text/segmenters/index.js';
import { UNKNOWN } from '../text/specials.js';
import { seq2seq, type SourceText } from '../steps/seq2seq.js';
import type { Options, StepCommand } from './command.js';
import { loadModel } from './model-folder.js';
import { MODEL_OPTION } from './model-option.js';
import { number, wholeNumber } from './options.js';
import { ENGINE_OPTIONS, engineOf } from './rnn.js';
import { idsOf } from '../text/ids.js';

export const seq2seqCommand: StepCommand = {
  description: `Reads texts, and adds to each the text that a model of "train --task seq2seq" says: one out for each one in. --beam 1 is greedy search;
--n-best keeps other attempts with their scores, --trace every step of the search: states, attention, the best next tokens, and which hypothesis goes on from which.`,
  options: [
    MODEL_OPTION,
    {
      flags: '--beam <n>',
      about: 'hypotheses that are kept at each step; 1 is greedy search',
      default: 5,
      parse: wholeNumber('--beam', 1),
    },
    {
      flags: '--length-penalty <x>',
      about: 'texts are compared by log probability / length^x',
      default: 1,
      parse: number('--length-penalty', 0),
    },
    { flags: '--min-length <n>', about: 'tokens that are said at least', default: 0, parse: wholeNumber('--min-length', 0) },
    {
      flags: '--max-length <n>',
      about: 'tokens that are said at most (default: that of the model)',
      parse: wholeNumber('--max-length', 1),
    },
    { flags: '--n-best <n>', about: 'keep so many attempts, with their scores', default: 0, parse: wholeNumber('--n-best', 0) },
    { flags: '--replace-unknown', about: 'an unknown token becomes the token of the source that is looked at most' },
    { flags: '--trace', about: 'keep every step of the search' },
    { flags: '--batch-size <n>', about: 'texts that are searched together', default: 64, parse: wholeNumber('--batch-size', 1) },
    ...ENGINE_OPTIONS,
  ],
  examples: [
    'rnn-pipe train examples/pairs.tsv --task seq2seq --units 8 --dim 8 --epochs 2 --min-count 1 --hold-out 0% --out translator && rnn-pipe seq2seq examples/pairs.tsv --model translator --beam 2',
  ],
  stage: {
    parallel: false,
    rawText: true,
    check: (options) => {
      const [beam, nBest] = [Number(options['beam']), Number(options['nBest'])];
      if (options['model'] === undefined)
        throw new PipeError('usage', 'no model is given', {
          hint: 'rnn-pipe train pairs.tsv --task seq2seq --out model, then --model model',
        });
      if (nBest > beam)
        throw new PipeError('usage', '--n-best is more than the beam holds', {
          expected: `at most ${beam}`,
          found: String(nBest),
          hint: `--beam ${nBest}`,
        });
      const most = options['maxLength'] as number | undefined;
      if (most !== undefined && most < Number(options['minLength']))
        throw new PipeError('usage', '--max-length is less than --min-length', {
          expected: `at least ${String(options['minLength'])}`,
          found: String(most),
          hint: 'a larger --max-length',
        });
    },
    prepare: async (options) => {
      const folder = String(options['model']);
      const { document, vocabulary, answerVocabulary, parameters } = await loadModel(folder);
      const { head } = document;
      if (head.task !== 'seq2seq')
        throw new PipeError('mismatch', 'the model says no texts', {
          place: { file: folder },
          expected: 'a model of train --task seq2seq',
          found: `--task ${head.task}`,
        });
      const segmenter = await openSegmenter(document.segmenter.options);
      const read = (text: string): SourceText => {
        const [cut] = segmenter.cut([segmenter.simplify ? segmenter.simplify(text) : text]);
        return { tokens: cut!.tokens, ...idsOf(cut!.tokens, vocabulary, document.maxLength) };
      };
      const speaker = await openSpeaker(
        await engineOf(options),
        { ...document, head },
        parameters,
        searchOf(options, head.answers.maxLength),
        Number(options['batchSize']),
      );
      return seq2seq({
        speaker,
        read,
        words: answerVocabulary!.tokens,
        replaceUnknown: options['replaceUnknown'] === true,
        nBest: Number(options['nBest']),
        trace: options['trace'] === true,
        window: WINDOW * Number(options['batchSize']),
      });
    },
  },
};

/** batches of which texts of like length are searched together */
const WINDOW = 8;

const searchOf = (options: Options, maxLength: number) => ({
  beam: Number(options['beam']),
  lengthPenalty: Number(options['lengthPenalty']),
  minLength: Number(options['minLength']),
  maxLength: Number(options['maxLength'] ?? maxLength),
  barred: options['replaceUnknown'] === true ? [] : [UNKNOWN],
  trace: options['trace'] === true,
});
