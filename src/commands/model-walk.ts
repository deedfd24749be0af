/**
 * One sentence through a trained model, step by step, with all that can be seen of it: word vectors, states, gates and their sums, output,
 * the head's answer, of a model that says texts every step of its search. For those who look; `predict` answers faster.
 */
import type { Engine } from '../engine/ops.js';
import type { SentenceRecord } from '../formats/record.js';
import { attentionWeights } from '../model/attentive.js';
import { compileHead } from '../model/build.js';
import { trainedColumns } from '../model/embedding.js';
import { openNetwork } from '../model/network.js';
import { networkWeights } from '../model/parameters.js';
import { ranked } from '../model/ranking.js';
import { withSums } from '../model/sums.js';
import { classify } from '../steps/classify.js';
import { embed } from '../steps/embed.js';
import { encode } from '../steps/encode.js';
import { output } from '../steps/output.js';
import { pad } from '../steps/pad.js';
import { checkSegmenter } from '../steps/predict.js';
import { rnn } from '../steps/rnn.js';
import type { Step } from '../steps/step.js';
import { tokenize } from '../steps/tokenize.js';
import type { Segmenter } from '../text/segmenters/index.js';
import { BEGIN } from '../text/specials.js';
import { loadModel, type Model } from './model-folder.js';
import { takeOfModel } from './model-option.js';
import { segmenterOf } from './predictor.js';
import { engineOf } from './engine-options.js';
import { openSeq2seq } from './search.js';
import type { Options } from './command.js';
import { throughOne } from './through.js';

/** Next tokens that are told of a language model. */
const NEXT = 8;
/** Of a model that says texts: few hypotheses, and every step of the search. */
export const LOOKED_SEARCH = { beam: 3, nBest: 3, trace: true, batchSize: 1 };

/** A model made ready to be looked at. */
export interface Walkable extends Model {
  folder: string;
  engine: Engine;
  /** of the engine, for what opens another */
  options: Options;
  segmenter: Segmenter;
  /** how many next tokens are told of a language model */
  next?: number;
  /** of a model that says texts, where it is kept open: as `LOOKED_SEARCH` makes it */
  search?: Step;
}

export type WalkStep = 'tokenize' | 'encode' | 'pad' | 'embed' | 'rnn' | 'output' | 'classify' | 'seq2seq';

/** @throws PipeError('mismatch') where this machine cuts otherwise than the training text was cut */
export const openWalk = async (folder: string, options: Options): Promise<Walkable> => walkable(await loadModel(folder), folder, options);

/** @throws PipeError('mismatch') likewise */
export async function walkable(model: Model, folder: string, options: Options): Promise<Walkable> {
  return { ...model, folder, options, engine: await engineOf(options), segmenter: await segmenterOf(model.document, folder) };
}

/**
 * The record after each step, in their order.
 *
 * @param padded the padded length for so many tokens; without it only a sentence that is too long for the model gets one
 * @throws PipeError for what a step refuses
 */
