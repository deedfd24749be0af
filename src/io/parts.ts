/** Batches in parts that can be held as one string or one block of bytes. */
import type { Batch, SentenceRecord } from '../formats/record.js';

/** Numbers a part may hold where they are written as text: half a gigabyte is the longest string there can be. */
const NUMBERS_OF_TEXT = 4e5;

/** @param most numbers that a part may hold in tensors; traces, which are always text, count more */
export function* parts(batch: Batch, most = NUMBERS_OF_TEXT): Generator<Batch> {
  let [begin, numbers] = [0, 0];
  for (let i = 0; i < batch.length; i++) {
    const more = numbersOf(batch[i]!, most / NUMBERS_OF_TEXT);
    if (i > begin && numbers + more > most) {
      yield batch.slice(begin, i);
      [begin, numbers] = [i, 0];
    }
    numbers += more;
  }
  if (begin < batch.length) yield batch.slice(begin);
}

function numbersOf({ embeddings, hiddenStates, trace }: SentenceRecord, ofText: number): number {
  let traced = 0;
  for (const layer of trace ?? []) traced += layer.hiddenStates.data.length * (2 + Object.keys(layer.gates).length);
  return (embeddings?.data.length ?? 0) + (hiddenStates?.data.length ?? 0) + traced * ofText;
}
