/**
 * How probable each tag is at each token of a sentence, among all paths that a chain allows: the forward-backward algorithm
 * (Rabiner 1989), in double precision.
 */
import type { Chain } from './paths.js';

/** @param scores [tokens, tags] @returns probabilities of the same shape, whose rows add up to 1 */
export function marginalsOf({ tags, first, transitions, last, moves }: Chain, scores: Float32Array): Float32Array {
  const tokens = scores.length / tags;
  const emission = new Float64Array(scores.length);
  for (let t = 0; t < tokens; t++) {
    const row = scores.subarray(t * tags, (t + 1) * tags);
    const largest = row.reduce((most, one) => Math.max(most, one), -Infinity);
    for (let tag = 0; tag < tags; tag++) emission[t * tags + tag] = Math.exp(row[tag]! - largest);
  }
  const move = Float64Array.from(transitions, (score, i) => (moves.next[i] ? Math.exp(score) : 0));
  const [before, after] = [new Float64Array(scores.length), new Float64Array(scores.length)];
  for (let tag = 0; tag < tags; tag++) {
    before[tag] = moves.first[tag] ? Math.exp(first[tag]!) * emission[tag]! : 0;
    after[(tokens - 1) * tags + tag] = moves.last[tag] ? Math.exp(last[tag]!) : 0;
  }
  share(before.subarray(0, tags));
  for (let t = 1; t < tokens; t++) {
    for (let to = 0; to < tags; to++) {
      let reached = 0;
      for (let from = 0; from < tags; from++) reached += before[(t - 1) * tags + from]! * move[from * tags + to]!;
      before[t * tags + to] = reached * emission[t * tags + to]!;
    }
    share(before.subarray(t * tags, (t + 1) * tags));
  }
  for (let t = tokens - 2; t >= 0; t--) {
    for (let from = 0; from < tags; from++) {
      let reached = 0;
      for (let to = 0; to < tags; to++) reached += move[from * tags + to]! * emission[(t + 1) * tags + to]! * after[(t + 1) * tags + to]!;
      after[t * tags + from] = reached;
    }
    share(after.subarray(t * tags, (t + 1) * tags));
  }
  const both = before.map((one, i) => one * after[i]!);
  for (let t = 0; t < tokens; t++) share(both.subarray(t * tags, (t + 1) * tags));
  return Float32Array.from(both);
}

/** Divides by the sum, in place. */
function share(numbers: Float64Array): void {
  const sum = numbers.reduce((all, one) => all + one, 0);
  if (sum > 0) for (let i = 0; i < numbers.length; i++) numbers[i]! /= sum;
}
