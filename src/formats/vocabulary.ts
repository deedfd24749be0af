/** The documents `vocabulary.json` and counts of a part of a corpus: one schema each, which is the type, the check and the error. */
import { z } from './zod.js';

const count = z.int().nonnegative();

/** What features number (`features.ts`); their ids begin at 4. */
const LISTS = {
  /** a run of fewer than n tokens ends with <eos>; empty without n-grams */
  runs: z.array(z.tuple([z.array(z.string()).min(1), count])),
  /** first and last characters of tokens, where they are counted */
  affixes: z.array(z.tuple([z.string(), count])).optional(),
} as const;

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
  ...LISTS,
});

export type VocabularyDocument = z.output<typeof VOCABULARY>;

export const COUNTS = z.strictObject({
  type: z.literal('rnn-pipe counts'),
  version: z.literal(1),
  segmenter: z.string().nullable(),
  ngrams: z.int().min(1),
  tokens: z.array(z.tuple([z.string(), count])),
  ...LISTS,
});
