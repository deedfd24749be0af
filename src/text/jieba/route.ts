/**
 * What jieba's dictionary says without a backend: the most probable cut of a word (for a user's word that comes without a frequency)
 * and the words inside a run (for the modes `all` and `search`), so that both backends agree on them.
 */
import type { Words } from './dictionary.js';

/** No word of the dictionary is longer, in characters; a user's may be. */
export function longestWord({ frequencies }: Words): number {
  let longest = 1;
  for (const word of frequencies.keys()) if (word.length > longest) longest = word.length;
  return longest;
}

/**
 * Python jieba's `suggest_freq(word)`: the product of its parts' probabilities, times the total, plus one; at least what it has.
 *
 * @example 台中 is cut into 台 and 中 when its own frequency is 3; with what this gives it stays whole
 */
export function suggestFrequency(word: string, words: Words): number {
  const { frequencies, total } = words;
  let probability = 1;
  for (const part of mostProbable(word, words)) probability *= (frequencies.get(part) ?? 1) / total;
  return Math.max(Math.trunc(probability * total) + 1, frequencies.get(word) ?? 0);
}

/** The cut of a run with the highest product of word probabilities; of equal ones, that with the longest first word. */
function mostProbable(run: string, { frequencies, total }: Words): string[] {
  const score = new Float64Array(run.length + 1);
  const next = new Int32Array(run.length);
  for (let at = run.length - 1; at >= 0; at--) {
    score[at] = -Infinity;
    for (let end = at + 1; end <= run.length; end++) {
      const frequency = frequencies.get(run.slice(at, end));
      if (frequency === undefined && end > at + 1) continue;
      const here = Math.log(frequency || 1) - Math.log(total) + score[end]!;
      if (here >= score[at]!) [score[at], next[at]] = [here, end];
    }
  }
  const parts: string[] = [];
  for (let at = 0; at < run.length; at = next[at]!) parts.push(run.slice(at, next[at]));
  return parts;
}

/** Mode `all`: every word of the dictionary in the run; a character alone only where nothing else covers it (Python's `__cut_all`). */
export function everyWord(run: string, words: Words, longest: number): { word: string; start: number }[] {
  const found: { word: string; start: number }[] = [];
  let covered = 0;
  for (let at = 0; at < run.length; at++) {
    const ends: number[] = [];
    for (let end = at + 2; end <= Math.min(run.length, at + longest); end++) if (words.frequencies.get(run.slice(at, end))) ends.push(end);
    if (ends.length === 0 && at >= covered) ends.push(at + 1);
    for (const end of ends) {
      found.push({ word: run.slice(at, end), start: at });
      covered = end;
    }
  }
  return found;
}

/** Mode `search`: before each long word the words of two and of three characters in it (Python's `cut_for_search`). */
export function searchWords(parts: readonly string[], words: Words): { word: string; start: number }[] {
  const found: { word: string; start: number }[] = [];
  let start = 0;
  for (const part of parts) {
    for (const size of [2, 3])
      if (part.length > size)
        for (let at = 0; at + size <= part.length; at++) {
          const word = part.slice(at, at + size);
          if (words.frequencies.get(word)) found.push({ word, start: start + at });
        }
    found.push({ word: part, start });
    start += part.length;
  }
  return found;
}
