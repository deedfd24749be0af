/** The task of a language model: the next token, at every token of plain text. */
import { PipeError } from '../../errors.js';
import type { HeadDefinition } from '../../formats/model.js';
import { stretchesOf } from '../../model/stretches.js';
import type { Options } from '../command.js';
import { wholeNumber } from '../options.js';
import type { Task } from './task.js';

type Definition = Extract<HeadDefinition, { task: 'lm' }>;

export const lm: Task<Definition> = {
  name: 'lm',
  about: 'the next token, with --bidirectional also the one before; from plain text, one text a line',
  options: [
    {
      flags: '--stretch <n>',
      about: 'longer texts are learnt in stretches of n tokens; none is cut off',
      default: 64,
      parse: wholeNumber('--stretch', 2),
    },
  ],
  check: (options) => {
    const { ngrams, affixes } = options;
    const because = (flag: string, hint: string): PipeError => new PipeError('usage', `${flag} does not apply`, { hint });
    refuseLayers(options);
    if (ngrams !== undefined) throw because('--ngrams', 'the n-gram that begins at a token has the next token in it');
    if (affixes !== undefined) throw because('--affixes', 'a language model reads tokens alone');
  },
  define: (_, options) => {
    // --init-from may have given the layers
    refuseLayers(options);
    return { task: 'lm', stretch: Number(options['stretch']), ...(options['bidirectional'] === true ? { bothWays: true } : {}) };
  },
  per: 'token',
  width: ({ bothWays }) => (bothWays ? 2 : 1),
  targets: () => {
    throw new Error('a language model makes its examples of the ids alone');
  },
  examples: (ids, { stretch, bothWays }) => stretchesOf(ids, stretch, bothWays),
  lossOptions: () => ({ labelSmoothing: 0 }),
};

/** @throws PipeError('usage') where a state would have read what it is to foresee */
function refuseLayers({ bidirectional, layers }: Options): void {
  if (bidirectional !== true || Number(layers) === 1) return;
  throw new PipeError('usage', 'a language model that reads both ways has one layer', {
    found: `--layers ${String(layers)}`,
    hint: 'a second layer would read both directions, and so the answer: --layers 1, or without --bidirectional',
  });
}
