import fc from 'fast-check';
import { Tensor } from '../../src/formats/tensor.js';
import type { Batch } from '../../src/formats/record.js';
import { inBatches, inWindows } from '../../src/steps/batches.js';

// eslint-disable-next-line @typescript-eslint/require-await
async function* chunked(batch: Batch, sizes: readonly number[]): AsyncGenerator<Batch> {
  let at = 0;
  for (const size of sizes) yield batch.slice(at, (at += size));
  yield batch.slice(at);
}

async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

const records = (count: number, numbers = 1): Batch =>
  Array.from({ length: count }, (_, id) => ({ id, embeddings: new Tensor([1, numbers], new Float32Array(numbers)) }));

test('windows grow: one batch, two, four, then eight at most', async () => {
  const windows = await collect(inWindows(chunked(records(150), []), 2));
  expect(windows.map(({ length }) => length)).toEqual([2, 4, 8, 16, 16, 16, 16, 16, 16, 16, 16, 8]);
  expect(windows.flat().map(({ id }) => id)).toEqual(records(150).map(({ id }) => id));
});

test('a window ends with the batch in which it has four million numbers', async () => {
  const windows = await collect(inWindows(chunked(records(20, 1 << 20), []), 1));
  expect(windows.map(({ length }) => length)).toEqual([1, 2, 4, 4, 4, 4, 1]);
});

test('batches and windows are the same, whatever the records come in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(80), fc.array(fc.nat(30)), fc.integer({ min: 1, max: 7 }), async (count, sizes, size) => {
      const batch = records(count);
      for (const cut of [inBatches, inWindows])
        expect(await collect(cut(chunked(batch, sizes), size))).toEqual(await collect(cut(chunked(batch, []), size)));
    }),
  );
});

test('no window waits for more than has come out and one batch', async () => {
  let [came, out] = [0, 0];
  // eslint-disable-next-line @typescript-eslint/require-await
  async function* slow(): AsyncGenerator<Batch> {
    for (const record of records(500)) {
      expect(came).toBeLessThan(2 * out + 4);
      came++;
      yield [record];
    }
  }
  for await (const window of inWindows(slow(), 4)) out += window.length;
  expect(out).toBe(500);
});
