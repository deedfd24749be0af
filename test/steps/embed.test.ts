import { pretrainedEmbeddings, randomEmbeddings } from '../../src/model/embedding.js';
import { embed } from '../../src/steps/embed.js';
import { runStep } from './run.js';

const table = randomEmbeddings({ rows: 200_000, dim: 3, seed: 1 });

test('real steps hold their rows, masked ones and <pad> zeros, other fields stay', async () => {
  const { out } = await runStep(embed({ columns: [{ field: 'ids', table }] }), [{ ids: [7, 7, 0], mask: [1, 0, 1], label: 'x' }]);
  const [record] = out;
  expect(record!.label).toBe('x');
  expect(record!.embeddings!.shape).toEqual([3, 3]);
  expect([...record!.embeddings!.data]).toEqual([...table.row(7), 0, 0, 0, 0, 0, 0]);
});

test('a row depends on the seed and its id alone, and the draws are N(0, 1)', () => {
  const other = randomEmbeddings({ rows: 10, dim: 3, seed: 1 });
  expect(other.row(7)).toEqual(table.row(7));
  expect(randomEmbeddings({ rows: 10, dim: 3, seed: 2 }).row(7)).not.toEqual(table.row(7));
  const many = Array.from({ length: 10_000 }, (_, id) => [...table.row(id + 1)]).flat();
  const mean = many.reduce((sum, x) => sum + x, 0) / many.length;
  const variance = many.reduce((sum, x) => sum + (x - mean) ** 2, 0) / many.length;
  // 30,000 draws: the standard error of the mean is 0.0058, of the variance 0.0082; five of each are allowed
  expect(Math.abs(mean)).toBeLessThan(0.029);
  expect(Math.abs(variance - 1)).toBeLessThan(0.041);
});

test('pretrained vectors are used, and each use of a token without one is counted', async () => {
  const vectors = new Map([['网络', Float32Array.of(1, 2)]]);
  const mixed = pretrainedEmbeddings({ tokens: ['<pad>', '网络', '__proto__'], dim: 2, vectors, seed: 1 });
  const { out, counts } = await runStep(embed({ columns: [{ field: 'ids', table: mixed }] }), [{ ids: [1, 2, 2, 0] }]);
  expect([...out[0]!.embeddings!.row(0)]).toEqual([1, 2]);
  expect(counts.get('missingVectors')).toBe(2);
});

test.each([
  [{ id: '3#1', ids: [1, 200_000] }, 'data', 'id 200000 at index 1 of record "3#1"'],
  [{ ids: [-1] }, 'data', 'id -1 at index 0'],
  [{ ids: [1], vocabulary: 'b' }, 'mismatch', 'another vocabulary'],
  [{ ids: [1, 2], mask: [1] }, 'data', 'mask is not as long'],
  [{ tokens: ['a'] }, 'data', 'no "ids"'],
  [{ ids: [1, 2], prefixIds: [1] }, 'data', '"ids" and "prefixIds" have different lengths'],
])('%j is refused', async (record, code, message) => {
  const { out, rejected } = await runStep(embed({ columns: [{ field: 'ids', table }], vocabularyHash: 'a' }), [record]);
  expect(out).toEqual([]);
  expect(rejected[0]!.code).toBe(code);
  expect(rejected[0]!.message).toContain(message);
});
