/**
 * Which sentences learn together: batches of like length, so that little padding is computed, in a new random order each epoch.
 * An epoch's batches depend on the seed and its number alone.
 */
import { uniform } from '../random.js';
import { lengthOf, sentencesOf, type DataSet } from './data.js';

/** Lengths are stirred by up to so many tokens each way before sentences are sorted by them; answers, which cost more, by fewer. */
const [STIR, STIR_ANSWERS] = [3, 0.5];
/** what a token of the sentence counts beside one of the answer */
const BESIDE = 1 / 8;

/** The rows of each batch of epoch `epoch` (from 1); sentences without tokens are in none. */
export function batchesOf(data: DataSet, batchSize: number, seed: number, epoch: number): Int32Array[] {
  const next = uniform(seed, -2_000_000 - epoch);
  const keys = new Float64Array(sentencesOf(data));
  const { answers } = data;
  for (let i = 0; i < keys.length; i++)
    keys[i] = answers
      ? lengthOf(answers, i) + BESIDE * lengthOf(data, i) + STIR_ANSWERS * (2 * next() - 1)
      : lengthOf(data, i) + STIR * (2 * next() - 1);
  const order = Int32Array.from(keys.keys())
    .filter((i) => lengthOf(data, i) > 0)
    .sort((a, b) => keys[a]! - keys[b]! || a - b);
  const batches: Int32Array[] = [];
  for (let at = 0; at < order.length; at += batchSize) batches.push(order.slice(at, at + batchSize));
  // Fisher and Yates
  for (let i = batches.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [batches[i], batches[j]] = [batches[j]!, batches[i]!];
  }
  return batches;
}

/** A batch in parts that threads can take: every n-th sentence, so that the parts are of like length. */
export function partsOf(rows: Int32Array, parts: number): Int32Array[] {
  return Array.from({ length: parts }, (_, part) => rows.filter((_, i) => i % parts === part)).filter(({ length }) => length > 0);
}
