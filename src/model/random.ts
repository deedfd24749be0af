/**
 * The one seeded generator (pure-rand's xoroshiro128+), and the two distributions that models start from.
 * A stream is named by (seed, index), so that row 7 of a table is the same whether or not rows 0 to 6 were drawn.
 */
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Draws the next number. */
export type Random = () => number;

/** Thirty-two well mixed bits (the finisher of MurmurHash3); the state of a generator must not be close for close seeds. */
function mixed(bits: number): number {
  let mix = bits | 0;
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}

/** Uniform numbers in [0, 1), multiples of 2^-32; seeds may be any whole number from 0 that is safe. */
export function uniform(seed: number, index = 0): Random {
  const words = [seed | 0, Math.floor(seed / 2 ** 32), index | 0];
  const state: number[] = [];
  for (let hash = 0x9e3779b9, at = 0; at < 4; at++) {
    for (const word of words) hash = mixed((hash ^ word) + 0x9e3779b9 + at);
    state.push(hash);
  }
  // all zeros is the one state that a xoroshiro generator never leaves
  if (!state.some(Boolean)) state[0] = 1;
  const generator = xoroshiro128plusFromState(state);
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** Numbers of N(0, 1), by Box and Muller's transform: √(-2 ln u) cos 2πv. */
export function normal(seed: number, index = 0): Random {
  const next = uniform(seed, index);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Numbers that are drawn in one call: a function that ends often is optimised while a network's weights are drawn. */
const AT_ONCE = 1 << 12;

/** So many numbers, each drawn after the one before. */
export function drawn(length: number, next: Random): Float32Array {
  const numbers = new Float32Array(length);
  for (let begin = 0; begin < length; begin += AT_ONCE) draw(numbers, begin, Math.min(begin + AT_ONCE, length), next);
  return numbers;
}

function draw(numbers: Float32Array, begin: number, end: number, next: Random): void {
  for (let i = begin; i < end; i++) numbers[i] = next();
}
