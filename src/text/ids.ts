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
  const { idOf } = quickly(vocabulary);
  const length = Math.min(tokens.length, maxLength);
  const ids = new Array<number>(Math.max(1, length)).fill(UNKNOWN);
  let unknown = 0;
  for (let i = 0; i < length; i++) {
    ids[i] = idOf(tokens[i]!);
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
      const idAt = (at: number): number => names.ids.get(NAME_AT[field](tokens, at, vocabulary.ngrams)!) ?? UNKNOWN;
      const quicker = field === 'ngramIds' && vocabulary.ngrams === 2 ? pairsOf(tokens, ids, vocabulary, idAt) : idAt;
      found[field] = ids.map((_, at) => (at < tokens.length ? quicker(at) : UNKNOWN));
    }
  }
  return found;
}

/** The ids of a vocabulary without its maps, where it was asked before: finding a string costs as much as all else. */
interface Quickly {
  /** of a token; `UNKNOWN` if it has none */
  idOf: (token: string) => number;
  /** of two known tokens that follow one another, or of one and 0 at the end; `find` tells it where it is not remembered */
  pairOf: (first: number, second: number, find: () => number) => number;
}

const KNOWN = new WeakMap<Vocabulary, Quickly>();

/** Pairs that are remembered; more of them take the places of others, so that they do not grow with the texts. */
const PAIRS = 1 << 17;

function quickly(vocabulary: Vocabulary): Quickly {
  const known = KNOWN.get(vocabulary) ?? quick(vocabulary);
  KNOWN.set(vocabulary, known);
  return known;
}

function quick({ ids, tokens }: Vocabulary): Quickly {
  // no token has the id 0, nor does a pair
  const units = new Int32Array(1 << 16);
  let [pairs, found] = [new Float64Array(), new Int32Array()];
  return {
    idOf: (token) => {
      if (token.length !== 1) return ids.get(token) ?? UNKNOWN;
      const unit = token.charCodeAt(0);
      if (units[unit] === 0) units[unit] = ids.get(token) ?? UNKNOWN;
      return units[unit]!;
    },
    pairOf: (first, second, find) => {
      if (pairs.length === 0) [pairs, found] = [new Float64Array(PAIRS), new Int32Array(PAIRS)];
      const pair = first * tokens.length + second;
      const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77);
      const place = (hash ^ (hash >>> 15)) & (PAIRS - 1);
      if (pairs[place] !== pair) {
        pairs[place] = pair;
        found[place] = find();
      }
      return found[place]!;
    },
  };
}

/** What gives the ids of pairs of tokens, quicker where both are known. */
function pairsOf(
  tokens: readonly string[],
  ids: readonly number[],
  vocabulary: Vocabulary,
  idAt: (at: number) => number,
): (at: number) => number {
  const { pairOf } = quickly(vocabulary);
  return (at) => {
    // known ids stand for one token each; behind the last token stands none, and one that is cut off has no id here
    const known = ids[at] !== UNKNOWN && (at + 1 === tokens.length || (at + 1 < ids.length && ids[at + 1] !== UNKNOWN));
    return known ? pairOf(ids[at]!, at + 1 === tokens.length ? 0 : ids[at + 1]!, () => idAt(at)) : idAt(at);
  };
}
