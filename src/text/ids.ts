/** Step 3 for a model: the tokens of a text to the ids that the network reads. */
import { FEATURE_NAMES, FEATURES, type FeatureField, type Ids } from '../formats/features.js';
import { keyOf, NAME_AT, readName, type WrittenName } from './features.js';
import { PairTable } from './pair-table.js';
import { SPECIALS, UNKNOWN } from './specials.js';
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
      const inPairs = field === 'ngramIds' && vocabulary.ngrams === 2;
      const idAt = inPairs
        ? pairsOf(tokens, ids, vocabulary)
        : (at: number): number => names.ids.get(NAME_AT[field](tokens, at, vocabulary.ngrams)!) ?? UNKNOWN;
      const own = new Array<number>(ids.length).fill(UNKNOWN);
      for (let at = 0; at < ids.length && at < tokens.length; at++) own[at] = idAt(at);
      found[field] = own;
    }
  }
  return found;
}

/** The ids of a vocabulary without its maps: finding a string costs as much as all else. */
interface Quickly {
  /** of a token; `UNKNOWN` if it has none */
  idOf: (token: string) => number;
  /** of a token that is one code unit */
  idOfUnit: (unit: number) => number;
  /** runs of two tokens that have ids, by these; made when it is first asked for */
  pairs: () => Pairs;
}

interface Pairs {
  table: PairTable;
  /** the other runs, as texts: those of a vocabulary whose size was limited */
  others: ReadonlyMap<string, number>;
}

const KNOWN = new WeakMap<Vocabulary, Quickly>();

export function quickly(vocabulary: Vocabulary): Quickly {
  const known = KNOWN.get(vocabulary) ?? quick(vocabulary);
  KNOWN.set(vocabulary, known);
  return known;
}

function quick({ ids, features }: Vocabulary): Quickly {
  // no token has the id 0
  const units = new Int32Array(1 << 16);
  const idOfUnit = (unit: number): number => {
    if (units[unit] === 0) units[unit] = ids.get(String.fromCharCode(unit)) ?? UNKNOWN;
    return units[unit]!;
  };
  const idOf = (token: string): number => (token.length === 1 ? idOfUnit(token.charCodeAt(0)) : (ids.get(token) ?? UNKNOWN));
  let pairs: Pairs | undefined;
  return { idOf, idOfUnit, pairs: () => (pairs ??= pairsIn(features.runs?.written ?? [], idOf)) };
}

/** Runs of two tokens, and of the last one alone. */
function pairsIn(runs: readonly WrittenName[], idOf: (token: string) => number): Pairs {
  const table = new PairTable(runs.length);
  const others = new Map<string, number>();
  // a hundred thousand of them: no iterator, and no array of two
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i]!;
    const id = i + SPECIALS.length;
    const first = idOf(run[0]!);
    const second = run.length > 1 ? idOf(run[1]!) : NONE;
    if (first === UNKNOWN || second === UNKNOWN) others.set(readName(run, 2), id);
    else table.set(first, second, id);
  }
  return { table, others };
}

/** How many different runs of two tokens a vocabulary has. */
export function countPairs(vocabulary: Vocabulary): number {
  const { table, others } = quickly(vocabulary).pairs();
  return table.size + others.size;
}

/** In place of a second token, behind the last one. */
export const NONE = 0;

/** The id of a pair by those of its tokens; undefined where one has none, and the pair's text has to be looked up. */
export const pairId = ({ table }: Pairs, first: number, second: number): number | undefined =>
  first === UNKNOWN || second === UNKNOWN ? undefined : table.get(first, second) || UNKNOWN;

/** What gives the id of the pair that begins at a token. */
function pairsOf(tokens: readonly string[], ids: readonly number[], vocabulary: Vocabulary): (at: number) => number {
  const { idOf, ...own } = quickly(vocabulary);
  const pairs = own.pairs();
  const { others } = pairs;
  return (at) => {
    // a token that is cut off has no id here
    const second = at + 1 === tokens.length ? NONE : at + 1 < ids.length ? ids[at + 1]! : idOf(tokens[at + 1]!);
    return pairId(pairs, ids[at]!, second) ?? (others.size > 0 ? others.get(keyOf(tokens, at, 2)) : undefined) ?? UNKNOWN;
  };
}
