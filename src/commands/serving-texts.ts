/**
 * A model that says texts, or foresees them, as `serve` asks it: translations with their other attempts; perplexities and the tokens that come
 * next. One sentence goes through all of it as `draw --model` walks it, search and all.
 */
import type { LayerTrace, SentenceRecord } from '../formats/record.js';
import type { Answering } from '../serve/app.js';
import type { PredictRequest, TraceRequest } from '../serve/schemas.js';
import { predict } from '../steps/predict.js';
import type { Step } from '../steps/step.js';
import { predictorOf } from './predictor.js';
import { BEAM } from './search-options.js';
import { openSeq2seq } from './search.js';
import { answersJson, healthOf, paddedLength, refuseOthers, refuseStandIns, tracedJson } from './served-model.js';
import { through } from './through.js';
import { LOOKED_SEARCH, walk, walked, type Walkable } from './model-walk.js';
import { quoted } from './quoted.js';

/** Texts of a request that are searched together. */
const BATCH = 64;

export async function servingTexts(model: Walkable): Promise<Answering> {
  const health = healthOf(model, model.folder);
  const { task } = model.document.head;
  const predicted = task === 'lm' ? await foresees(model) : says(model);
  const looked = task === 'lm' ? model : { ...model, search: await openSeq2seq(model, { ...model.options, ...LOOKED_SEARCH }) };
  return {
    health,
    predict: async (request) => {
      refuseOthers(request, health);
      const texts = request.texts ?? [request.text!];
      const answers = await predicted(
        texts.map((text) => ({ text })),
        request,
      );
      return answersJson(answers);
    },
    trace: async (request) => {
      refuseStandIns(request, health);
      return traced(looked, request);
    },
  };
}

type Predicted = (batch: SentenceRecord[], request: PredictRequest) => Promise<SentenceRecord[]>;

/** The perplexity of each text, and with `k` the tokens that are likely to come after it. */
async function foresees(model: Walkable): Promise<Predicted> {
  const step = predict(await predictorOf(model, model.folder, model.engine, { traced: false }), {
    batchSize: BATCH,
    plain: false,
    traced: false,
  });
  return async (batch, { k, threshold = 0 }) => {
    const answers = await through(batch, [step]);
    if (k === undefined) return answers;
    const all: SentenceRecord[] = [];
    for (const answer of answers) {
      const { top } = await walked({ ...model, next: k }, { text: answer.text! });
      all.push({ ...answer, top: top!.filter(({ probability }) => probability >= threshold) });
    }
    return all;
  };
}

/** What is said of each text, and with `nBest` the other attempts. A search of each width is made once. */
function says(model: Walkable): Predicted {
  const searches = new Map<number, Promise<Step>>();
  return async (batch, { beam, nBest }) => {
    const width = beam ?? Math.max(BEAM, nBest ?? 0);
    const search = searches.get(width) ?? openSeq2seq(model, { ...model.options, beam: width, nBest: width, batchSize: BATCH });
    searches.set(width, search);
    const answers = await through(batch, [await search]);
    return answers.map(({ said, ...answer }) => (nBest === undefined ? answer : { ...answer, said: said!.slice(0, nBest) }));
  };
}

const withoutSums = ({ layer, direction, hiddenStates, cellStates, gates }: LayerTrace): LayerTrace => ({
  ...{ layer, direction, hiddenStates, gates },
  ...(cellStates ? { cellStates } : {}),
});

async function traced(model: Walkable, request: TraceRequest): Promise<string> {
  const { text, sums = false } = request;
  const { document, folder, segmenter } = model;
  let ids: readonly number[] = [];
  let record: SentenceRecord = {};
  for await (const [step, made] of walk(model, { id: 1, text }, (tokens) => paddedLength(request, tokens, document))) {
    if (step === 'encode') ids = made.ids!;
    record = made;
  }
  if (!sums) record = { ...record, trace: record.trace!.map(withoutSums) };
  const named = `--model ${quoted(folder)}`;
  const search = `seq2seq ${named} --beam ${LOOKED_SEARCH.beam} --n-best ${LOOKED_SEARCH.nBest} --trace`;
  const [seventh, eighth] =
    document.head.task === 'lm' ? ['output --take last', `explain ${quoted(text.slice(0, 200))} ${named}`] : [search, search];
  const commands = [
    'sentences text.txt',
    `tokenize --segmenter ${segmenter.name}`,
    `encode ${named}`,
    `pad --length ${record.ids!.length}`,
    `embed ${named}`,
    `rnn ${named} --trace${sums ? ' --sums' : ''} --keep-embeddings`,
    seventh,
    eighth,
  ];
  return tracedJson(text, { weights: 'trained', note: 'the weights of the model', commands, ids, record });
}
