/** A model as `serve` asks it: texts to answers, and one sentence through all eight steps. */
import type { Engine } from '../engine/ops.js';
import { PipeError } from '../errors.js';
import { toJson, type Batch, type SentenceRecord } from '../formats/record.js';
import type { Answering } from '../serve/app.js';
import { Refusal } from '../serve/refusal.js';
import { MOST_STEPS, type Health, type PredictRequest, type TraceRequest } from '../serve/schemas.js';
import { classify } from '../steps/classify.js';
import { embed } from '../steps/embed.js';
import { encode } from '../steps/encode.js';
import { output } from '../steps/output.js';
import { pad } from '../steps/pad.js';
import { predict, type Predictor } from '../steps/predict.js';
import { rnn } from '../steps/rnn.js';
import type { Step, StepContext } from '../steps/step.js';
import { tokenize } from '../steps/tokenize.js';
import { openSegmenter, type Segmenter } from '../text/segmenters/index.js';
import { splitSentences } from '../text/sentences.js';
import { chain } from './chunk-work.js';
import { tracing, type Tracing } from './tracing.js';
import { version } from './version.js';

/** Sentences of a request that go through the network together. */
const BATCH = 64;

/** @param folder the model's, for the commands that are told */
export function serving(predictor: Predictor, engine: Engine, folder: string): Answering {
  const health = healthOf(predictor, folder);
  const segmenters = new Map<string, Promise<Segmenter>>([[health.model.segmenter, Promise.resolve(predictor.segmenter)]]);
  const traceWith = tracing(predictor, engine, folder);
  return {
    health,
    predict: async ({ text, texts, k, threshold }) => {
      refuseOthers({ k }, health);
      const step = predict(predictor, { batchSize: BATCH, plain: false, traced: false, topK: k });
      const batch = (texts ?? [text!]).map((one): SentenceRecord => ({ text: one }));
      const answers = await through(batch, [step]);
      return `{"answers":[${answers.map((record) => toJson(likely(record, threshold))).join(',')}]}`;
    },
    trace: async (request) => {
      const name = request.segmenter ?? health.model.segmenter;
      const opening = segmenters.get(name) ?? openSegmenter({ name: name as 'jieba' });
      segmenters.set(name, opening);
      return traced(request, await opening, traceWith, health);
    },
  };
}

function healthOf({ document, vocabulary }: Predictor, folder: string): Health {
  const { head, network, segmenter, maxLength } = document;
  return {
    status: 'ok',
    rnnPipe: version,
    model: {
      ...{ folder, task: head.task, segmenter: segmenter.options.name, vocabulary: vocabulary.tokens.length, maxLength },
      ...{ cell: network.cell, units: network.units, layers: network.layers, directions: network.directions },
      ...('labels' in head ? { labels: head.labels } : {}),
    },
  };
}

/** What a model of another task has no answer to is refused, never passed over. */
function refuseOthers({ k }: Pick<PredictRequest, 'k'>, { model: { task, labels } }: Health): void {
  if (k === undefined) return;
  if (labels === undefined)
    throw new Refusal('wrong-body', `"k" is wrong: a model of the task ${task} has no labels to list`, 'leave k out');
  if (k > labels.length)
    throw new Refusal('wrong-body', `"k" is wrong: the model has ${labels.length} labels`, `take a k of 1 to ${labels.length}`);
}

const likely = (record: SentenceRecord, threshold: number | undefined): SentenceRecord =>
  threshold === undefined || !record.top ? record : { ...record, top: record.top.filter(({ probability }) => probability >= threshold) };

async function traced(request: TraceRequest, segmenter: Segmenter, traceWith: Tracing, { model }: Health): Promise<string> {
  const { text, sums = false } = request;
  const [tokenized] = await through([{ id: 1, text }], [tokenize({ segmenter })]);
  const made = await traceWith(request, tokenized!);
  const [encoded] = await through([tokenized!], [encode({ vocabulary: made.vocabulary, oov: 'unk', atLeastOne: true })]);
  const ids = encoded!.ids!;
  const length = request.length ?? Math.min(ids.length + 2, model.maxLength, MOST_STEPS);
  const steps: Step[] = [
    pad({ length, padding: 'post', truncating: 'post' }),
    embed(made.embed),
    rnn({ open: () => Promise.resolve(sums ? made.withSums : made.network), keepEmbeddings: true, batchSize: 1, traced: true }),
    output(made.output),
    classify(made.classify),
  ];
  const [record] = await through([encoded!], steps);
  const commands = [
    'sentences text.txt',
    `tokenize --segmenter ${segmenter.name}`,
    made.commands.encode,
    `pad --length ${length}`,
    made.commands.embed,
    `${made.commands.rnn} --trace${sums ? ' --sums' : ''} --keep-embeddings`,
    made.commands.output,
    made.commands.classify,
  ].map((command) => `rnn-pipe ${command}`);
  const { weights, note } = made;
  const rest = JSON.stringify({ weights, note, commands, sentences: sentencesOf(text), ids });
  return `${rest.slice(0, -1)},"record":${toJson(record!)}}`;
}

const sentencesOf = (text: string): string[] =>
  splitSentences(text, { semicolon: false, maxChars: Number.MAX_SAFE_INTEGER }).map(({ start, end }) => text.slice(start, end));

/** Records through steps; what is wrong with one is the request's error. */
async function through(batch: Batch, steps: readonly Step[]): Promise<Batch> {
  const done: Batch = [];
  for await (const part of chain(once(batch), steps, CONTEXT)) done.push(...part);
  return done;
}

const CONTEXT: StepContext = {
  count: () => {},
  reject: (_, error: PipeError) => {
    throw error;
  },
};

async function* once(batch: Batch): AsyncGenerator<Batch> {
  yield await Promise.resolve(batch);
}
