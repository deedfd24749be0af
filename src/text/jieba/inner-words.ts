/** The words of the dictionary inside a run or inside its words, for the modes `all` and `search`: the same with every backend. */
import type { WordTrie } from './word-trie.js';

/** A word and where it begins in the run. */
interface Placed {
  word: string;
  start: number;
}

/** Mode `all`: every word of the dictionary in the run; a character alone only where nothing else covers it (Python's `__cut_all`). */
export function everyWord(run: string, words: WordTrie): Placed[] {
  const found: Placed[] = [];
  let covered = 0;
  for (let at = 0; at < run.length; at++) {
    const ends: number[] = [];
    let node = words.first(run.charCodeAt(at));
    for (let end = at + 2; end <= run.length && node >= 0; end++) {
      node = words.next(node, run.charCodeAt(end - 1));
      if (words.frequency(node) > 0) ends.push(end);
    }
    if (ends.length === 0 && at >= covered) ends.push(at + 1);
    for (const end of ends) {
      found.push({ word: run.slice(at, end), start: at });
      covered = end;
    }
  }
  return found;
}

/** Mode `search`: before each long word the words of two and of three characters in it (Python's `cut_for_search`). */
export function searchWords(parts: readonly string[], words: WordTrie): Placed[] {
  const found: Placed[] = [];
  let start = 0;
  for (const part of parts) {
    for (const size of [2, 3])
      if (part.length > size)
        for (let at = 0; at + size <= part.length; at++) {
          const word = part.slice(at, at + size);
          if (words.frequency(words.find(word)) > 0) found.push({ word, start: start + at });
        }
    found.push({ word: part, start });
    start += part.length;
  }
  return found;
}
