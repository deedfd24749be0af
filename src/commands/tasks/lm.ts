/** The task of a language model: the next token, at every token of plain text. */
import { PipeError } from '../../errors.js';
import type { HeadDefinition } from '../../formats/model.js';
import { stretchesOf } from '../../model/stretches.js';
import { wholeNumber } from '../options.js';
import type { Task } from './task.js';

type Definition = Extract<HeadDefinition, { task: 'lm' }>;

export const lm: Task<Definition> = {
  name: 'lm',
  about: 'the next token; from plain text, one text a line',
  options: [
    {
      flags: '--stretch <n>',
      about: 'longer texts are learnt in stretches of n tokens; none is cut off',
      default: 64,
      parse: wholeNumber('--stretch', 2),
    },
  ],
  check: ({ bidirectional, ngrams, affixes }) => {
    const because = (flag: string, hint: string): PipeError => new PipeError('usage', `${flag} does not apply`, { hint });
    if (bidirectional === true) throw because('--bidirectional', 'a language model that reads backwards too has seen the next token');
    if (ngrams !== undefined) throw because('--ngrams', 'the n-gram that begins at a token has the next token in it');
    if (affixes !== undefined) throw because('--affixes', 'a language model reads tokens alone');
  },
  define: (_, { stretch }) => ({ task: 'lm', stretch: Number(stretch) }),
  per: 'token',
  width: () => 1,
  targets: () => {
    throw new Error('a language model makes its examples of the ids alone');
  },
  examples: (ids, { stretch }) => stretchesOf(ids, stretch),
  lossOptions: () => ({ labelSmoothing: 0 }),
};