export async function* walk(
  model: Walkable,
  { id = 1, text, tokens, tokenSpans, segmenter, label }: SentenceRecord,
  padded: (tokens: number) => number | undefined = () => undefined,
): AsyncGenerator<[WalkStep, SentenceRecord]> {
  const { document, vocabulary } = model;
  const { head, maxLength } = document;
  let record: SentenceRecord = { id, text: text ?? (tokens ?? []).join(''), ...(label === undefined ? {} : { label }) };
  if (tokens) {
    checkSegmenter(segmenter === undefined ? {} : { segmenter }, model.segmenter.fingerprint);
    record = { ...record, tokens, segmenter: model.segmenter.fingerprint, ...(tokenSpans ? { tokenSpans } : {}) };
  } else record = await through(record, tokenize({ segmenter: model.segmenter }));
  yield ['tokenize', record];
  record = await through(record, encode({ vocabulary, oov: 'unk', atLeastOne: true }));
  // a language model reads the beginning, too
  if (head.task === 'lm') record = { ...record, tokens: ['<bos>', ...record.tokens!], ids: [BEGIN, ...record.ids!] };
  yield ['encode', record];
  const length = padded(record.ids!.length) ?? (record.ids!.length > maxLength ? maxLength : undefined);
  if (length !== undefined) {
    // the model reads no more than maxLength tokens, however long its rows are
    const most = record.ids!.length > maxLength ? Math.min(length, maxLength) : length;
    record = await through(record, pad({ length: most, padding: 'post', truncating: 'post' }));
    yield ['pad', record];
  }
  record = await through(record, embedding(model));
  yield ['embed', record];
  record = await through(record, network(model));
  yield ['rnn', record];
  if (head.task === 'lm') {
    yield ['classify', await nextTokens(model, record)];
    return;
  }
  if (head.task === 'seq2seq') {
    yield ['seq2seq', { ...record, ...(await said(model, record)) }];
    return;
  }
  const take = takeOfModel(model);
  record = await through(record, output(take === 'attention' ? { take, weights: attentionWeights(model.parameters) } : { take }));
  yield ['output', record];
  yield ['classify', await through(record, answer(model))];
}

/** The record after the last step. */
export async function walked(...walking: Parameters<typeof walk>): Promise<SentenceRecord> {
  let last: SentenceRecord = {};
  for await (const [, record] of walk(...walking)) last = record;
  return last;
}

const through = (record: SentenceRecord, step: Step): Promise<SentenceRecord> => throughOne({ ...record }, [step]);

const embedding = ({ document, parameters, vocabulary }: Model): Step =>
  embed({ columns: trainedColumns(document, parameters), vocabularyHash: vocabulary.hash });

function network({ document: { network: shape, quantize }, parameters, engine }: Walkable): Step {
  const weights = networkWeights(shape, parameters);
  const quantized = quantize !== undefined;
  return rnn({
    open: async () => withSums(await openNetwork(engine, shape, weights, true, quantized), weights, quantized),
    keepEmbeddings: true,
    batchSize: 1,
    traced: true,
  });
}

function answer({ document, parameters, engine }: Walkable): Step {
  return classify({ definition: document.head, parameters, open: () => compileHead(engine, document, parameters) });
}

/** What a language model finds likely to come next. */
async function nextTokens(
  { document, parameters, engine, vocabulary, next = NEXT }: Walkable,
  record: SentenceRecord,
): Promise<SentenceRecord> {
  const program = await compileHead(engine, document, parameters);
  try {
    const states = record.hiddenStates!;
    const last = record.mask === undefined ? states.shape[0]! - 1 : record.mask.lastIndexOf(1);
    const results = await program.run({ hiddenStates: { shape: [1, 1, states.shape[1]!], data: states.row(last) } });
    const logits = Array.from(results['logits']!.data);
    const most = Math.max(...logits);
    const exponentials = logits.map((logit) => Math.exp(logit - most));
    const sum = exponentials.reduce((all, one) => all + one, 0);
    const top = ranked(
      vocabulary.tokens,
      Float32Array.from(exponentials, (one) => one / sum),
      next,
    );
    return { ...record, top, prediction: top[0]!.label };
  } finally {
    await program.close();
  }
}

/** Reads the tokens again, those that were kept: the search has an encoder of its own, of the same numbers. */
async function said(
  model: Walkable,
  { text, tokens, kept = [0, tokens!.length], segmenter }: SentenceRecord,
): Promise<Pick<SentenceRecord, 'prediction' | 'said' | 'search'>> {
  const step = model.search ?? (await openSeq2seq(model, { ...model.options, ...LOOKED_SEARCH }));
  const read = { text: text!, tokens: tokens!.slice(...kept), ...(segmenter === undefined ? {} : { segmenter }) };
  const { prediction, said, search } = await through(read, step);
  return { prediction: prediction!, said: said!, search: search! };
}
