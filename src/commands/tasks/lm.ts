/** The task of a language model: the next token, at every token of plain text. */
import { PipeError } from '../../errors.js';
import type { HeadDefinition } from '../../formats/model.js';
import type { Example } from '../../model/training/data.js';
import { BEGIN, END } from '../../text/specials.js';
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
  check: ({ bidirectional, ngrams }) => {
    const because = (flag: string, hint: string): PipeError => new PipeError('usage', `${flag} does not apply`, { hint });
    if (bidirectional === true) throw because('--bidirectional', 'a language model that reads backwards too has seen the next token');
    if (ngrams !== undefined) throw because('--ngrams', 'the n-gram that begins at a token has the next token in it');
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

/**
 * <bos> x₁ … xₙ, each with the token that comes after it, in stretches of at most so many: every token is to be predicted once.
 *
 * @example
 * stretchesOf([7, 8, 9], 3) // [{ ids: [2, 7, 8], targets: [7, 8, 9] }, { ids: [9], targets: [3] }]
 */
export function stretchesOf(ids: readonly number[], stretch: number): Example[] {
  const whole = [BEGIN, ...ids, END];
  return Array.from({ length: Math.ceil((whole.length - 1) / stretch) }, (_, i) => {
    const [begin, end] = [i * stretch, Math.min((i + 1) * stretch, whole.length - 1)];
    return { ids: whole.slice(begin, end), targets: whole.slice(begin + 1, end + 1) };
  });
}
