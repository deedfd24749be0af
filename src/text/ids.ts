/** Step 3 for a model: the tokens of a text to the ids that the network reads. */
import { FEATURE_NAMES, FEATURES, type FeatureField, type Ids } from '../formats/features.js';
import { NAME_AT } from './features.js';
import { UNKNOWN } from './specials.js';
import type { Vocabulary } from './vocabulary.js';

/** The ids of a text, at least one, and of what features read beside each token. */
export function idsOf(
  tokens: readonly string[],
  vocabulary: Vocabulary,
  maxLength: number,
): { read: Ids<number[]>; unknown: number; cut: number } {
  const { ids: idOf } = vocabulary;
  const length = Math.min(tokens.length, maxLength);
  const ids = new Array<number>(Math.max(1, length)).fill(UNKNOWN);
  let unknown = 0;
  for (let i = 0; i < length; i++) {
    ids[i] = idOf.get(tokens[i]!) ?? UNKNOWN;
    if (ids[i] === UNKNOWN) unknown++;
  }
  return { read: { ids, ...featureIds(tokens, ids, vocabulary) }, unknown, cut: tokens.length - length };
}

/** The ids of features at each token that has an id; where the text has no token, they are unknown as it is. */
export function featureIds(tokens: readonly string[], ids: readonly number[], vocabulary: Vocabulary): Omit<Ids<number[]>, 'ids'> {
  const found: { [Field in FeatureField]?: number[] } = {};
  for (const feature of FEATURE_NAMES) {
    const names = vocabulary.features[feature];
    if (names === undefined) continue;
    for (const field of FEATURES[feature].fields) {
      const idAt = (at: number): number | undefined => names.ids.get(NAME_AT[field](tokens, at, vocabulary.ngrams)!);
      const quicker = field === 'ngramIds' ? pairsOf(tokens, ids, vocabulary, idAt) : idAt;
      found[field] = ids.map((_, at) => (at < tokens.length ? quicker(at) : undefined) ?? UNKNOWN);
    }
  }
  return found;
}

/** Of each vocabulary the pairs that have been seen, by the ids of their tokens: making the key of a run costs more than all else. */
const PAIRS = new WeakMap<Vocabulary, Map<number, number>>();

/** What gives the ids of n-grams, quicker where they are pairs of known tokens. */
function pairsOf(
  tokens: readonly string[],
  ids: readonly number[],
  vocabulary: Vocabulary,
  idAt: (at: number) => number | undefined,
): (at: number) => number | undefined {
  if (vocabulary.ngrams !== 2) return idAt;
  const pairs = PAIRS.get(vocabulary) ?? new Map<number, number>();
  PAIRS.set(vocabulary, pairs);
  return (at) => {
    // known ids stand for one token each; behind the last token stands none, and one that is cut off has no id here
    const known = ids[at] !== UNKNOWN && (at + 1 === tokens.length || (at + 1 < ids.length && ids[at + 1] !== UNKNOWN));
    if (!known) return idAt(at);
    const pair = ids[at]! * vocabulary.tokens.length + (at + 1 === tokens.length ? 0 : ids[at + 1]!);
    const seen = pairs.get(pair);
    if (seen !== undefined) return seen;
    const found = idAt(at);
    // only pairs of the vocabulary are kept, so that they do not grow with the texts
    if (found !== undefined) pairs.set(pair, found);
    return found;
  };
}
