/** Folds: what a corpus is boiled down to, in parts that can be merged in any order. */
import type { Batch } from '../formats/record.js';
import { countLines, type LineFold } from '../steps/lines/count.js';
import { addTokens, mergeCounts, newCounts, type TokenCounts } from '../text/counts.js';
import type { FeatureOptions } from '../text/features.js';

/** `add` changes the accumulator; accumulators are structured-cloneable, and merging is associative and commutative. */
export interface Fold<A> {
  create(options: FoldOptions): A;
  add(accumulator: A, batch: Batch): void;
  merge(parts: readonly A[]): A;
  /** the same on lines of JSON as they lie, where the options allow it */
  lines?(accumulator: A): LineFold | undefined;
}

/** Of `counts`: what is counted beside tokens. */
export type FoldOptions = FeatureOptions;

/** How many records have how many tokens. */
export type Lengths = Map<number, number>;

function addLength(lengths: Lengths, length: number): void {
  lengths.set(length, (lengths.get(length) ?? 0) + 1);
}

const lengths: Fold<Lengths> = {
  create: () => new Map(),
  add: (accumulator, batch) => {
    for (const { ids, tokens } of batch) addLength(accumulator, ids?.length ?? tokens?.length ?? 0);
  },
  merge: (parts) => {
    const all: Lengths = new Map();
    for (const part of parts) for (const [length, count] of part) all.set(length, (all.get(length) ?? 0) + count);
    return all;
  },
};

const counts: Fold<TokenCounts> = {
  create: newCounts,
  add: (accumulator, batch) => {
    for (const record of batch) addTokens(accumulator, record);
  },
  merge: mergeCounts,
  lines: countLines,
};

export const FOLDS = { lengths, counts };
export type FoldName = keyof typeof FOLDS;
export type Folded<Name extends FoldName> = ReturnType<(typeof FOLDS)[Name]['create']>;
