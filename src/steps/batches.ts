/**
 * Batches of a fixed number of consecutive records, whatever the size of those that come in:
 * so a network sees the same batches through files, pipes and `run`.
 */
import type { Batch } from '../formats/record.js';

/** The last batch may be smaller. */
export async function* inBatches(batches: AsyncIterable<Batch>, size: number): AsyncGenerator<Batch> {
  let waiting: Batch = [];
  for await (const batch of batches) {
    let at = 0;
    while (waiting.length + batch.length - at >= size) {
      const end = at + size - waiting.length;
      yield [...waiting, ...batch.slice(at, end)];
      [waiting, at] = [[], end];
    }
    waiting.push(...batch.slice(at));
  }
  if (waiting.length > 0) yield waiting;
}

/** Does the next batch's work while the results of the one before are waited for; the order is kept. */
export async function* ahead<T>(batches: AsyncIterable<Batch>, work: (batch: Batch) => Promise<T>): AsyncGenerator<T> {
  let pending: Promise<T> | undefined;
  for await (const batch of batches) {
    const next = work(batch);
    next.catch(() => {}); // it is awaited below, in its turn
    if (pending) yield await pending;
    pending = next;
  }
  if (pending) yield await pending;
}
