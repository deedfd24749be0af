/** The documents `vocabulary.json` and counts of a part of a corpus: one schema each, which is the type, the check and the error. */
import { z } from 'zod';

const count = z.int().nonnegative();

export const VOCABULARY = z.strictObject({
  type: z.literal('rnn-pipe vocabulary'),
  version: z.literal(1),
  /** what cut the tokens; '' when it is not known */
  segmenter: z.string(),
  /** 1: no n-grams */
  ngrams: z.int().min(1),
  /** SHA-256 of everything else in the document, hex */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** in id order, the four special ones first; the count of <unk> is that of the tokens left out */
  tokens: z.array(z.tuple([z.string(), count])).min(4),
  /** ids from 4 on; a run of fewer than n tokens ends with <eos> */
  runs: z.array(z.tuple([z.array(z.string()).min(1), count])),
});

export type VocabularyDocument = z.output<typeof VOCABULARY>;

export const COUNTS = z.strictObject({
  type: z.literal('rnn-pipe counts'),
  version: z.literal(1),
  segmenter: z.string().nullable(),
  ngrams: z.int().min(1),
  tokens: z.array(z.tuple([z.string(), count])),
  runs: z.array(z.tuple([z.array(z.string()).min(1), count])),
});
