/**
 * The document `model.json`: what a model is, beside its vocabulary and its weights. One schema, which is the type, the check and the error.
 * Hashes bind the three files of a model's folder to one another.
 */
import { z } from './zod.js';
import { QUANTIZATIONS } from './quantization.js';

const size = z.int().min(1);
const sizeOrNone = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What cuts the text, with the texts of its dictionaries: a folder needs nothing else. */
const SEGMENTER = z.strictObject({
  options: z.strictObject({
    name: z.enum(['jieba', 'intl', 'characters', 'codepoints', 'whitespace']),
    hmm: z.boolean(),
    mode: z.enum(['cut', 'all', 'search']),
    userDicts: z.array(z.strictObject({ file: z.string(), text: z.string() })),
    stopWords: z.array(z.string()),
    dropPunctuation: z.boolean(),
    toSimplified: z.boolean(),
  }),
  fingerprint: z.string(),
  /** which jieba cut the training text; another one is told of */
  backend: z.string().optional(),
});

const NETWORK = z.strictObject({
  cell: z.enum(['rnn', 'lstm', 'gru']),
  inputSize: size,
  units: size,
  layers: size,
  directions: z.array(z.enum(['forward', 'backward'])).min(1),
  /** GRU: the reset gate acts after the recurrent product */
  resetAfter: z.boolean(),
});

/** Labels of tokens; a scheme says which may follow which. */
const TAGS = {
  /** in the order of the scores */
  tags: z.array(z.string()).min(2),
  scheme: z.enum(['BIO', 'BMES', 'BIOES']).optional(),
  /** a linear-chain CRF, or a softmax at each token */
  crf: z.boolean(),
} as const;

export const ATTENTIONS = ['multiplicative', 'additive'] as const;

export const TAKES = ['last', 'first', 'mean', 'max', 'attention'] as const;
export const LOSSES = ['mse', 'mae', 'huber'] as const;

/** What is made of the network's output; each head has its own part of this. */
const HEAD = z.discriminatedUnion('task', [
  z.strictObject({
    task: z.literal('classify'),
    take: z.enum(TAKES),
    /** in the order of the logits */
    labels: z.array(z.string()).min(2),
  }),
  z.strictObject({ task: z.literal('tag'), ...TAGS }),
  /** the tags of characters that words are made of */
  z.strictObject({ task: z.literal('segment'), ...TAGS }),
  z.strictObject({
    task: z.literal('regress'),
    take: z.enum(TAKES),
    loss: z.enum(LOSSES),
    /** columns or fields that hold the numbers; none: the label does */
    columns: z.array(z.string()),
    /** of each number in the training texts: the head's own numbers have mean 0 and deviation 1 */
    mean: z.array(z.number()).min(1),
    deviation: z.array(z.number().positive()).min(1),
  }),
  z.strictObject({
    task: z.literal('multilabel'),
    take: z.enum(TAKES),
    labels: z.array(z.string()).min(1),
    /** what stands between the labels of a text, in the files that it learns from */
    separator: z.string().optional(),
    /** a label is given from this probability on; chosen on the validation data */
    threshold: z.number().min(0).max(1),
  }),
  z.strictObject({
    task: z.literal('lm'),
    /** tokens that it learnt in one go */
    stretch: z.int().min(2),
    /** backward states foresee the token before */
    bothWays: z.literal(true).optional(),
  }),
  z.strictObject({
    task: z.literal('seq2seq'),
    attention: z.enum(ATTENTIONS),
    /** the decoder; its inputs are the vectors of the answer's tokens */
    decoder: NETWORK,
    answers: z.strictObject({
      segmenter: SEGMENTER,
      lowerCase: z.boolean(),
      /** SHA-256 of the vocabulary in target-vocabulary.json, and how many ids it has */
      vocabulary: sha256,
      rows: z.int().min(5),
      /** tokens of an answer beyond this are cut in training, and never said */
      maxLength: size,
    }),
  }),
]);

export const MODEL = z.strictObject({
  type: z.literal('rnn-pipe model'),
  version: z.literal(1),
  /** the version of rnn-pipe that made it */
  rnnPipe: z.string(),
  segmenter: SEGMENTER,
  /** SHA-256 of the vocabulary, as vocabulary.json has it */
  vocabulary: sha256,
  /** SHA-256 of the file weights.safetensors */
  weights: sha256,
  /** tokens of a text beyond this are cut */
  maxLength: size,
  /** sizes of the tables: of tokens, and of the features that are read beside them (`features.ts`); 0 where they are not */
  embedding: z.strictObject({
    dim: size,
    ngramDim: sizeOrNone,
    rows: size,
    ngramRows: sizeOrNone,
    affixDim: sizeOrNone.default(0),
    affixRows: sizeOrNone.default(0),
  }),
  network: NETWORK,
  head: HEAD,
  /** weights of the recurrent layers are rounded to 8 bits in prediction */
  quantize: z.enum(QUANTIZATIONS).optional(),
  /** how it was trained, for people */
  training: z.record(z.string(), z.json()),
});

export type ModelDocument = z.output<typeof MODEL>;
export type HeadDefinition = ModelDocument['head'];
export type Task = HeadDefinition['task'];
export type Take = (typeof TAKES)[number];
/** What decides which weights there are, and what is computed with them. */
export type ModelShape = Pick<ModelDocument, 'embedding' | 'network' | 'head'>;
