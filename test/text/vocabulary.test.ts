import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { addTokens, byCodePoint, formatCounts, formatLists, inOrder, mergeCounts, newCounts, parseCounts } from '../../src/text/counts.js';
import { keyOf, runOf, type FeatureOptions } from '../../src/text/features.js';
import { formatVocabulary, parseVocabulary, vocabularyOf } from '../../src/text/vocabulary.js';

const SENTENCES = fc.array(
  fc.array(fc.oneof(fc.constantFrom('我', '爱', '你', '<unk>', '__proto__', '，', '😀'), fc.string({ unit: 'binary' }))),
);

const FEATURES = fc.record({ ngrams: fc.integer({ min: 1, max: 3 }), affixes: fc.boolean() });

function count(sentences: string[][], options: FeatureOptions = {}) {
  const counts = newCounts(options);
  for (const tokens of sentences) addTokens(counts, { tokens, segmenter: 's' });
  return counts;
}

test('parts merged in any order and grouping, through their documents, give the bytes of one run', async () => {
  await fc.assert(
    fc.asyncProperty(SENTENCES, SENTENCES, SENTENCES, FEATURES, async (a, b, c, features) => {
      const one = count([...a, ...b, ...c], features);
      const [x, y, z] = await Promise.all([a, b, c].map((part) => parseCounts(formatCounts(count(part, features)), 'part.json')));
      for (const sum of [
        mergeCounts([x!, y!, z!]),
        mergeCounts([z!, mergeCounts([y!, x!])]),
        structuredClone(mergeCounts([mergeCounts([y!, z!]), x!])),
      ]) {
        expect(formatCounts(sum)).toBe(formatCounts(one));
        expect(formatVocabulary(vocabularyOf(sum))).toBe(formatVocabulary(vocabularyOf(one)));
      }
    }),
  );
});

test('a vocabulary read is the one written', async () => {
  await fc.assert(
    fc.asyncProperty(SENTENCES, FEATURES, async (sentences, features) => {
      const vocabulary = vocabularyOf(count(sentences, features), { minCount: 2, maxSize: 6 });
      expect(await parseVocabulary(formatVocabulary(vocabulary), 'v.json')).toEqual(vocabulary);
      expect(vocabulary.tokens.length).toBeLessThanOrEqual(6);
    }),
  );
});

test('the document: one token a line, ties by code point, what was left out counts as <unk>', () => {
  // worked by hand: ， is U+FF0C and 😀 U+1F600, though its first UTF-16 unit is D83D
  const text = formatVocabulary(vocabularyOf(count([['😀', '，', '爱', '爱', '我', '我'], ['我']]), { maxSize: 7 }));
  expect(text.split('\n').slice(4)).toEqual([
    '"tokens":[',
    '["<pad>",0],',
    '["<unk>",1],',
    '["<bos>",0],',
    '["<eos>",0],',
    '["我",3],',
    '["爱",2],',
    '["，",1]',
    '],',
    '"runs":[',
    '',
    ']}',
    '',
  ]);
});

test('byCodePoint is the order of code points', () => {
  const points = (text: string): number[] => Array.from(text, (one) => one.codePointAt(0)!);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      const [x, y] = [points(a), points(b)];
      const at = x.findIndex((point, i) => point !== y[i]);
      const expected = at < 0 ? x.length - y.length : at >= y.length ? 1 : x[at]! - y[at]!;
      expect(Math.sign(byCodePoint(a, b))).toBe(Math.sign(expected));
    }),
  );
});

test('keys of runs are unique and can be read', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), (tokens) => {
      expect(runOf(keyOf(tokens, 0, 4))).toEqual(tokens);
    }),
  );
});

test('what does not fit is refused, with what to do', async () => {
  const [a, b] = [newCounts(), newCounts()];
  addTokens(a, { tokens: ['x'], segmenter: 's' });
  addTokens(b, { tokens: ['x'], segmenter: 't' });
  expect(() => mergeCounts([a, b])).toThrow('two segmenters');
  expect(() => mergeCounts([a, newCounts({ ngrams: 2 })])).toThrow('n-grams');
  const text = formatVocabulary(vocabularyOf(a));
  const failing = async (changed: string) => parseVocabulary(changed, 'v.json').catch((error: unknown) => error);
  expect(await failing('{')).toMatchObject({
    code: 'mismatch',
    place: { file: 'v.json' },
    message: expect.stringContaining('no JSON') as string,
  });
  expect(await failing('{}')).toMatchObject({ code: 'mismatch', message: expect.stringContaining('not a vocabulary') as string });
  expect(await failing(text.replace('["x",1]', '["x",2]'))).toMatchObject({ message: 'the vocabulary was changed after it was written' });
  expect(await failing(text.replace('["x",1]', '["x",1],["x",1]'))).toMatchObject({ message: 'a token is there twice', found: '"x"' });
  expect(await failing(text.replace('"<bos>"', '"bos"'))).toMatchObject({ message: 'token 2 is not special' });
});

test('what is there twice is refused, also where the hash is right', async () => {
  const counts = newCounts({ ngrams: 2 });
  for (const tokens of [['x', 'y'], ['x']]) addTokens(counts, { tokens, segmenter: 's' });
  // of few ids: ["y"], ["x","y"] and ["x"] are runs of tokens that have ids, and of one that has none
  for (const maxSize of [undefined, 6, 5]) {
    const text = formatVocabulary(vocabularyOf(counts, { maxSize }));
    const [, head, body] = /^(.*\n"sha256":")[0-9a-f]{64}",\n([^]*)$/.exec(text)!;
    const failing = (changed: string) => {
      const sha256 = createHash('sha256').update(changed).digest('hex');
      return parseVocabulary(`${head}${sha256}",\n${changed}`, 'v.json').then(
        () => undefined,
        (error: unknown) => error,
      );
    };
    expect(await failing(body!)).toBeUndefined();
    expect(await failing(body!.replace('["x",2]', '["x",2],\n["x",2]'))).toMatchObject({ message: 'a token is there twice' });
    for (const run of body!.match(/^\[\[.*\]/gm)!)
      expect(await failing(body!.replace(run, `${run},\n${run}`))).toMatchObject({ message: 'a name is there twice' });
  }
});

const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.string({ unit: fc.constantFrom('，', '\u{1f600}', '我', '"', '\ud83d'), maxLength: 3 }),
);
const counted = fc.array(fc.tuple(name, fc.integer({ min: 1, max: 3 })), { maxLength: 50 });

test('inOrder: the most frequent first, those of one count by code point', () => {
  fc.assert(
    fc.property(counted, (entries) => {
      const counts = new Map(entries);
      expect(inOrder(counts)).toEqual([...counts].sort(([a, x], [b, y]) => y - x || byCodePoint(a, b)));
    }),
  );
});

test('the lines of a document are what JSON.stringify says', () => {
  fc.assert(
    fc.property(counted, (entries) => {
      const lines = entries.map((entry) => JSON.stringify(entry)).join(',\n');
      expect(formatLists(entries, {})).toBe(`"tokens":[\n${lines}\n],\n"runs":[\n\n]}\n`);
    }),
  );
});
