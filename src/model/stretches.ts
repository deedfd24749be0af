/** How a language model reads a text: what it is to foresee at each token, in stretches that it reads in one go. */
import { BEGIN, END } from './sentences.js';
import type { Example } from './training/data.js';

/** The target of a token at which nothing is to be foreseen. */
export const NOTHING = -1;

/**
 * Forwards <bos> x₁ … xₙ, each with the token that comes after it. Both ways <bos> x₁ … xₙ <eos>, each with the token after it and the
 * token before it: so either direction foresees n + 1 tokens. In stretches of at most so many.
 *
 * @example
 * stretchesOf([7, 8, 9], 3) // [{ ids: [2, 7, 8], targets: [7, 8, 9] }, { ids: [9], targets: [3] }]
 * stretchesOf([7], 64, true) // [{ ids: [2, 7, 3], targets: [7, -1, 3, 2, -1, 7] }]
 */
export function stretchesOf(ids: readonly number[], stretch: number, bothWays = false): Example[] {
  const whole = [BEGIN, ...ids, END];
  const read = bothWays ? whole.length : whole.length - 1;
  return Array.from({ length: Math.ceil(read / stretch) }, (_, i) => {
    const [begin, end] = [i * stretch, Math.min((i + 1) * stretch, read)];
    return { ids: whole.slice(begin, end), targets: targetsOf(whole, begin, end, bothWays) };
  });
}

/** Of each token from `begin` to `end` the one after it; both ways also the one before it. */
export function targetsOf(whole: readonly number[], begin: number, end: number, bothWays = false): number[] {
  if (!bothWays) return whole.slice(begin + 1, end + 1);
  return Array.from({ length: end - begin }, (_, i) => [whole[begin + i + 1] ?? NOTHING, whole[begin + i - 1] ?? NOTHING]).flat();
}
