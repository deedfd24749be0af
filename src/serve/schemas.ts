/** What the API takes and gives: one schema each, which is the type, the check, the error and the page /openapi.json. */
import { z } from '../formats/zod.js';

/** texts of one request */
const MOST_TEXTS = 1024;
/** hypotheses of a search */
const MOST_BEAM = 20;
/** time steps of a padded sentence */
export const MOST_STEPS = 2000;

const numbers = z.array(z.number());
const matrix = z.array(numbers);

export const PREDICT = z
  .strictObject({
    text: z.string().optional().describe('one text'),
    texts: z.array(z.string()).min(1).max(MOST_TEXTS).optional().describe(`several, at most ${MOST_TEXTS}: one answer each, in order`),
    k: z.int().min(1).optional().describe('add "top": the k most probable labels, of a language model the k most probable next tokens'),
    threshold: z.number().min(0).max(1).optional().describe('leave out of "top" what is less probable (with k)'),
    beam: z
      .int()
      .min(1)
      .max(MOST_BEAM)
      .optional()
      .describe(`hypotheses that are kept, at most ${MOST_BEAM} (models that say texts; default: 5)`),
    nBest: z.int().min(1).max(MOST_BEAM).optional().describe('add "said": so many texts with their scores (models that say texts)'),
  })
  .refine(({ text, texts }) => (text === undefined) !== (texts === undefined), { error: 'give either "text" or "texts"' })
  .refine(({ k, threshold }) => threshold === undefined || k !== undefined, { error: '"threshold" goes with "k"', path: ['threshold'] })
  .refine(({ beam, nBest }) => beam === undefined || nBest === undefined || nBest <= beam, {
    error: 'at most as many as "beam"',
    path: ['nBest'],
  })
  .meta({ oneOf: [{ required: ['text'] }, { required: ['texts'] }], dependentRequired: { threshold: ['k'] } });

export type PredictRequest = z.output<typeof PREDICT>;

const TOP = z.array(z.strictObject({ label: z.string(), probability: z.number() }));
const SAID = z.array(z.strictObject({ text: z.string(), logProbability: z.number(), score: z.number() }));

const ANSWER = z.looseObject({
  text: z.string(),
  tokens: z.array(z.string()).optional(),
  segmenter: z.string().optional(),
  logits: numbers.optional(),
  probabilities: numbers.optional(),
  prediction: z.string().optional(),
  labels: z.array(z.string()).optional(),
  numbers: numbers.optional(),
  tags: z.array(z.string()).optional(),
  words: z.array(z.string()).optional(),
  top: TOP.optional(),
  perplexity: z.number().optional().describe('of a language model'),
  said: SAID.optional(),
});

export const PREDICTED = z
  .strictObject({ answers: z.array(ANSWER) })
  .meta({ description: 'The records of "rnn-pipe predict --json", one a text; which fields there are is a matter of the model’s task.' });

export const SEGMENTERS = ['jieba', 'intl', 'characters', 'codepoints', 'whitespace'] as const;
export const CELLS = ['rnn', 'lstm', 'gru'] as const;

export const TRACE = z.strictObject({
  text: z.string().describe('one sentence'),
  length: z
    .int()
    .min(1)
    .max(MOST_STEPS)
    .optional()
    .describe('padded length in time steps (default: two more than there are tokens, and what the model reads at most)'),
  segmenter: z.enum(SEGMENTERS).optional().describe('another than the model’s: then its vocabulary and weights are not the model’s either'),
  cell: z.enum(CELLS).optional().describe('another than the model’s: then its weights are seeded random ones'),
  seed: z.int().min(0).optional().describe('of random weights (default: 1)'),
  sums: z.boolean().optional().describe('add the two sums inside every gate'),
});

export type TraceRequest = z.output<typeof TRACE>;

const LANE = z.looseObject({
  layer: z.int(),
  direction: z.enum(['forward', 'backward']),
  hiddenStates: matrix,
  cellStates: matrix.optional(),
  gates: z.record(z.string(), matrix),
});

export const TRACED = z
  .strictObject({
    weights: z.enum(['trained', 'random']),
    note: z.string().describe('where the numbers are from'),
    commands: z.array(z.string()).length(8).describe('the command of each step'),
    sentences: z.array(z.string()).describe('step 1: the sentences of the text; the model reads them as one'),
    ids: z.array(z.int()).describe('step 3: the ids before they are padded'),
    record: z
      .looseObject({
        text: z.string(),
        tokens: z.array(z.string()),
        ids: z.array(z.int()),
        length: z.int(),
        mask: z.array(z.int()),
        embeddings: matrix,
        hiddenStates: matrix,
        trace: z.array(LANE),
        output: numbers.optional(),
        logits: z.union([numbers, matrix]).optional(),
        probabilities: z.union([numbers, matrix]).optional(),
        prediction: z.string().optional(),
        top: TOP.optional(),
        said: SAID.optional(),
        search: z.array(z.looseObject({})).optional().describe('every step of the search of a model that says texts'),
      })
      .describe('the record as the steps write it, with rnn --trace --keep-embeddings'),
  })
  .meta({ description: 'All eight steps of one sentence.' });

export const HEALTH = z.strictObject({
  status: z.literal('ok'),
  rnnPipe: z.string().describe('version'),
  model: z.strictObject({
    folder: z.string(),
    task: z.string(),
    segmenter: z.string(),
    vocabulary: z.int().describe('how many tokens it knows'),
    maxLength: z.int().describe('tokens that are read of a text'),
    cell: z.enum(CELLS),
    units: z.int(),
    layers: z.int(),
    directions: z.array(z.string()),
    labels: z.array(z.string()).optional(),
  }),
});

export type Health = z.output<typeof HEALTH>;
