/** Step 3 backwards: ids to tokens. */
import { PipeError } from '../errors.js';
import { need, type SentenceRecord } from '../formats/record.js';
import { PAD } from '../text/specials.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { eachRecord, type Step } from './step.js';

/**
 * Sets `tokens` to the tokens of `ids`, padding left out; special ones are shown as `<unk>` and the like.
 *
 * Rejects ids of another vocabulary ('mismatch') and ids that the vocabulary does not have ('data').
 */
export function decode({ vocabulary }: { vocabulary: Vocabulary }): Step {
  return eachRecord((record, context): SentenceRecord => {
    const ids = need(record, 'ids');
    if (record.vocabulary !== undefined && record.vocabulary !== vocabulary.hash)
      throw new PipeError('mismatch', 'the ids are of another vocabulary', {
        expected: vocabulary.hash,
        found: record.vocabulary,
        hint: 'give the vocabulary that encode was given: --vocab FILE',
      });
    const tokens: string[] = [];
    for (const [at, id] of ids.entries()) if (id !== PAD) tokens.push(vocabulary.tokens[id] ?? outside(id, at, vocabulary));
    context.count('tokens', tokens.length);
    return { ...record, tokens };
  });
}

function outside(id: number, at: number, { tokens, hash }: Vocabulary): never {
  throw new PipeError('data', `id ${id} (the ${at + 1}th) is outside the vocabulary`, {
    expected: `0 to ${tokens.length - 1} of vocabulary ${hash}`,
    found: String(id),
    hint: 'give the vocabulary that encode was given: --vocab FILE',
  });
}
