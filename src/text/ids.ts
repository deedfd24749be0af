/** Step 3 for a model: the tokens of a text to the ids that the network reads. */
import { keyOf } from './counts.js';
import { UNKNOWN } from './specials.js';
import type { Vocabulary } from './vocabulary.js';

/** The ids of a text, at least one, and of the n-gram at each token where the vocabulary has n-grams. */
export function idsOf(
  tokens: readonly string[],
  vocabulary: Vocabulary,
  maxLength: number,
): { ids: number[]; ngramIds: number[] | undefined; unknown: number; cut: number } {
  const { ids: idOf, ngrams } = vocabulary;
  const length = Math.min(tokens.length, maxLength);
  const ids = new Array<number>(Math.max(1, length)).fill(UNKNOWN);
  let unknown = 0;
  for (let i = 0; i < length; i++) {
    ids[i] = idOf.get(tokens[i]!) ?? UNKNOWN;
    if (ids[i] === UNKNOWN) unknown++;
  }
  const ngramIds = ngrams > 1 ? ids.map((_, i) => (i < length ? runAt(tokens, i, ids, vocabulary) : UNKNOWN)) : undefined;
  return { ids, ngramIds, unknown, cut: tokens.length - length };
}

/** Of each vocabulary the pairs that have been seen, by the ids of their tokens: making the key of a run costs more than all else. */
const PAIRS = new WeakMap<Vocabulary, Map<number, number>>();

/** The number of the n-gram at a place. */
function runAt(tokens: readonly string[], at: number, ids: readonly number[], vocabulary: Vocabulary): number {
  const { ngrams, runIds } = vocabulary;
  const run = (): number | undefined => runIds.get(keyOf(tokens, at, ngrams));
  // known ids stand for one token each; behind the last token stands none, and one that is cut off has no id here
  const known = ngrams === 2 && ids[at] !== UNKNOWN && (at + 1 === tokens.length || (at + 1 < ids.length && ids[at + 1] !== UNKNOWN));
  if (!known) return run() ?? UNKNOWN;
  const pairs = PAIRS.get(vocabulary) ?? new Map<number, number>();
  PAIRS.set(vocabulary, pairs);
  const pair = ids[at]! * vocabulary.tokens.length + (at + 1 === tokens.length ? 0 : ids[at + 1]!);
  const seen = pairs.get(pair);
  if (seen !== undefined) return seen;
  const found = run();
  // only pairs of the vocabulary are kept, so that they do not grow with the texts
  if (found !== undefined) pairs.set(pair, found);
  return found ?? UNKNOWN;
}
