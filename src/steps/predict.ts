/**
 * All of a model in one step: text (or tokens) to the answers of its head, by the model's own segmenter, vocabulary and network.
 * A batch of records is one window: its sentences of like length run together, so the numbers depend on which records are in it.
 */
import type { Program } from '../engine/ops.js';
import { PipeError } from '../errors.js';
import type { ModelDocument } from '../formats/model.js';
import { need, PLAIN, type Batch, type SentenceRecord, type Taken } from '../formats/record.js';
import { shortest } from '../formats/shortest.js';
import { Tensor } from '../formats/tensor.js';
import type { Answers, Said, Telling } from '../model/heads/head.js';
import { headOf } from '../model/heads/index.js';
import type { Parameters } from '../model/parameters.js';
import { perplexitiesOf } from '../model/perplexity.js';
import { answersOf } from '../model/predictor.js';
import { flat, type Sentences } from '../model/sentences.js';
import { layerTraces } from '../model/trace.js';
import { idsOf } from '../text/ids.js';
import type { Segmenter } from '../text/segmenter.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { attempt, type Step, type StepContext } from './step.js';

/** A model made ready to predict. */
export interface Predictor {
  document: ModelDocument;
  vocabulary: Vocabulary;
  parameters: Parameters;
  segmenter: Segmenter;
  /** as `compilePrediction` makes it */
  program: Program;
}

export interface PredictOptions extends Omit<Telling, 'tokens'> {
  /** sentences that run together */
  batchSize: number;
  /** the answer as a line of text instead of fields */
  plain: boolean;
  /** the program is a traced one: hidden states and gates become fields */
  traced: boolean;
}

/** Adds `tokens`, `segmenter`, `kept` where tokens were cut, and the fields of the model's head; of a language model `perplexity`. */
export function predict(predictor: Predictor, options: PredictOptions): Step {
  const answer = predictor.document.head.task === 'lm' ? foreseen : answered;
  return async function* (batches, context) {
    for await (const batch of batches) {
      const texts = cutTexts(batch, predictor.segmenter, context);
      if (texts.length > 0) yield await answer(texts, predictor, options, context);
    }
  };
}

/** A record and the tokens of its text. */
interface Text {
  record: SentenceRecord;
  tokens: readonly string[];
}

/** The records with their tokens: those that they have already, else those of their text. */
export function cutTexts(batch: Batch, { cut: cutter, fingerprint, simplify }: Segmenter, context: StepContext): Text[] {
  const records: Batch = [];
  const texts: string[] = [];
  for (const record of batch)
    attempt(record, context, () => {
      if (record.tokens) checkSegmenter(record, fingerprint);
      else texts.push(simplify ? simplify(need(record, 'text')) : need(record, 'text'));
      records.push(record);
    });
  const cuts = texts.length > 0 ? cutter(texts) : [];
  let at = 0;
  return records.map((record) => ({ record, tokens: record.tokens ?? cuts[at++]!.tokens }));
}

/** @throws PipeError('mismatch') for tokens that another segmenter has cut */
export function checkSegmenter({ segmenter }: SentenceRecord, expected: string): void {
  if (segmenter === undefined || segmenter === expected) return;
  throw new PipeError('mismatch', 'the tokens are of another segmenter than the model’s', {
    expected,
    found: segmenter,
    hint: 'leave the cutting to predict: give it the text',
  });
}

async function answered(texts: readonly Text[], predictor: Predictor, options: PredictOptions, context: StepContext): Promise<Batch> {
  const { document, parameters, program } = predictor;
  const sentences = numbered(texts, predictor.vocabulary, document.maxLength, context);
  const rows = Int32Array.from(texts.keys());
  const answers = await answersOf(program, document, parameters, sentences, rows, options.batchSize);
  const head = headOf(document.head);
  return texts.map(({ record, tokens }, row) => {
    const said = saidOf(answers, sentences.offsets, row);
    const read = tokens.length > document.maxLength ? tokens.slice(0, document.maxLength) : tokens;
    const telling = { ...options, tokens: read };
    if (options.plain) {
      record[PLAIN] = head.line!(document.head, said, telling, parameters);
      return record;
    }
    return {
      ...record,
      tokens: [...tokens],
      segmenter: predictor.segmenter.fingerprint,
      ...(read === tokens ? {} : { kept: [0, read.length] }),
      ...(options.traced ? tracesOf(document, said) : {}),
      ...(said['attention'] ? { taken: takenOf(said['attention']) } : {}),
      ...head.fields!(document.head, said, telling, parameters),
    };
  });
}

/** How well a language model foresees each text. */
async function foreseen(texts: readonly Text[], predictor: Predictor, options: PredictOptions, context: StepContext): Promise<Batch> {
  const { document, parameters, program, vocabulary } = predictor;
  const { head } = document;
  if (head.task !== 'lm') return [];
  const ids = texts.map(({ tokens }) => {
    // no text is cut off: it is read in stretches
    const { read, unknown } = idsOf(tokens, vocabulary, Infinity);
    context.count('encodedTokens', tokens.length);
    context.count('unknownTokens', unknown);
    return read.ids;
  });
  const found = await perplexitiesOf(program, { ...document, head }, parameters, ids, options.batchSize);
  return texts.map(({ record, tokens }, i) => {
    const perplexity = shortest(Math.fround(found[i]!));
    if (!options.plain) return { ...record, tokens: [...tokens], segmenter: predictor.segmenter.fingerprint, perplexity };
    record[PLAIN] = String(perplexity);
    return record;
  });
}

/** The texts as numbers; what was unknown or cut is counted. */
export function numbered(texts: readonly Text[], vocabulary: Vocabulary, maxLength: number, context: StepContext): Sentences {
  const all = texts.map(({ tokens }) => idsOf(tokens, vocabulary, maxLength));
  for (const [i, { unknown, cut: lost }] of all.entries()) {
    context.count('encodedTokens', texts[i]!.tokens.length - lost);
    context.count('unknownTokens', unknown);
    if (lost === 0) continue;
    context.count('cutTokens', lost);
    context.count('cutRecords', 1);
  }
  return flat(all.map(({ read }) => read));
}

/** The results of one sentence, as views of all of them. */
function saidOf(answers: Answers, offsets: Int32Array, row: number): Said {
  const [begin, end] = [offsets[row]!, offsets[row + 1]!];
  return Object.fromEntries(
    Object.entries(answers).map(([name, { per, width, numbers }]) => [
      name,
      per === 'sentence'
        ? new Tensor([width], numbers.subarray(row * width, (row + 1) * width))
        : new Tensor([end - begin, width], numbers.subarray(begin * width, end * width)),
    ]),
  );
}

function tracesOf({ network }: ModelDocument, said: Said): Partial<SentenceRecord> {
  const { cell, layers, units, directions } = network;
  return {
    hiddenStates: said['hiddenStates']!,
    network: { cell, layers, units, directions },
    trace: layerTraces(network, (name) => said[name]!),
  };
}

function takenOf({ data }: Tensor): Taken {
  return { how: 'attention', timeSteps: Array.from(data, (_, t) => t + 1), weights: Array.from(data, shortest) };
}
