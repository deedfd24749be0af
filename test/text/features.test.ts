/** What is read beside a token: the names of features at it, as the vocabulary counts and numbers them. */
import fc from 'fast-check';
import { addTokens, formatCounts, mergeCounts, newCounts, parseCounts } from '../../src/text/counts.js';
import { NAME_AT } from '../../src/text/features.js';
import { idsOf } from '../../src/text/ids.js';
import { UNKNOWN } from '../../src/text/specials.js';
import { formatVocabulary, parseVocabulary, vocabularyOf } from '../../src/text/vocabulary.js';

const affixesOf = (token: string): (string | undefined)[] => [NAME_AT.prefixIds([token], 0, 1), NAME_AT.suffixIds([token], 0, 1)];

test.each([
  ['上海市', ['上', '市']],
  ['我', ['我', '我']],
  ['5w-30', ['5', '0']],
  ['𠮷野家', ['𠮷', '家']],
  ['好😀', ['好', '😀']],
  // a flag and a family are several code points
  ['🇨🇳', ['🇨', '🇳']],
  ['👨‍👩‍👧', ['👨', '👧']],
  ['e\u0301', ['e', '\u0301']],
  // halves that stand alone
  ['\ud83d我', ['\ud83d', '我']],
  ['我\ud83d', ['我', '\ud83d']],
  ['\ude00\ude00', ['\ude00', '\ude00']],
  ['__proto__', ['_', '_']],
  ['', [undefined, undefined]],
])('first and last character of %j', (token, expected) => {
  expect(affixesOf(token)).toEqual(expected);
});

test('they are the first and the last code point of any string', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (token) => {
      const points = Array.from(token);
      expect(affixesOf(token)).toEqual([points[0], points.at(-1)]);
    }),
  );
});

const counted = (tokens: string[]) => {
  const counts = newCounts({ affixes: true });
  addTokens(counts, { tokens, segmenter: 's' });
  return counts;
};

test('the document: characters behind the runs, each counted where it begins a token and where it ends one', () => {
  // worked by hand: 上 begins 上海 and is 上; 海 ends 上海 and 大海; 大 begins 大海
  const counts = counted(['上海', '上', '大海', '']);
  const text = formatVocabulary(vocabularyOf(counts));
  const lists = ['"runs":[', '', '],', '"affixes":[', '["上",3],', '["海",2],', '["大",1]', ']}', ''];
  expect(text.split('\n').slice(-lists.length)).toEqual(lists);
  expect(formatCounts(counts).split('\n').slice(-lists.length)).toEqual(lists);
  const few = vocabularyOf(counts, { minCount: 2 });
  expect(few.features.affixes).toEqual({
    names: ['上', '海'],
    counts: [3, 2],
    ids: new Map([
      ['上', 4],
      ['海', 5],
    ]),
    written: ['上', '海'],
  });
});

test('a document without characters is read as before, and says nothing of them', async () => {
  const counts = newCounts();
  addTokens(counts, { tokens: ['上海'], segmenter: 's' });
  const text = formatVocabulary(vocabularyOf(counts));
  expect(text).not.toContain('affixes');
  expect((await parseVocabulary(text, 'v.json')).features).toEqual({});
  expect((await parseCounts(formatCounts(counts), 'c.json')).features).toEqual({});
});

test('counts with and without characters are not added up; a character twice, or another one, is refused', async () => {
  expect(() => mergeCounts([counted(['a']), newCounts()])).toThrow('different n-grams or affixes');
  const text = formatVocabulary(vocabularyOf(counted(['上海', '海'])));
  const failing = (changed: string): Promise<unknown> => parseVocabulary(changed, 'v.json').catch((error: unknown) => error);
  expect(await failing(text.replace('["上",1]', '["海",1]'))).toMatchObject({
    code: 'mismatch',
    message: 'a name is there twice',
    found: '"海"',
  });
  expect(await failing(text.replace('["上",1]', '["上",2]'))).toMatchObject({ message: 'the vocabulary was changed after it was written' });
});

test('ids: an unknown token has those of its characters, an unknown character is unknown', () => {
  const vocabulary = vocabularyOf(counted(['上海', '上', '大海']), { minCount: 2 });
  // 上 is known as a token, too: it is counted once, 上 as a character three times
  const { read, unknown } = idsOf(['上海', '大上', '天', '', '海5w-30'], vocabulary, 9);
  expect(read).toEqual({
    ids: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
    prefixIds: [4, UNKNOWN, UNKNOWN, UNKNOWN, 5],
    suffixIds: [5, 4, UNKNOWN, UNKNOWN, UNKNOWN],
  });
  expect(unknown).toBe(5);
  // a text without a token is read as one unknown token, and what is cut off is not read
  expect(idsOf([], vocabulary, 9).read).toEqual({ ids: [UNKNOWN], prefixIds: [UNKNOWN], suffixIds: [UNKNOWN] });
  expect(idsOf(['上海', '上'], vocabulary, 1).read).toEqual({ ids: [UNKNOWN], prefixIds: [4], suffixIds: [5] });
});
