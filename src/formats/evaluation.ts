/** The document that `evaluate -o` writes: how good a model is on some labelled texts. */
import { z } from './zod.js';
import { QUANTIZATIONS } from './quantization.js';

const count = z.int().min(0);
const rates = { precision: z.number(), recall: z.number(), f1: z.number() };
const RATES = z.strictObject(rates);

/** Of a model of --task classify. */
const CLASSIFICATION = z.strictObject({
  accuracy: z.number(),
  labels: z.array(z.strictObject({ label: z.string(), ...rates, support: count, predicted: count })),
  /** the mean over labels that occur or are predicted; the mean by support; of all texts together */
  macro: RATES,
  weighted: RATES,
  micro: RATES,
  /** [label of the text][label that was predicted] texts, both in the order of `labels` */
  confusion: z.array(z.array(count)),
  /** the wrong answers that the model was surest of */
  mistakes: z.array(
    z.strictObject({
      file: z.string(),
      line: z.int().min(1),
      text: z.string(),
      label: z.string(),
      prediction: z.string(),
      probability: z.number(),
    }),
  ),
});

export const EVALUATION = z.strictObject({
  type: z.literal('rnn-pipe evaluation'),
  version: z.literal(1),
  rnnPipe: z.string(),
  model: z.string(),
  /** SHA-256 of the model's weights */
  weights: z.string(),
  task: z.string(),
  files: z.array(z.string()),
  texts: count,
  tokens: count,
  unknownTokens: count,
  /** tokens beyond the model's greatest length, which it did not read */
  cutTokens: count,
  /** weights of the recurrent layers in 8 bits */
  quantize: z.enum(QUANTIZATIONS).optional(),
  /** through the network, without reading and cutting */
  textsPerSecond: z.number(),
  /** by name; null where there is none, such as a correlation with a constant */
  scores: z.record(z.string(), z.number().nullable()),
  classification: CLASSIFICATION.optional(),
});

export type Evaluation = z.infer<typeof EVALUATION>;
