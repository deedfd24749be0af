/**
 * The classification head: logits = output·W + b, probabilities = softmax(logits); it learns by cross-entropy,
 *
 *     loss = -Σ_b w_b Σ_l t_bl log p_bl / Σ_b w_b
 *
 * with t_b the one label (smoothed: (1 - ε) of it and ε/labels of each) and w_b the weight of the sentence's label.
 */
import type { Engine, Ops, Program } from '../../engine/ops.js';
import type { HeadDefinition } from '../../formats/model.js';
import { linear, type Parameter } from '../parameter.js';
import { onOneLine, ranked } from '../ranking.js';
import { drawn, uniform } from '../random.js';
import type { Head, LossOptions, Values } from './head.js';

type Definition = Extract<HeadDefinition, { task: 'classify' }>;

export const classify: Head<Definition> = {
  task: 'classify',
  metric: 'accuracy',
  lowerIsBetter: ['loss'],
  parameters: ({ labels }, width): Parameter[] => linear('head', width, labels.length),
  lossInputs: ({ labels }) => ({ targets: { type: 'float', shape: ['batch', labels.length] } }),
  lossFeeds: ({ labels }, { rows, targets, scale, options }) => {
    const [count, size] = [rows.length, labels.length];
    const data = new Float32Array(count * size);
    for (let row = 0; row < count; row++) {
      const label = targets.numbers[rows[row]!]!;
      const weight = scale * weightOfLabel(label, options);
      data.fill((weight * options.labelSmoothing) / size, row * size, (row + 1) * size);
      data[row * size + label]! += weight * (1 - options.labelSmoothing);
    }
    return { targets: { shape: [count, size], data } };
  },
  weightOf: (_, { rows, targets, options }) => {
    let sum = 0;
    for (let row = 0; row < rows.length; row++) sum += weightOfLabel(targets.numbers[rows[row]!]!, options);
    return sum;
  },
  loss: (ops, _, weights, { output }, { targets }) => {
    const logProbabilities = ops.logSoftmax(logitsOf(ops, weights, output!));
    return ops.multiply(ops.sum(ops.multiply(logProbabilities, targets!), [0, 1]), ops.constant([], MINUS_ONE));
  },
  predict: (ops, _, weights, { output }) => answers(ops, weights, output!),
  fields: ({ labels }, { logits, probabilities }, { topK }) => {
    const top = topK === undefined ? {} : { top: ranked(labels, probabilities!.data, topK) };
    return { logits: logits!, probabilities: probabilities!, prediction: labels[largest(probabilities!.data)]!, ...top };
  },
  line: ({ labels }, { probabilities }, { topK, threshold = 0 }) => {
    if (topK === undefined) return onOneLine(labels[largest(probabilities!.data)]!);
    const likely = ranked(labels, probabilities!.data, topK).filter(({ probability }) => probability >= threshold);
    return likely.map(({ label, probability }) => `${onOneLine(label)} ${probability}`).join(' ');
  },
  scores: (_, { probabilities }, { targets }) => {
    const { width, numbers } = probabilities!;
    const sentences = targets.numbers.length;
    let [right, loss] = [0, 0];
    for (let i = 0; i < sentences; i++) {
      const row = numbers.subarray(i * width, (i + 1) * width);
      const label = targets.numbers[i]!;
      if (largest(row) === label) right++;
      loss -= Math.log(Math.max(row[label]!, 1e-30));
    }
    return { accuracy: right / sentences, loss: loss / sentences };
  },
};

/** The place of the largest number; of equals the first. */
export function largest(numbers: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i]! > numbers[best]!) best = i;
  return best;
}

const MINUS_ONE = Float32Array.of(-1);

const weightOfLabel = (label: number, { classWeights }: LossOptions): number => classWeights?.[label] ?? 1;

const logitsOf = <T>(ops: Ops<T>, weights: Values<T>, output: T): T =>
  ops.add(ops.matmul(output, weights['head.kernel']!), weights['head.bias']!);

function answers<T>(ops: Ops<T>, weights: Values<T>, output: T): { logits: T; probabilities: T } {
  const logits = logitsOf(ops, weights, output);
  return { logits, probabilities: ops.softmax(logits) };
}

export interface ClassifierWeights {
  /** [inputSize, labels] */
  kernel: Float32Array;
  /** [labels] */
  bias: Float32Array;
}

/** Uniform in ±1/√inputSize, as torch.nn.Linear draws them. */
export function randomClassifier(inputSize: number, labels: number, seed: number): ClassifierWeights {
  const next = uniform(seed, -1_000_000);
  const limit = 1 / Math.sqrt(inputSize);
  const draw = (length: number): Float32Array => drawn(length, () => limit * (2 * next() - 1));
  return { kernel: draw(inputSize * labels), bias: draw(labels) };
}

/** A program from `output` [batch, inputSize] to `logits` and `probabilities` [batch, labels]. */
export function compileClassifier(engine: Engine, { kernel, bias }: ClassifierWeights): Promise<Program> {
  const inputSize = kernel.length / bias.length;
  return engine.compile({ output: { type: 'float', shape: ['batch', inputSize] } }, (ops, { output }) =>
    answers(
      ops,
      { 'head.kernel': ops.constant([inputSize, bias.length], kernel), 'head.bias': ops.constant([bias.length], bias) },
      output!,
    ),
  );
}
