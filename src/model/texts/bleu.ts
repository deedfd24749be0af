/**
 * BLEU (Papineni et al. 2002) of many texts against one reference each, to the digit as sacrebleu counts it (Post 2018): n-grams up to 4,
 * tokens of mteval-v13a or characters, and exponential smoothing of orders without a match:
 *
 *     100 · min(1, exp(1 - r/c)) · (p₁p₂p₃p₄)^¼
 */
import { ngramCounts, matches } from './ngrams.js';

export type BleuTokens = '13a' | 'char';

const ORDERS = 4;

/** @param lowerCase compare small letters */
export function bleu(said: readonly string[], references: readonly string[], tokens: BleuTokens, lowerCase: boolean): number {
  const cut = (text: string): string[] => TOKENS[tokens]((lowerCase ? text.toLowerCase() : text).trimEnd());
  const [right, total] = [new Array<number>(ORDERS).fill(0), new Array<number>(ORDERS).fill(0)];
  let [length, expected] = [0, 0];
  for (const [i, text] of said.entries()) {
    const [hypothesis, reference] = [cut(text), cut(references[i]!)];
    length += hypothesis.length;
    expected += reference.length;
    for (let order = 1; order <= ORDERS; order++) {
      right[order - 1]! += matches(ngramCounts(hypothesis, order), ngramCounts(reference, order));
      total[order - 1]! += Math.max(0, hypothesis.length - order + 1);
    }
  }
  if (!right.some(Boolean) || total.includes(0)) return 0;
  let [logarithm, smooth] = [0, 1];
  for (let i = 0; i < ORDERS; i++) {
    if (right[i] === 0) smooth *= 2;
    logarithm += Math.log(right[i] === 0 ? 100 / (smooth * total[i]!) : (100 * right[i]!) / total[i]!) / ORDERS;
  }
  return Math.min(1, Math.exp(1 - expected / length)) * Math.exp(logarithm);
}

const TOKENS: Record<BleuTokens, (text: string) => string[]> = {
  '13a': (text) =>
    words(
      ` ${unescaped(text)} `
        .replace(/([{-~[-` -&(-+:-@/])/g, ' $1 ')
        .replace(/([^0-9])([.,])/g, '$1 $2 ')
        .replace(/([.,])([^0-9])/g, ' $1 $2')
        .replace(/([0-9])(-)/g, '$1 $2 '),
    ),
  char: (text) => words(Array.from(text).join(' ')),
};

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

const unescaped = (text: string): string =>
  text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
