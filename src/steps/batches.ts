/**
 * Batches of a fixed number of consecutive records, whatever the size of those that come in:
 * so a network sees the same batches through files, pipes and `run`.
 */
import type { Batch } from '../formats/record.js';

/** Some records that came together. */
interface Part {
  readonly length: number;
  slice(begin: number, end: number): this;
}

/** The last batch may be smaller. */
export async function* inBatches(batches: AsyncIterable<Batch>, size: number): AsyncGenerator<Batch> {
  for await (const batch of cut(batches, size)) yield batch.flat();
}

/** So many records each, in the parts that they came in. */
async function* cut<P extends Part>(parts: AsyncIterable<P>, size: number): AsyncGenerator<P[]> {
  let [waiting, count]: [P[], number] = [[], 0];
  for await (const part of parts) {
    let at = 0;
    while (count + part.length - at >= size) {
      const end = at + size - count;
      yield [...waiting, part.slice(at, end)];
      [waiting, count, at] = [[], 0, end];
    }
    if (at === part.length) continue;
    waiting.push(part.slice(at, part.length));
    count += part.length - at;
  }
  if (count > 0) yield waiting;
}

/** A window has at most so many batches, and no more once it holds so many numbers: 16 MB of floats. Larger ones are new memory each time. */
const [BATCHES, NUMBERS] = [8, 1 << 22];

/**
 * Windows of such batches, in which a network may run records of like length together: one batch, then two, four, eight. So a slow pipe never waits
 * for more records than have come out already and one batch, and the same records always make the same windows.
 */
export async function* inWindows(batches: AsyncIterable<Batch>, size: number): AsyncGenerator<Batch> {
  for await (const window of windowsOf(batches, size, numbersIn)) yield window.flat();
}

/** The same of any parts. @param numbersOf a part has */
export async function* windowsOf<P extends Part>(
  parts: AsyncIterable<P>,
  size: number,
  numbersOf: (part: P) => number,
): AsyncGenerator<P[]> {
  let window: P[] = [];
  let [most, count, numbers] = [1, 0, 0];
  for await (const batch of cut(parts, size)) {
    for (const part of batch) {
      window.push(part);
      numbers += numbersOf(part);
    }
    if (++count < most && numbers < NUMBERS) continue;
    yield window;
    [window, most, count, numbers] = [[], Math.min(2 * most, BATCHES), 0, 0];
  }
  if (window.length > 0) yield window;
}

export function numbersIn(batch: Batch): number {
  let numbers = 0;
  for (const { embeddings } of batch) numbers += embeddings?.data.length ?? 0;
  return numbers;
}

/**
 * Does the next batches' work while the results of those before are waited for; the order is kept. When it ends, also by an error or because
 * nobody reads on, no work is under way any more.
 *
 * @param most so many batches are under way, asked for anew each time: it may be told by the work itself
 */
export async function* ahead<T, U>(
  batches: AsyncIterable<T>,
  work: (batch: T) => Promise<U>,
  most: () => number = () => 2,
): AsyncGenerator<U> {
  const pending: Promise<U>[] = [];
  try {
    for await (const batch of batches) {
      const next = work(batch);
      next.catch(() => {}); // it is awaited below, in its turn
      pending.push(next);
      while (pending.length >= most()) yield await pending.shift()!;
    }
    while (pending.length > 0) yield await pending.shift()!;
  } finally {
    // whoever goes on closes what the work is done with
    await Promise.allSettled(pending);
  }
}
