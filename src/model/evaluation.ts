/**
 * How good a classifier is: of each label precision, recall and F1, their means, and the matrix of what was taken for what.
 * A share of nothing is 0, as in scikit-learn; labels that neither occur nor are predicted do not count for the means.
 */
import type { Targets } from './heads/head.js';
import { largest } from './heads/classify.js';

export interface Rates {
  precision: number;
  recall: number;
  f1: number;
}

export interface Classification {
  accuracy: number;
  /** in the order of the labels */
  labels: (Rates & { label: string; support: number; predicted: number })[];
  /** each label counts alike; by its support; and each text */
  macro: Rates;
  weighted: Rates;
  micro: Rates;
  /** [label of the text][label that was predicted] texts */
  confusion: number[][];
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function ratesOf(right: number, predicted: number, support: number): Rates {
  return { precision: share(right, predicted), recall: share(right, support), f1: share(2 * right, predicted + support) };
}

/** The mean of each rate. */
function mean(rates: readonly Rates[], weightOf: (i: number) => number): Rates {
  const whole = rates.reduce((sum, _, i) => sum + weightOf(i), 0);
  const of = (name: keyof Rates): number =>
    share(
      rates.reduce((sum, one, i) => sum + weightOf(i) * one[name], 0),
      whole,
    );
  return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
}

/** @param truth, predicted numbers of labels, one a text */
export function classificationOf(labels: readonly string[], truth: ArrayLike<number>, predicted: ArrayLike<number>): Classification {
  const confusion = labels.map(() => new Array<number>(labels.length).fill(0));
  for (let i = 0; i < truth.length; i++) confusion[truth[i]!]![predicted[i]!]!++;
  const rows = labels.map((label, l) => {
    const support = confusion[l]!.reduce((sum, count) => sum + count, 0);
    const taken = confusion.reduce((sum, row) => sum + row[l]!, 0);
    return { label, ...ratesOf(confusion[l]![l]!, taken, support), support, predicted: taken };
  });
  const right = rows.reduce((sum, _, l) => sum + confusion[l]![l]!, 0);
  return {
    accuracy: share(right, truth.length),
    labels: rows,
    macro: mean(rows, (l) => (rows[l]!.support + rows[l]!.predicted > 0 ? 1 : 0)),
    weighted: mean(rows, (l) => rows[l]!.support),
    micro: ratesOf(right, truth.length, truth.length),
    confusion,
  };
}

/** The label of each text: the most probable one, of equals the first. */
export function predictedLabels({ width, numbers }: Targets): number[] {
  return Array.from({ length: numbers.length / width }, (_, i) => largest(numbers.subarray(i * width, (i + 1) * width)));
}

/** The wrong answers that the model was surest of: which texts, and how probable it found what it said. */
export function surestMistakes(
  truth: ArrayLike<number>,
  predicted: readonly number[],
  { width, numbers }: Targets,
  count: number,
): { text: number; probability: number }[] {
  const wrong = predicted.flatMap((label, text) => (label === truth[text] ? [] : [{ text, probability: numbers[text * width + label]! }]));
  return wrong.sort((a, b) => b.probability - a.probability || a.text - b.text).slice(0, count);
}

/** What is taken for something else most often. */
export function commonConfusions(confusion: readonly (readonly number[])[], count: number): { from: number; to: number; texts: number }[] {
  const wrong = confusion.flatMap((row, from) => row.flatMap((texts, to) => (from === to || texts === 0 ? [] : [{ from, to, texts }])));
  return wrong.sort((a, b) => b.texts - a.texts || a.from - b.from || a.to - b.to).slice(0, count);
}
