/** How a language model reads a text: every token and the end are to be predicted once. */
import { BEGIN, END } from './sentences.js';
import type { Example } from './training/data.js';

/**
 * <bos> x₁ … xₙ, each with the token that comes after it, in stretches of at most so many.
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
