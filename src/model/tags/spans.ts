/**
 * Spans of tags and how many of them were found, counted as conlleval counts (Tjong Kim Sang and Buchholz 2000): a span is right when its
 * beginning, its end and its type are; a stray I, M or E opens one. M is taken for I.
 */
import { partsOfTag } from './scheme.js';

export interface TagSpan {
  /** [start, end) in tokens */
  start: number;
  end: number;
  type: string;
}

/** Does a span end before this tag? */
function ends([before, type]: readonly [string, string], [mark, next]: readonly [string, string]): boolean {
  if (before === 'O') return false;
  return before === 'E' || before === 'S' || mark === 'B' || mark === 'S' || mark === 'O' || type !== next;
}

/** Does a span begin at this tag? */
function begins([before, type]: readonly [string, string], [mark, next]: readonly [string, string]): boolean {
  if (mark === 'O') return false;
  return mark === 'B' || mark === 'S' || before === 'E' || before === 'S' || before === 'O' || type !== next;
}

const OUTSIDE = ['O', ''] as const;

/** The spans of a sentence's tags, in order. */
export function spansOf(tags: readonly string[]): TagSpan[] {
  const spans: TagSpan[] = [];
  let open: TagSpan | undefined;
  let before: readonly [string, string] = OUTSIDE;
  for (let i = 0; i <= tags.length; i++) {
    const now = i < tags.length ? partsOfTag(tags[i]!) : OUTSIDE;
    if (open && ends(before, now)) {
      spans.push({ ...open, end: i });
      open = undefined;
    }
    if (begins(before, now)) open = { start: i, end: i, type: now[1] };
    before = now;
  }
  return spans;
}

/** How many spans there are in the truth, in the answers and in both. */
export interface SpanCounts {
  truth: number;
  found: number;
  right: number;
}

/** Adds a sentence's counts. */
export function countSpans(counts: SpanCounts, truth: readonly string[], answer: readonly string[]): void {
  const [expected, found] = [spansOf(truth), spansOf(answer)];
  const places = new Set(expected.map(({ start, end, type }) => `${start} ${end} ${type}`));
  counts.truth += expected.length;
  counts.found += found.length;
  counts.right += found.filter(({ start, end, type }) => places.has(`${start} ${end} ${type}`)).length;
}

/** Shares; 0 where there is nothing to be a share of, as conlleval has it. */
export function spanScores({ truth, found, right }: SpanCounts): { precision: number; recall: number; f1: number } {
  const share = (of: number): number => (of === 0 ? 0 : right / of);
  return { precision: share(found), recall: share(truth), f1: truth + found === 0 ? 0 : (2 * right) / (truth + found) };
}
