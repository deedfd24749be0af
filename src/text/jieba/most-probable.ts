/**
 * The cut of a run of Chinese characters with the highest product of word probabilities, as Python jieba's `calc` finds it (HMM=False): of equal
 * ones that with the longest first word. A character that is no word counts as one of frequency 1.
 */
import { unitsOf } from '../runs.js';
import type { CutRuns } from '../segmenter.js';
import type { WordTrie } from './word-trie.js';

const LF = 10;

/** The words of runs, by a dictionary that may still change. */
export function mostProbable(words: WordTrie): CutRuns {
  // from each character on: the log probability of the best cut, and where its first word ends
  let scores = new Float64Array(256);
  let ends = new Int32Array(256);

  function score(runs: Uint16Array, begin: number, end: number, logTotal: number): void {
    scores[end - begin] = 0;
    for (let at = end - 1; at >= begin; at--) {
      let node = words.first(runs[at]!);
      const alone = words.log(node);
      let best = (Number.isNaN(alone) ? 0 : alone) - logTotal + scores[at + 1 - begin]!;
      let bestEnd = at + 1;
      for (let next = at + 1; next < end && node >= 0; next++) {
        node = words.next(node, runs[next]!);
        if (node < 0) break;
        const here = words.log(node) - logTotal + scores[next + 1 - begin]!;
        // not so for NaN, where no word ends
        if (here >= best) [best, bestEnd] = [here, next + 1];
      }
      scores[at - begin] = best;
      ends[at - begin] = bestEnd - begin;
    }
  }

  return (runs) => {
    const logTotal = Math.log(words.total);
    const lengths = new Int32Array(runs.length);
    let count = 0;
    for (let begin = 0; begin < runs.length;) {
      let end = begin;
      while (end < runs.length && runs[end] !== LF) end++;
      if (end - begin >= ends.length) {
        scores = new Float64Array(2 * (end - begin) + 1);
        ends = new Int32Array(2 * (end - begin) + 1);
      }
      score(runs, begin, end, logTotal);
      for (let at = 0; at < end - begin; at = ends[at]!) lengths[count++] = ends[at]! - at;
      begin = end + 1;
    }
    return lengths.subarray(0, count);
  };
}

/**
 * Python jieba's `suggest_freq(word)`: the product of its parts' probabilities, times the total, plus one; at least what it has.
 *
 * @example 台中 is cut into 台 and 中 when its own frequency is 3; with what this gives it stays whole
 */
export function suggestFrequency(word: string, words: WordTrie): number {
  let [probability, at] = [1, 0];
  for (const length of Array.from(mostProbable(words)(unitsOf([word])))) {
    probability *= (words.frequency(words.find(word.slice(at, at + length))) || 1) / words.total;
    at += length;
  }
  return Math.max(Math.trunc(probability * words.total) + 1, words.frequency(words.find(word)));
}
