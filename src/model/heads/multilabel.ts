/**
 * The head of several labels a text: probabilities p = sigmoid(z), z = output·W + b, each label for itself; it learns by binary cross-entropy,
 *
 *     loss = -(t log p + (1 - t) log(1 - p)) = (z + |z|)/2 - z·t + log(1 + exp(-|z|))
 *
 * the mean over texts and labels; the right side has no exponential that can overflow. A label is given where p ≥ threshold; the
 * threshold is the one with the best micro-F1 on the validation data.
 */
import type { Ops } from '../../engine/ops.js';
import type { HeadDefinition } from '../../formats/model.js';
import { onOneLine, ranked } from '../ranking.js';
import { linear } from '../parameter.js';
import type { Head, Values } from './head.js';

type Definition = Extract<HeadDefinition, { task: 'multilabel' }>;

export const multilabel: Head<Definition> = {
  task: 'multilabel',
  metric: 'microF1',
  lowerIsBetter: ['loss'],
  parameters: ({ labels }, width) => linear('head', width, labels.length),
  lossInputs: ({ labels }) => ({
    targets: { type: 'float', shape: ['batch', labels.length] },
    scale: { type: 'float', shape: [] },
  }),
  lossFeeds: (_, { rows, targets: { numbers, width }, scale }) => {
    const data = new Float32Array(rows.length * width);
    for (let row = 0; row < rows.length; row++) data.set(numbers.subarray(rows[row]! * width, (rows[row]! + 1) * width), row * width);
    return { targets: { shape: [rows.length, width], data }, scale: { shape: [], data: Float32Array.of(scale / width) } };
  },
  weightOf: (_, { rows }) => rows.length,
  loss: (ops, _, weights, { output }, { targets, scale }) => {
    const logits = logitsOf(ops, weights, output!);
    const size = ops.abs(logits);
    const positive = ops.multiply(ops.add(logits, size), ops.constant([1], HALF));
    const rest = ops.log(ops.add(ops.constant([1], ONE), ops.exp(ops.multiply(size, ops.constant([1], MINUS_ONE)))));
    return ops.multiply(ops.sum(ops.add(ops.subtract(positive, ops.multiply(logits, targets!)), rest), [0, 1]), scale!);
  },
  predict: (ops, _, weights, { output }) => {
    const logits = logitsOf(ops, weights, output!);
    return { logits, probabilities: ops.sigmoid(logits) };
  },
  settle: (definition, { probabilities }, { targets }) => ({
    ...definition,
    threshold: bestThreshold(probabilities!.numbers, targets.numbers),
  }),
  fields: ({ labels, threshold }, { logits, probabilities }, { topK }) => ({
    logits: logits!,
    probabilities: probabilities!,
    labels: labels.filter((_, i) => probabilities!.data[i]! >= threshold),
    ...(topK === undefined ? {} : { top: ranked(labels, probabilities!.data, topK) }),
  }),
  line: ({ labels, threshold }, { probabilities }, { topK, threshold: wanted }) => {
    const likely = ranked(labels, probabilities!.data, topK ?? labels.length).filter(
      ({ probability }) => probability >= (wanted ?? (topK === undefined ? threshold : 0)),
    );
    return likely.map(({ label, probability }) => (topK === undefined ? onOneLine(label) : `${onOneLine(label)} ${probability}`)).join(' ');
  },
  scores: ({ threshold }, { logits, probabilities }, { targets }) => ({
    ...f1Scores(probabilities!.numbers, targets.numbers, targets.width, threshold),
    loss: meanLoss(logits!.numbers, targets.numbers),
  }),
};

const [ONE, HALF, MINUS_ONE] = [Float32Array.of(1), Float32Array.of(0.5), Float32Array.of(-1)];

const logitsOf = <T>(ops: Ops<T>, weights: Values<T>, output: T): T =>
  ops.add(ops.matmul(output, weights['head.kernel']!), weights['head.bias']!);

const meanLoss = (logits: Float32Array, wanted: Float32Array): number =>
  logits.reduce((sum, z, i) => sum + Math.max(z, 0) - z * wanted[i]! + Math.log1p(Math.exp(-Math.abs(z))), 0) / logits.length;

/** The threshold with the best F1 over all texts and labels together, half-way between two probabilities; of equals the highest. */
export function bestThreshold(probabilities: Float32Array, wanted: Float32Array): number {
  const order = Uint32Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]!);
  const positives = wanted.reduce((sum, one) => sum + one, 0);
  let [right, best, threshold] = [0, 0, 0.5];
  for (let given = 1; given <= order.length; given++) {
    right += wanted[order[given - 1]!]!;
    const [last, next] = [probabilities[order[given - 1]!]!, given < order.length ? probabilities[order[given]!]! : 0];
    const f1 = (2 * right) / (given + positives);
    if (next < last && f1 > best) [best, threshold] = [f1, (last + next) / 2];
  }
  return threshold;
}

/**
 * microF1: of all labels of all texts together; macroF1: the mean of the labels' own; subsetAccuracy: texts whose labels are all right.
 * A label that is neither wanted nor given anywhere has F1 0, as in scikit-learn.
 */
export function f1Scores(
  probabilities: Float32Array,
  wanted: Float32Array,
  width: number,
  threshold: number,
): { microF1: number; macroF1: number; subsetAccuracy: number } {
  const [right, given, positive] = [new Float64Array(width), new Float64Array(width), new Float64Array(width)];
  const texts = wanted.length / width;
  let whole = 0;
  for (let text = 0; text < texts; text++) {
    let wrong = 0;
    for (let label = 0; label < width; label++) {
      const [says, is] = [probabilities[text * width + label]! >= threshold ? 1 : 0, wanted[text * width + label]!];
      given[label]! += says;
      positive[label]! += is;
      right[label]! += says * is;
      if (says !== is) wrong++;
    }
    if (wrong === 0) whole++;
  }
  const f1 = (hits: number, sum: number): number => (sum > 0 ? (2 * hits) / sum : 0);
  const sum = (numbers: Float64Array): number => numbers.reduce((all, one) => all + one, 0);
  return {
    microF1: f1(sum(right), sum(given) + sum(positive)),
    macroF1: sum(right.map((hits, label) => f1(hits, given[label]! + positive[label]!))) / width,
    subsetAccuracy: whole / texts,
  };
}
