/** Batches in parts that can be held as one string or one block of bytes. */
import type { Batch, SentenceRecord } from '../formats/record.js';

/** Numbers a part may hold where they are written as text: half a gigabyte is the longest string there can be. */
const NUMBERS_OF_TEXT = 4e5;

/** @param most numbers that a part may hold in tensors; traces, which are always text, count more */
export function* parts(batch: Batch, most = NUMBERS_OF_TEXT): Generator<Batch> {
  for (const [begin, end] of cuts(batch.length, (i) => numbersOf(batch[i]!, most / NUMBERS_OF_TEXT), most)) yield batch.slice(begin, end);
}

/**
 * Where records are cut into such parts: each has one record, or as many as hold so many numbers.
 *
 * @param numbersOf one of them
 */
export function* cuts(length: number, numbersOf: (record: number) => number, most: number): Generator<[begin: number, end: number]> {
  let [begin, numbers] = [0, 0];
  for (let i = 0; i < length; i++) {
    const more = numbersOf(i);
    if (i > begin && numbers + more > most) {
      yield [begin, i];
      [begin, numbers] = [i, 0];
    }
    numbers += more;
  }
  if (begin < length) yield [begin, length];
}

function numbersOf({ embeddings, hiddenStates, trace }: SentenceRecord, ofText: number): number {
  let traced = 0;
  for (const layer of trace ?? []) traced += layer.hiddenStates.data.length * (2 + Object.keys(layer.gates).length);
  return (embeddings?.data.length ?? 0) + (hiddenStates?.data.length ?? 0) + traced * ofText;
}
