import { FIELDS_OF_IDS, type Ids } from '../formats/features.js';

/** Sentences as flat arrays of ids, one after another: of their tokens, and of the features that are read beside them. */
export interface Sentences extends Ids<Int32Array> {
  /** sentence i has the tokens from offsets[i] to offsets[i + 1] */
  offsets: Int32Array;
  /** what each sentence is to become, as a decoder reads it: `<bos>` and its tokens; of tasks whose answers are texts */
  answers?: Sentences | undefined;
}

/** The ids of padding, and of what an answer begins after and what ends it, as `text/specials.ts` has them. */
export const [PAD, BEGIN, END] = [0, 2, 3];

/** Sentences one after another. @param integers where their numbers are to lie */
export function flat(
  sentences: readonly Ids<readonly number[]>[],
  integers = (length: number): Int32Array => new Int32Array(length),
): Sentences {
  const offsets = integers(sentences.length + 1);
  for (const [i, { ids }] of sentences.entries()) offsets[i + 1] = offsets[i]! + ids.length;
  const joined = (field: keyof Ids<unknown>): Int32Array => {
    const all = integers(offsets.at(-1)!);
    for (const [i, sentence] of sentences.entries()) all.set(sentence[field]!, offsets[i]);
    return all;
  };
  const features = FIELDS_OF_IDS.filter((field) => field !== 'ids' && sentences.some((one) => one[field]));
  return { ids: joined('ids'), ...Object.fromEntries(features.map((field) => [field, joined(field)])), offsets };
}
