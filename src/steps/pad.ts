/** Step 4: ids to one fixed length, with the mask that says which are real. */
import { PipeError } from '../errors.js';
import { idsIn, mapIds } from '../formats/features.js';
import type { Span } from '../formats/record.js';
import { PAD } from '../text/specials.js';
import { eachRecord, type Step } from './step.js';

export interface PadOptions {
  /** time steps, at least 1 */
  length: number;
  /** where the padding goes: after or before the tokens */
  padding: 'post' | 'pre';
  /** where a too long sentence loses its tokens: at its end or at its beginning */
  truncating: 'post' | 'pre';
}

/**
 * Changes `ids` (and the ids of features) to `length` numbers; adds `length` (real tokens), `mask` (1 = real) and `kept` ([start, end) of the tokens).
 *
 * @example ids [7, 8] with length 4, post → ids [7, 8, 0, 0], length 2, mask [1, 1, 0, 0], kept [0, 2]
 */
export function pad({ length, padding, truncating }: PadOptions): Step {
  if (!Number.isSafeInteger(length) || length < 1)
    throw new PipeError('usage', '--length is wrong', {
      expected: 'a whole number from 1',
      found: String(length),
      hint: 'for example --length 32',
    });
  return eachRecord((record, context) => {
    const all = idsIn(record);
    const { ids } = all;
    if (record.mask !== undefined)
      throw new PipeError('data', 'the record is padded already', {
        expected: 'the output of encode',
        hint: 'pad the output of rnn-pipe encode',
      });
    const real = Math.min(ids.length, length);
    const from = truncating === 'post' ? 0 : ids.length - real;
    const kept: Span = [from, from + real];
    const fill = (numbers: readonly number[], padded: number): number[] => {
      const rest = new Array<number>(length - real).fill(padded);
      const some = numbers.slice(...kept);
      return padding === 'post' ? [...some, ...rest] : [...rest, ...some];
    };
    if (ids.length > length) {
      context.count('cutTokens', ids.length - length);
      context.count('cutRecords', 1);
    }
    context.count('paddedSteps', length - real);
    const mask = fill(new Array<number>(ids.length).fill(1), 0);
    return { ...record, ...mapIds(all, (numbers) => fill(numbers, PAD)), length: real, mask, kept };
  });
}
