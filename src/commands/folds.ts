/** Folds: what a corpus is boiled down to, in parts that can be merged in any order. */
import { ENTRY } from '../corpus/spill.js';
import type { Batch } from '../formats/record.js';
import { countLines, type LineFold } from '../steps/lines/count.js';
import { addTokens, mergeCounts, newCounts, unpack, type TokenCounts } from '../text/counts.js';
import type { FeatureOptions } from '../text/features.js';
import { spillCounts } from './sum-counts.js';

/** `add` changes the accumulator; accumulators are structured-cloneable, and merging is associative and commutative. */
export interface Fold<A> {
  create(options: FoldOptions): A;
  add(accumulator: A, batch: Batch): void;
  merge(parts: readonly A[]): A;
  /** the same on lines of JSON as they lie, where the options allow it */
  lines?(accumulator: A): LineFold | undefined;
  /** what keeps an accumulator small, where the options ask for it */
  bound?(accumulator: A, options: FoldOptions, lines: LineFold | undefined): Bound | undefined;
}

export interface FoldOptions extends FeatureOptions {
  /** bytes of counts that a thread may hold; more go to files in the folder */
  memory?: { most: number; folder: string } | undefined;
}

/** Asked between two chunks, and once more when the accumulator is handed over. */
export interface Bound {
  keepSmall(): Promise<void>;
  flush(): Promise<void>;
}

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
  bound: (accumulator, { memory }, lines) => memory && boundCounts(accumulator, memory, lines),
};

function boundCounts(counts: TokenCounts, { most, folder }: { most: number; folder: string }, lines: LineFold | undefined): Bound {
  const spill = spillCounts(counts, most, folder);
  /** what lines gave becomes counts like all others */
  const finish = (): void => {
    lines?.finish();
    unpack(counts);
  };
  return {
    keepSmall: async () => {
      if ((lines?.size() ?? 0) * TEXT > most) finish();
      await spill.keepSmall();
    },
    flush: async () => {
      if (counts.spilled!.tokens.length > 0) finish();
      await spill.flush();
    },
  };
}

/** What a text is charged while it is bytes: as a token in a Map, which it becomes before it is written. */
const TEXT = ENTRY + 10;

export const FOLDS = { lengths, counts };
export type FoldName = keyof typeof FOLDS;
export type Folded<Name extends FoldName> = ReturnType<(typeof FOLDS)[Name]['create']>;
