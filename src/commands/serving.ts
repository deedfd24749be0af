/** A model of labels, numbers or tags as `serve` asks it: texts to answers, and one sentence through all eight steps. */
import type { Engine } from '../engine/ops.js';
import type { SentenceRecord } from '../formats/record.js';
import type { Answering } from '../serve/app.js';
import type { Health, TraceRequest } from '../serve/schemas.js';
import { classify } from '../steps/classify.js';
import { embed } from '../steps/embed.js';
import { encode } from '../steps/encode.js';
import { output } from '../steps/output.js';
import { pad } from '../steps/pad.js';
import { predict, type Predictor } from '../steps/predict.js';
import { rnn } from '../steps/rnn.js';
import type { Step } from '../steps/step.js';
import { tokenize } from '../steps/tokenize.js';
import { openSegmenter, type Segmenter } from '../text/segmenters/index.js';
import { answersJson, healthOf, paddedLength, refuseOthers, tracedJson } from './served-model.js';
import { through } from './through.js';
import { tracing, type Tracing } from './tracing.js';

/** Sentences of a request that go through the network together. */
const BATCH = 64;

/** @param folder the model's, for the commands that are told */
export function serving(predictor: Predictor, engine: Engine, folder: string): Answering {
  const health = healthOf(predictor, folder);
  const segmenters = new Map<string, Promise<Segmenter>>([[health.model.segmenter, Promise.resolve(predictor.segmenter)]]);
  const traceWith = tracing(predictor, engine, folder);
  return {
    health,
    predict: async (request) => {
      const { text, texts, k, threshold } = request;
      refuseOthers(request, health);
      const step = predict(predictor, { batchSize: BATCH, plain: false, traced: false, topK: k });
      const batch = (texts ?? [text!]).map((one): SentenceRecord => ({ text: one }));
      const answers = await through(batch, [step]);
      return answersJson(answers.map((record) => likely(record, threshold)));
    },
    trace: async (request) => {
      const name = request.segmenter ?? health.model.segmenter;
      const opening = segmenters.get(name) ?? openSegmenter({ name: name as 'jieba' });
      segmenters.set(name, opening);
      return traced(request, await opening, traceWith, health);
    },
  };
}

const likely = (record: SentenceRecord, threshold: number | undefined): SentenceRecord =>
  threshold === undefined || !record.top ? record : { ...record, top: record.top.filter(({ probability }) => probability >= threshold) };

async function traced(request: TraceRequest, segmenter: Segmenter, traceWith: Tracing, { model }: Health): Promise<string> {
  const { text, sums = false } = request;
  const [tokenized] = await through([{ id: 1, text }], [tokenize({ segmenter })]);
  const made = await traceWith(request, tokenized!);
  const [encoded] = await through([tokenized!], [encode({ vocabulary: made.vocabulary, oov: 'unk', atLeastOne: true })]);
  const ids = encoded!.ids!;
  const length = paddedLength(request, ids.length, model);
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
  ];
  const { weights, note } = made;
  return tracedJson(text, { weights, note, commands, ids, record: record! });
}
