/**
 * Cuts texts into runs of Chinese characters, which a segmenter gets, and the rest, which `other-text.ts` cuts.
 * The runs of all texts go to the segmenter in one call.
 */
import { HAN, isHan, notTheRuns } from './han.js';
import type { Literals } from './literals.js';
import { cutOther } from './other-text.js';
import { unitsOf } from './runs.js';
import type { Cut, CutRuns, Cutter } from './segmenter.js';

/** Words of a run with their place, where they are not just one after another. */
export type Expand = (run: string, words: readonly string[]) => { word: string; start: number }[];

export interface HanOptions {
  /** words of the user's with other characters, matched before anything is cut */
  literals?: Literals | undefined;
  expand?: Expand | undefined;
}

/** A cutter from a function that cuts runs of Chinese characters. */
export function hanAndOther(cutRuns: CutRuns, { literals, expand }: HanOptions = {}): Cutter {
  return (texts) => {
    const runs: string[] = [];
    const pieces = literals ? texts.map((text) => literals(text)) : undefined;
    for (const [i, text] of texts.entries())
      for (const piece of pieces?.[i] ?? [{ text, literal: false }]) {
        const found = piece.literal ? null : piece.text.match(HAN);
        if (found) for (const run of found) runs.push(run);
      }
    const queue: Queue = { runs, lengths: cutRuns(unitsOf(runs)), run: 0, word: 0 };
    return texts.map((text, i) => {
      const cut: Cut = { tokens: [], spans: [], dropped: 0 };
      if (!pieces) fill(text, 0, queue, cut, expand);
      else {
        let offset = 0;
        for (const piece of pieces[i]!) {
          if (piece.literal) add(piece.text, offset, cut);
          else fill(piece.text, offset, queue, cut, expand);
          offset += piece.text.length;
        }
      }
      return cut;
    });
  };
}

/** Runs and the lengths of their words, taken one after another by the texts. */
interface Queue {
  runs: string[];
  lengths: ArrayLike<number>;
  run: number;
  word: number;
}

function fill(text: string, offset: number, queue: Queue, cut: Cut, expand: Expand | undefined): void {
  let at = 0;
  while (at < text.length) {
    if (isHan(text.charCodeAt(at))) {
      const run = queue.runs[queue.run++]!;
      if (expand) expandRun(run, offset + at, queue, cut, expand);
      else fillRun(run, offset + at, queue, cut);
      at += run.length;
    } else {
      let end = at + 1;
      while (end < text.length && !isHan(text.charCodeAt(end))) end++;
      cutOther(text, at, end, offset, cut);
      at = end;
    }
  }
}

function fillRun(run: string, start: number, queue: Queue, { tokens, spans }: Cut): void {
  let at = 0;
  while (at < run.length) {
    const length = queue.lengths[queue.word++];
    if (length === undefined) throw notTheRuns();
    tokens.push(run.slice(at, at + length));
    spans.push(start + at, start + at + length);
    at += length;
  }
  if (at !== run.length) throw notTheRuns();
}

function expandRun(run: string, start: number, queue: Queue, cut: Cut, expand: Expand): void {
  const words: Cut = { tokens: [], spans: [], dropped: 0 };
  fillRun(run, start, queue, words);
  for (const { word, start: at } of expand(run, words.tokens)) add(word, start + at, cut);
}

function add(token: string, at: number, { tokens, spans }: Cut): void {
  tokens.push(token);
  spans.push(at, at + token.length);
}
