/** Step 8 for texts: `text` to the text that a sequence-to-sequence model says, with its other attempts and every step of the search on request. */
import { PLAIN, type SaidText, type SearchTrace, type SentenceRecord } from '../formats/record.js';
import type { Found, Said, SearchStep } from '../model/decoding/search.js';
import type { Speaker } from '../model/decoding/speaker.js';
import { spokenText } from '../text/answers.js';
import type { Segmenter } from '../text/segmenter.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { cutTexts, numbered } from './predict.js';
import type { Step } from './step.js';

export interface Seq2seqOptions {
  speaker: Speaker;
  segmenter: Segmenter;
  vocabulary: Vocabulary;
  /** tokens of a text beyond this are not read */
  maxLength: number;
  /** of the answers, in id order */
  words: readonly string[];
  /** `<unk>` becomes the token of the source that was looked at most */
  replaceUnknown: boolean;
  /** how many attempts are kept; 0: the best one's text alone */
  nBest: number;
  trace: boolean;
  /** the text as a line instead of fields */
  plain: boolean;
}

/** Adds `prediction`; `said` with `nBest`; `search` with `trace`. A batch is one window, whose texts of like length are searched together. */
export function seq2seq({ speaker, segmenter, vocabulary, maxLength, words, replaceUnknown, nBest, trace, plain }: Seq2seqOptions): Step {
  const textOf = (said: Said, tokens: readonly string[]): string => spokenText(said, words, replaceUnknown ? tokens : undefined);
  const fieldsOf = (record: SentenceRecord, tokens: readonly string[], { said, steps }: Found): SentenceRecord => ({
    ...record,
    prediction: said[0] ? textOf(said[0], tokens) : '',
    ...(nBest > 0
      ? {
          said: said
            .slice(0, nBest)
            .map((one): SaidText => ({ text: textOf(one, tokens), logProbability: one.logProbability, score: one.score })),
        }
      : {}),
    ...(trace ? { search: steps.map((step) => traceOf(step, words)) } : {}),
  });
  return async function* (batches, context) {
    for await (const batch of batches) {
      const texts = cutTexts(batch, segmenter, context);
      const found = await speaker.say(numbered(texts, vocabulary, maxLength, context));
      const done = texts.map(({ record, tokens }, i) => {
        if (!plain) return fieldsOf(record, tokens, found[i]!);
        const [best] = found[i]!.said;
        record[PLAIN] = best ? textOf(best, tokens) : '';
        return record;
      });
      if (done.length > 0) yield done;
    }
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
