/** The options of a search for texts, of every command that does one; what searches is loaded where it is made (`search.ts`). */
import { PipeError } from '../errors.js';
import type { HeadDefinition } from '../formats/model.js';
import type { SearchOptions } from '../model/decoding/search.js';
import { UNKNOWN } from '../text/specials.js';
import type { OptionDefinition, Options } from './command.js';
import { number, wholeNumber } from './options.js';

/** The width of a search of which nothing is said. */
export const BEAM = 5;
const LENGTH_PENALTY = 1;

/** Without defaults of their own: so a command whose model says no texts can refuse them. */
export const SEARCH_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--beam <n>',
    about: `hypotheses that are kept at each step; 1 is greedy search (default: ${BEAM})`,
    parse: wholeNumber('--beam', 1),
  },
  {
    flags: '--length-penalty <x>',
    about: `texts are compared by log probability / length^x (default: ${LENGTH_PENALTY})`,
    parse: number('--length-penalty', 0),
  },
  { flags: '--min-length <n>', about: 'tokens that are said at least (default: 0)', parse: wholeNumber('--min-length', 0) },
  {
    flags: '--max-length <n>',
    about: 'tokens that are said at most (default: that of the model)',
    parse: wholeNumber('--max-length', 1),
  },
  { flags: '--n-best <n>', about: 'keep so many attempts, with their scores', parse: wholeNumber('--n-best', 1) },
  { flags: '--replace-unknown', about: 'an unknown token becomes the token of the source that is looked at most' },
];

/** Of `SEARCH_OPTIONS`, as they stand in options and as they are typed. */
const SEARCH_NAMES = {
  beam: '--beam',
  lengthPenalty: '--length-penalty',
  minLength: '--min-length',
  maxLength: '--max-length',
  nBest: '--n-best',
  replaceUnknown: '--replace-unknown',
} as const;

const beamOf = ({ beam }: Options): number => Number(beam ?? BEAM);

/** @throws PipeError('usage') for options that contradict one another */
export function checkSearch(options: Options): void {
  const [beam, nBest] = [beamOf(options), Number(options['nBest'] ?? 0)];
  if (nBest > beam)
    throw new PipeError('usage', '--n-best is more than the beam holds', {
      expected: `at most ${beam}`,
      found: String(nBest),
      hint: `--beam ${nBest}`,
    });
  const [least, most] = [Number(options['minLength'] ?? 0), options['maxLength'] as number | undefined];
  if (most !== undefined && most < least)
    throw new PipeError('usage', '--max-length is less than --min-length', {
      expected: `at least ${least}`,
      found: String(most),
      hint: 'a larger --max-length',
    });
}

/** @throws PipeError('usage') for options of a search, where the model says no texts */
export function refuseSearch(options: Options, { task }: HeadDefinition): void {
  for (const [name, flag] of Object.entries(SEARCH_NAMES))
    if (options[name] !== undefined)
      throw new PipeError('usage', `${flag} does not apply`, { expected: 'a model of --task seq2seq', found: `--task ${task}` });
}

export const searchOf = (options: Options, maxLength: number): SearchOptions => ({
  beam: beamOf(options),
  lengthPenalty: Number(options['lengthPenalty'] ?? LENGTH_PENALTY),
  minLength: Number(options['minLength'] ?? 0),
  maxLength: Number(options['maxLength'] ?? maxLength),
  barred: options['replaceUnknown'] === true ? [] : [UNKNOWN],
  trace: options['trace'] === true,
});
