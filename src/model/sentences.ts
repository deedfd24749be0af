/** Sentences as flat arrays of ids, one after another. */
export interface Sentences {
  /** of all tokens */
  ids: Int32Array;
  /** of the n-gram that begins at each token; undefined without n-grams */
  ngramIds: Int32Array | undefined;
  /** sentence i has the tokens from offsets[i] to offsets[i + 1] */
  offsets: Int32Array;
  /** what each sentence is to become, as a decoder reads it: `<bos>` and its tokens; of tasks whose answers are texts */
  answers?: Sentences | undefined;
}

/** The ids of padding, and of what an answer begins after and what ends it, as `text/specials.ts` has them. */
export const [PAD, BEGIN, END] = [0, 2, 3];
