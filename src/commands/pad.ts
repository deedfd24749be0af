/** Step 4 as a command: every sentence to one length. */
import { padLines } from '../steps/lines/pad.js';
import { pad, type PadOptions } from '../steps/pad.js';
import type { Options, StepCommand } from './command.js';
import { PipeError } from '../errors.js';
import { wholeNumber } from './options.js';

/** `32`, `auto` (the longest sentence) or `p95` (long enough for 95 of 100 sentences). */
function lengthOption(text: string): number | 'auto' | 'p95' {
  if (text === 'auto' || text === 'p95') return text;
  if (!/^\d+$/.test(text))
    throw new PipeError('usage', '--length is wrong', { expected: 'a whole number, auto or p95', found: `"${text}"` });
  return wholeNumber('--length', 1)(text);
}

export const padCommand: StepCommand = {
  description: `Fills every sentence with <pad> (id 0) up to one length, and cuts longer ones; how much was cut is told.
mask is 1 for a real token and 0 for padding. auto and p95 read the input twice.`,
  options: [
    {
      flags: '--length <n|auto|p95>',
      about: 'time steps a sentence gets: a number, auto (the longest sentence) or p95 (95 of 100 sentences fit)',
      default: 'auto',
      parse: lengthOption,
    },
    {
      flags: '--padding <side>',
      about: 'where padding goes: post, after the tokens, or pre, before them',
      choices: ['post', 'pre'],
      default: 'post',
    },
    {
      flags: '--truncating <side>',
      about: 'where a sentence that is too long is cut: post, at its end, or pre, at its beginning',
      choices: ['post', 'pre'],
      default: 'post',
    },
  ],
  examples: ['rnn-pipe pad examples/ids.jsonl --length 32 -o padded.json'],
  stage: {
    parallel: true,
    rawText: false,
    prepare: (options) => Promise.resolve(pad(padOptions(options))),
    prepareLines: (options) => Promise.resolve(padLines(padOptions(options))),
  },
};

const padOptions = (options: Options): PadOptions => ({
  length: Number(options['length']),
  padding: options['padding'] as 'post' | 'pre',
  truncating: options['truncating'] as 'post' | 'pre',
});
