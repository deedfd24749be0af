/** Spans counted as conlleval and seqeval count them; fixtures/heads/make_conlleval.py ran both. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { countSpans, spanScores, spansOf } from '../../../src/model/tags/spans.js';

interface Case {
  truth: string[][];
  answers: string[][];
  counts: { truth: number; found: number; right: number };
  precision: number;
  recall: number;
  f1: number;
}
const cases = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../fixtures/heads/conlleval.json'), 'utf8')) as Case[];

test.each(cases.map((one, i) => ({ ...one, i })))('set $i', ({ truth, answers, counts, precision, recall, f1 }) => {
  const found = { truth: 0, found: 0, right: 0 };
  truth.forEach((sentence, i) => countSpans(found, sentence, answers[i]!));
  expect(found).toEqual(counts);
  const scores = spanScores(found);
  expect(scores.precision).toBeCloseTo(precision, 12);
  expect(scores.recall).toBeCloseTo(recall, 12);
  expect(scores.f1).toBeCloseTo(f1, 12);
});

test('a stray tag opens a span, and a change of type ends one', () => {
  expect(spansOf(['I-PER', 'I-LOC', 'O', 'M-LOC', 'E-LOC', 'S-LOC'])).toEqual([
    { start: 0, end: 1, type: 'PER' },
    { start: 1, end: 2, type: 'LOC' },
    { start: 3, end: 5, type: 'LOC' },
    { start: 5, end: 6, type: 'LOC' },
  ]);
});
