/** Ids of n-grams and of characters: however often and in whatever order they are asked for, they are those of the vocabulary. */
import fc from 'fast-check';
import { characterIds } from '../../src/text/character-ids.js';
import { flat } from '../../src/model/sentences.js';
import { addTokens, newCounts } from '../../src/text/counts.js';
import { keyOf } from '../../src/text/features.js';
import { idsOf } from '../../src/text/ids.js';
import { UNKNOWN } from '../../src/text/specials.js';
import { formatVocabulary, parseVocabulary, vocabularyOf } from '../../src/text/vocabulary.js';

const TEXTS = ['天地玄黄', '天地玄', '地玄黄黄', '天天天地', '宇宙洪荒', '黄'].map((text) => Array.from(text));

test.each([
  [2, undefined],
  [3, undefined],
  // of two tokens and two runs, one of which has a token that has no id
  [2, 6],
])('n-grams of %i, at most %p ids: equal to looking each one up by its key', async (ngrams, maxSize) => {
  const counts = newCounts({ ngrams });
  for (const tokens of TEXTS) addTokens(counts, { tokens, segmenter: 'characters' });
  const made = vocabularyOf(counts, { minCount: 2, maxSize });
  expect(made.ids.size).toBe(maxSize === undefined ? 4 : 2);
  const kept = await parseVocabulary(formatVocabulary(made), 'vocabulary.json');
  expect(kept.features.runs).toEqual(made.features.runs);
  const tokens = fc.array(fc.constantFrom('天', '地', '玄', '黄', '宇', '𠮷', ''), { maxLength: 9 });
  fc.assert(
    fc.property(tokens, fc.integer({ min: 1, max: 9 }), fc.constantFrom(made, kept), (text, most, vocabulary) => {
      const { read, unknown, cut } = idsOf(text, vocabulary, most);
      const { ids, ngramIds } = read;
      const length = Math.min(text.length, most);
      const expected = text.slice(0, length).map((token) => vocabulary.ids.get(token) ?? UNKNOWN);
      expect(ids).toEqual(length === 0 ? [UNKNOWN] : expected);
      expect(ngramIds).toEqual(
        ids.map((_, i) => (i < length ? (vocabulary.features.runs!.ids.get(keyOf(text, i, ngrams)) ?? UNKNOWN) : UNKNOWN)),
      );
      expect([unknown, cut]).toEqual([expected.filter((id) => id === UNKNOWN).length, text.length - length]);
    }),
    { numRuns: 300 },
  );
});

test.each([
  [{ ngrams: 1 }, undefined],
  [{ ngrams: 2 }, undefined],
  [{ ngrams: 2 }, 6],
  [{ ngrams: 3 }, undefined],
  [{ ngrams: 2, affixes: true }, undefined],
  [{ affixes: true }, undefined],
])('ids of characters, %j, at most %p ids: equal to those of the same characters as tokens', (features, maxSize) => {
  const counts = newCounts(features);
  for (const tokens of [...TEXTS, Array.from('𠮷天𠮷天')]) addTokens(counts, { tokens, segmenter: 'codepoints' });
  const vocabulary = vocabularyOf(counts, { minCount: 2, maxSize });
  const text = fc
    .array(fc.constantFrom('天', '地', '玄', '黄', '宇', '𠮷', '😀', '\ud842', '\udfb7', 'a'), { minLength: 1, maxLength: 9 })
    .map((characters) => characters.join(''));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (texts) => {
      const expected = flat(texts.map((one) => idsOf(Array.from(one), vocabulary, Infinity).read));
      expect(characterIds(texts, vocabulary)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
