/** What jobs of a prediction have in common: all products of a small table, the same for each; of a large one, or for few sentences, their own. */
import type { Program } from '../../src/engine/ops.js';
import { batchesByLength } from '../../src/model/batches.js';
import { jobsOf, type Read } from '../../src/model/predictor.js';
import type { ModelShape } from '../../src/formats/model.js';

const network: ModelShape['network'] = { cell: 'lstm', inputSize: 2, units: 4096, layers: 1, directions: ['forward'], resetAfter: true };

/** Sentences of two tokens, over a table of so many rows. */
function readOf(count: number, rows: number): Read {
  const ids = Int32Array.from({ length: 2 * count }, (_, i) => 1 + (i % (rows - 1)));
  const tables = [{ name: 'embedding', dim: 2, numbers: Float32Array.from({ length: 2 * rows }, (_, i) => i), ids: [ids] }];
  return { vectors: 'vectors', timeSteps: 'timeSteps', tables, offsets: Int32Array.from({ length: count + 1 }, (_, i) => 2 * i) };
}

function commonsOf(count: number, rows: number) {
  const read = readOf(count, rows);
  const batches = batchesByLength(
    Int32Array.from({ length: count }, (_, i) => i),
    read.offsets,
    64,
  );
  const jobs = Array.from(jobsOf({} as Program, { network }, read, batches, () => ({})));
  expect(jobs.reduce((sum, { batches: own }) => sum + own.reduce((rowsOf, { part }) => rowsOf + part.rows.length, 0), 0)).toBe(count);
  return jobs.map(({ common }) => common['vectors']!);
}

test('many sentences, a small table: one common for all jobs, the last and smallest too', () => {
  const commons = commonsOf(600, 1000);
  expect(commons.length).toBeGreaterThan(2);
  expect(new Set(commons).size).toBe(1);
  expect(commons[0]!.shape).toEqual([1000, 2]);
});

test('long sentences are shared in smaller jobs', () => {
  const [count, length] = [256, 300];
  const ids = new Int32Array(count * length).fill(1);
  const tables = [{ name: 'embedding', dim: 2, numbers: new Float32Array(8), ids: [ids] }];
  const offsets = Int32Array.from({ length: count + 1 }, (_, i) => length * i);
  const batches = batchesByLength(
    Int32Array.from({ length: count }, (_, i) => i),
    offsets,
    64,
  );
  const jobs = Array.from(
    jobsOf({} as Program, { network }, { vectors: 'vectors', timeSteps: 'timeSteps', tables, offsets }, batches, () => ({})),
  );
  expect(jobs.map((job) => job.batches.length)).toEqual([1, 1, 1, 1]);
});

test('few sentences: the vectors that they have', () => {
  const [common, ...others] = commonsOf(20, 1000);
  expect(others).toEqual([]);
  expect(common!.shape).toEqual([41, 2]);
});

test('a large table: each job its own, and no more than may be', () => {
  // 64 MB hold the products of 1,024 vectors here
  const commons = commonsOf(1500, 5000);
  expect(commons.length).toBeGreaterThan(2);
  expect(new Set(commons).size).toBe(commons.length);
  for (const { shape } of commons) expect(shape[0]).toBeLessThanOrEqual(1024 + 2 * 64 + 1);
});
