/** A data set as flat arrays, in memory that threads share: the ids of all sentences one after another, and what they are to be. */
import type { Ids } from '../../formats/features.js';
import type { Targets } from '../heads/head.js';
import { flat, type Sentences } from '../sentences.js';

export interface DataSet extends Sentences {
  targets: Targets;
}

export const sentencesOf = ({ offsets }: Sentences): number => offsets.length - 1;
export const lengthOf = ({ offsets }: Pick<Sentences, 'offsets'>, sentence: number): number => offsets[sentence + 1]! - offsets[sentence]!;

/** Numbers in memory that threads share. */
export const sharedFloats = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));
const sharedIntegers = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));

/** Shared memory that is taken again at each step: the collector does not see how much of it there is, and would leave all of it there. */
export type Space = (length: number) => Float32Array;

/** The numbers that it gives may be any. */
export function sharedSpace(): Space {
  let space = sharedFloats(0);
  return (length) => {
    if (space.length < length) space = sharedFloats(2 ** Math.ceil(Math.log2(length)));
    return space.subarray(0, length);
  };
}

/** One sentence as it is collected. */
export interface Example extends Ids<readonly number[]> {
  /** as a decoder reads it, where the answer is a text */
  answer?: readonly number[] | undefined;
  /** `width` numbers, for the sentence or for each of its tokens */
  targets: readonly number[];
}

export function dataSet(examples: readonly Example[], per: Targets['per'], width: number): DataSet {
  const sentences = flat(examples, sharedIntegers);
  const numbers = sharedFloats((per === 'sentence' ? examples.length : sentences.ids.length) * width);
  let at = 0;
  for (const { targets } of examples) {
    numbers.set(targets, at);
    at += targets.length;
  }
  const answers = examples.flatMap(({ answer }) => (answer ? [{ ids: answer }] : []));
  const targets = { per, width, numbers };
  return { ...sentences, targets, ...(answers.length > 0 ? { answers: flat(answers, sharedIntegers) } : {}) };
}
