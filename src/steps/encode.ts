/** Step 3: tokens to ids. */
import { PipeError, show } from '../errors.js';
import { need, type SentenceRecord } from '../formats/record.js';
import { featureIds } from '../text/ids.js';
import { SPECIALS, UNKNOWN } from '../text/specials.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { eachRecord, type Step } from './step.js';

export interface EncodeOptions {
  vocabulary: Vocabulary;
  /** what becomes of a token that the vocabulary does not have */
  oov: 'unk' | 'error';
  /** a text without tokens is read as one <unk>, as a model reads it */
  atLeastOne?: boolean;
}

const FREQUENT = 4096;

/**
 * Adds `ids`, `vocabulary` (12 hex digits of its hash) and the ids of the vocabulary's features: `ngramIds`, at each token the id of the
 * run that starts there (at the end of the sentence it ends with <eos>); `prefixIds` and `suffixIds`, of its first and last character.
 *
 * Rejects a record of another segmenter than the vocabulary's ('mismatch'), and with `oov: 'error'` one with an unknown token ('data').
 */
export function encode({ vocabulary, oov, atLeastOne = false }: EncodeOptions): Step {
  const { ids: idOf, hash } = vocabulary;
  // four of five tokens are among the most frequent, whose table stays in the processor's cache
  const frequent = new Map(vocabulary.tokens.slice(SPECIALS.length, FREQUENT).map((token) => [token, idOf.get(token)]));
  return eachRecord((record, context): SentenceRecord => {
    const tokens = need(record, 'tokens');
    checkSegmenter(record, vocabulary);
    const ids = new Array<number>(tokens.length);
    let unknown = 0;
    for (let at = 0; at < tokens.length; at++) {
      const id = frequent.get(tokens[at]!) ?? idOf.get(tokens[at]!);
      if (id === undefined) {
        if (oov === 'error') throw unknownToken(tokens[at]!, at, hash);
        unknown++;
      }
      ids[at] = id ?? UNKNOWN;
    }
    context.count('encodedTokens', tokens.length);
    context.count('unknownTokens', unknown);
    if (atLeastOne && ids.length === 0) ids.push(UNKNOWN);
    record.ids = ids;
    Object.assign(record, featureIds(tokens, ids, vocabulary));
    record.vocabulary = hash;
    return record;
  });
}

function checkSegmenter({ segmenter }: SentenceRecord, vocabulary: Vocabulary): void {
  if (segmenter === undefined || vocabulary.segmenter === '' || segmenter === vocabulary.segmenter) return;
  throw new PipeError('mismatch', 'the tokens are of another segmenter than the vocabulary', {
    expected: vocabulary.segmenter,
    found: segmenter,
    hint: 'tokenize with the options that the vocabulary was made with, or make a vocabulary of these tokens: rnn-pipe vocab',
  });
}

function unknownToken(token: string, at: number, hash: string): PipeError {
  return new PipeError('data', `token ${at + 1} is not in the vocabulary`, {
    expected: `a token of vocabulary ${hash}`,
    found: show(token),
    hint: '--oov unk takes <unk> for such tokens',
  });
}
