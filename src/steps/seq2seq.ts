/** Step 8 for texts: `text` to the text that a sequence-to-sequence model says, with its other attempts and every step of the search on request. */
import { need, type Batch, type SaidText, type SearchTrace, type SentenceRecord } from '../formats/record.js';
import type { Found, Said, SearchStep } from '../model/decoding/search.js';
import type { Speaker } from '../model/decoding/speaker.js';
import { joinTokens } from '../text/answers.js';
import { UNKNOWN } from '../text/specials.js';
import { inBatches } from './batches.js';
import { attempt, type Step } from './step.js';

/** A text as the model reads it. */
export interface SourceText {
  tokens: readonly string[];
  /** at least one */
  ids: readonly number[];
  ngramIds: readonly number[] | undefined;
}

export interface Seq2seqOptions {
  speaker: Speaker;
  read: (text: string) => SourceText;
  /** of the answers, in id order */
  words: readonly string[];
  /** `<unk>` becomes the token of the source that was looked at most */
  replaceUnknown: boolean;
  /** how many attempts are kept; 0: the best one's text alone */
  nBest: number;
  trace: boolean;
  /** records that are searched together */
  window: number;
}

/** Adds `prediction`; `said` with `nBest`; `search` with `trace`. */
export function seq2seq({ speaker, read, words, replaceUnknown, nBest, trace, window }: Seq2seqOptions): Step {
  const textOf = ({ ids, lookedAt }: Said, { tokens }: SourceText): string =>
    joinTokens(ids.map((id, i) => (id === UNKNOWN && replaceUnknown ? (tokens[lookedAt[i]!] ?? words[id]!) : words[id]!)));
  const done = (record: SentenceRecord, source: SourceText, { said, steps }: Found): SentenceRecord => ({
    ...record,
    prediction: said[0] ? textOf(said[0], source) : '',
    ...(nBest > 0
      ? {
          said: said
            .slice(0, nBest)
            .map((one): SaidText => ({ text: textOf(one, source), logProbability: one.logProbability, score: one.score })),
        }
      : {}),
    ...(trace ? { search: steps.map((step) => traceOf(step, words)) } : {}),
  });
  return async function* (batches, context) {
    try {
      for await (const batch of inBatches(batches, window)) {
        const sources: [SentenceRecord, SourceText][] = [];
        for (const record of batch) attempt(record, context, () => sources.push([record, read(need(record, 'text'))]));
        const found = await speaker.say(together(sources.map(([, source]) => source)));
        const said: Batch = sources.map(([record, source], i) => done(record, source, found[i]!));
        if (said.length > 0) yield said;
      }
    } finally {
      await speaker.close();
    }
  };
}

function together(texts: readonly SourceText[]): Parameters<Speaker['say']>[0] {
  const offsets = new Int32Array(texts.length + 1);
  for (const [i, { ids }] of texts.entries()) offsets[i + 1] = offsets[i]! + ids.length;
  const ngramIds = texts.flatMap((text) => text.ngramIds ?? []);
  return {
    ids: Int32Array.from(texts.flatMap(({ ids }) => ids)),
    ngramIds: ngramIds.length > 0 ? Int32Array.from(ngramIds) : undefined,
    offsets,
  };
}

const traceOf = ({ hypotheses }: SearchStep, words: readonly string[]): SearchTrace => ({
  hypotheses: hypotheses.map(({ token, parent, logProbability, state, attention, best }) => ({
    token: words[token]!,
    parent,
    logProbability,
    state: [...state],
    attention: [...attention],
    best: best.map((one) => ({ token: words[one.token]!, probability: one.probability })),
  })),
});
