/** A data set as flat arrays, in memory that threads share: the ids of all sentences one after another, and what they are to be. */
import type { Targets } from '../heads/head.js';

export interface DataSet {
  /** of all tokens */
  ids: Int32Array;
  /** of the n-gram that begins at each token; undefined without n-grams */
  ngramIds: Int32Array | undefined;
  /** sentence i has the tokens from offsets[i] to offsets[i + 1] */
  offsets: Int32Array;
  targets: Targets;
}

export const sentencesOf = ({ offsets }: DataSet): number => offsets.length - 1;
export const lengthOf = ({ offsets }: DataSet, sentence: number): number => offsets[sentence + 1]! - offsets[sentence]!;

/** Numbers in memory that threads share. */
export const sharedFloats = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));
const sharedIntegers = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));

/** One sentence as it is collected. */
export interface Example {
  ids: readonly number[];
  ngramIds?: readonly number[] | undefined;
  /** `width` numbers, for the sentence or for each of its tokens */
  targets: readonly number[];
}

export function dataSet(examples: readonly Example[], per: Targets['per'], width: number): DataSet {
  const tokens = examples.reduce((sum, { ids }) => sum + ids.length, 0);
  const offsets = sharedIntegers(examples.length + 1);
  const ids = sharedIntegers(tokens);
  const ngramIds = examples.some((example) => example.ngramIds) ? sharedIntegers(tokens) : undefined;
  const numbers = sharedFloats((per === 'sentence' ? examples.length : tokens) * width);
  let [at, target] = [0, 0];
  for (const [i, example] of examples.entries()) {
    ids.set(example.ids, at);
    if (example.ngramIds) ngramIds!.set(example.ngramIds, at);
    numbers.set(example.targets, target);
    at += example.ids.length;
    target += example.targets.length;
    offsets[i + 1] = at;
  }
  return { ids, ngramIds, offsets, targets: { per, width, numbers } };
}
