/** Draws the next token from the scores of all. */
import type { Random } from './random.js';

export interface SamplingOptions {
  /** scores are divided by it: below 1 the likely become likelier; 0: always the most probable */
  temperature: number;
  /** only the k most probable; undefined: all */
  topK?: number | undefined;
  /** only the most probable that together have this probability (Holtzman et al. 2020); undefined: all */
  topP?: number | undefined;
}

/**
 * The index that was drawn.
 *
 * @param logits scores; -Infinity is never drawn
 * @example
 * sample(Float32Array.of(0, 2, 1), { temperature: 0 }, uniform(1)) // 1
 */
export function sample(logits: Float32Array, { temperature, topK, topP }: SamplingOptions, next: Random): number {
  const order = Array.from(logits.keys())
    .filter((i) => logits[i]! > -Infinity)
    .sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (temperature === 0) return order[0]!;
  const kept = topK === undefined ? order : order.slice(0, topK);
  // of the largest score, so that no exponential overflows
  const weights = kept.map((i) => Math.exp((logits[i]! - logits[kept[0]!]!) / temperature));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let [count, sum] = [0, 0];
  while (count < weights.length && (count === 0 || sum < (topP ?? 1) * all)) sum += weights[count++]!;
  let left = next() * sum;
  for (let i = 0; i < count; i++) {
    left -= weights[i]!;
    if (left < 0) return kept[i]!;
  }
  return kept[count - 1]!;
}
