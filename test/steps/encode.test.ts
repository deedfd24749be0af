import fc from 'fast-check';
import type { SentenceRecord } from '../../src/formats/record.js';
import { decode } from '../../src/steps/decode.js';
import { randomEmbeddings } from '../../src/model/embedding.js';
import { embed } from '../../src/steps/embed.js';
import { encode } from '../../src/steps/encode.js';
import { pad } from '../../src/steps/pad.js';
import { addTokens, newCounts } from '../../src/text/counts.js';
import type { FeatureOptions } from '../../src/text/features.js';
import { vocabularyOf, type Vocabulary } from '../../src/text/vocabulary.js';
import { runStep } from './run.js';

function vocabularyFrom(texts: string[][], options: FeatureOptions = {}, minCount = 1): Vocabulary {
  const counts = newCounts(options);
  for (const tokens of texts) addTokens(counts, { tokens, segmenter: 's-1' });
  return vocabularyOf(counts, { minCount });
}

test('ids by count, unknown ones are 1 and counted; a text’s <pad> is a word', async () => {
  const vocabulary = vocabularyFrom([['我', '爱', '我', '<pad>']]);
  const { out, counts } = await runStep(encode({ vocabulary, oov: 'unk' }), [{ tokens: ['我', '<pad>', '他', '爱'], segmenter: 's-1' }]);
  // 我 twice: 4; then < (U+003C) before 爱
  expect(out[0]).toEqual({ tokens: ['我', '<pad>', '他', '爱'], segmenter: 's-1', ids: [4, 5, 1, 6], vocabulary: vocabulary.hash });
  expect(Object.fromEntries(counts)).toEqual({ encodedTokens: 4, unknownTokens: 1 });
});

test('bigrams start at each token, the last one pairs with <eos>', async () => {
  const vocabulary = vocabularyFrom(
    [
      ['我', '爱'],
      ['我', '爱'],
      ['爱', '<eos>'],
    ],
    { ngrams: 2 },
  );
  // runs: 我爱 2, 爱+end 2, 爱<eos> 1, <eos>+end 1
  const { out } = await runStep(encode({ vocabulary, oov: 'unk' }), [
    { tokens: ['我', '爱'] },
    { tokens: ['爱', '<eos>'] },
    { tokens: ['爱', '我'] },
  ]);
  const [first, second, third] = out.map(({ ngramIds }) => ngramIds!);
  expect(new Set([...first!, ...second!])).toEqual(new Set([4, 5, 6, 7]));
  expect(third).toEqual([1, 1]);
});

test('features are encoded, padded and embedded beside the tokens', async () => {
  const vocabulary = vocabularyFrom([['上海', '上', '大海']], { affixes: true });
  // tokens: 上 4, 上海 5, 大海 6; characters: 上 4, 海 5, 大 6
  const { out } = await runStep(encode({ vocabulary, oov: 'unk' }), [{ tokens: ['大海', '海上', '😀'] }]);
  expect(out).toMatchObject([{ ids: [6, 1, 1], prefixIds: [6, 5, 1], suffixIds: [5, 4, 1] }]);
  expect(out[0]).not.toHaveProperty('ngramIds');
  const padded = await runStep(pad({ length: 4, padding: 'pre', truncating: 'post' }), out);
  expect(padded.out).toMatchObject([{ ids: [0, 6, 1, 1], prefixIds: [0, 6, 5, 1], suffixIds: [0, 5, 4, 1], mask: [0, 1, 1, 1] }]);
  const [tokens, characters] = [2, 3].map((dim) => randomEmbeddings({ rows: 7, dim, seed: dim }));
  const columns = [
    { field: 'ids' as const, table: tokens! },
    { field: 'prefixIds' as const, table: characters! },
    { field: 'suffixIds' as const, table: characters! },
  ];
  const embedded = await runStep(embed({ columns }), padded.out);
  const { shape, data } = embedded.out[0]!.embeddings!;
  expect(shape).toEqual([4, 8]);
  const expected = [
    [6, 6, 5],
    [1, 5, 4],
    [1, 1, 1],
  ].flatMap(([id, first, last]) => [...tokens!.row(id!), ...characters!.row(first!), ...characters!.row(last!)]);
  expect(Array.from(data)).toEqual([...new Array<number>(8).fill(0), ...expected]);
});

test('another segmenter, an unknown token with --oov error, and ids of another vocabulary are rejected', async () => {
  const vocabulary = vocabularyFrom([['我']]);
  const encoded = await runStep(encode({ vocabulary, oov: 'error' }), [{ tokens: ['我'], segmenter: 's-2' }, { tokens: ['他'] }]);
  expect(encoded.rejected.map(({ code, found }) => [code, found])).toEqual([
    ['mismatch', 's-2'],
    ['data', '"他"'],
  ]);
  const decoded = await runStep(decode({ vocabulary }), [
    { ids: [4], vocabulary: 'other' },
    { ids: [9] },
    { ids: [-1] },
    { ids: [4, 1, 3, 0] },
  ]);
  expect(decoded.rejected.map(({ code }) => code)).toEqual(['mismatch', 'data', 'data']);
  expect(decoded.out.map(({ tokens }) => tokens)).toEqual([['我', '<unk>', '<eos>']]);
});

test('decode is the inverse of encode, for any tokens', async () => {
  const token = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', '2', '<unk>', '\ud800', '\u2028'),
    fc.string({ minLength: 1, unit: 'binary' }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(token), fc.integer({ min: 1, max: 3 }), fc.boolean(), async (tokens, ngrams, affixes) => {
      const vocabulary = vocabularyFrom([tokens], { ngrams, affixes });
      const record: SentenceRecord = { tokens, segmenter: 's-1' };
      const { out } = await runStep(encode({ vocabulary, oov: 'error' }), [record]);
      expect((await runStep(decode({ vocabulary }), out)).out[0]!.tokens).toEqual(tokens);
    }),
  );
});
