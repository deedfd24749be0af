/** Step 3 for a model: the tokens of a text to the ids that the network reads. */
import { keyOf } from './counts.js';
import { UNKNOWN } from './specials.js';
import type { Vocabulary } from './vocabulary.js';

/** The ids of a text, at least one, and of the n-gram at each token where the vocabulary has n-grams. */
export function idsOf(
  tokens: readonly string[],
  { ids: idOf, ngrams, runIds }: Vocabulary,
  maxLength: number,
): { ids: number[]; ngramIds: number[] | undefined; unknown: number; cut: number } {
  const length = Math.min(tokens.length, maxLength);
  const ids = new Array<number>(Math.max(1, length)).fill(UNKNOWN);
  let unknown = 0;
  for (let i = 0; i < length; i++) {
    ids[i] = idOf.get(tokens[i]!) ?? UNKNOWN;
    if (ids[i] === UNKNOWN) unknown++;
  }
  const ngramIds = ngrams > 1 ? ids.map((_, i) => (i < length ? (runIds.get(keyOf(tokens, i, ngrams)) ?? UNKNOWN) : UNKNOWN)) : undefined;
  return { ids, ngramIds, unknown, cut: tokens.length - length };
}
