/** A data set as flat arrays, in memory that threads share: the ids of all sentences one after another, and what they are to be. */
import type { Targets } from '../heads/head.js';
import type { Sentences } from '../sentences.js';

export interface DataSet extends Sentences {
  targets: Targets;
}

export const sentencesOf = ({ offsets }: Sentences): number => offsets.length - 1;
export const lengthOf = ({ offsets }: Pick<Sentences, 'offsets'>, sentence: number): number => offsets[sentence + 1]! - offsets[sentence]!;

/** Numbers in memory that threads share. */
export const sharedFloats = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));
const sharedIntegers = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));

/** One sentence as it is collected. */
export interface Example {
  ids: readonly number[];
  ngramIds?: readonly number[] | undefined;
  /** as a decoder reads it, where the answer is a text */
  answer?: readonly number[] | undefined;
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
  const answers = examples.flatMap(({ answer }) => (answer ? [answer] : []));
  const targets = { per, width, numbers };
  return { ids, ngramIds, offsets, targets, ...(answers.length > 0 ? { answers: flat(answers) } : {}) };
}

function flat(sequences: readonly (readonly number[])[]): Sentences {
  const offsets = sharedIntegers(sequences.length + 1);
  for (const [i, { length }] of sequences.entries()) offsets[i + 1] = offsets[i]! + length;
  const ids = sharedIntegers(offsets.at(-1)!);
  for (const [i, sequence] of sequences.entries()) ids.set(sequence, offsets[i]);
  return { ids, ngramIds: undefined, offsets };
}
