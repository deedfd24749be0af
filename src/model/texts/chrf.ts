/**
 * chrF2 (Popović 2015) of many texts against one reference each, to the digit as sacrebleu counts it: n-grams of characters up to 6,
 * white space left out; of the mean precision P and the mean recall R over the orders that both have
 *
 *     100 · (1 + β²)·P·R / (β²·P + R),    β = 2
 */
import { matches, ngramCounts } from './ngrams.js';

const [ORDERS, BETA] = [6, 2];

export function chrf(said: readonly string[], references: readonly string[]): number {
  const [right, found, expected] = [0, 1, 2].map(() => new Array<number>(ORDERS).fill(0)) as [number[], number[], number[]];
  const characters = (text: string): string[] => Array.from(text.replace(/\s+/g, ''));
  for (const [i, text] of said.entries()) {
    const [hypothesis, reference] = [characters(text), characters(references[i]!)];
    for (let order = 1; order <= ORDERS; order++) {
      const inReference = Math.max(0, reference.length - order + 1);
      right[order - 1]! += matches(ngramCounts(hypothesis, order), ngramCounts(reference, order));
      // n-grams that a reference has none of count neither for nor against
      if (inReference > 0) found[order - 1]! += Math.max(0, hypothesis.length - order + 1);
      expected[order - 1]! += inReference;
    }
  }
  const orders = [...Array(ORDERS).keys()].filter((order) => found[order]! > 0 && expected[order]! > 0);
  const mean = (of: readonly number[]): number =>
    orders.reduce((sum, order) => sum + right[order]! / of[order]!, 0) / Math.max(1, orders.length);
  const [precision, recall] = [mean(found), mean(expected)];
  return precision + recall > 0 ? (100 * (1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall) : 0;
}
