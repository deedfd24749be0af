/**
 * The head that gives numbers: z = output·W + b, one column a number; the answer is z·deviation + mean, in the user's units.
 * It learns on standardised targets t, so that a learning rate means the same whatever the units; with e = z - t, the loss of a number is
 *
 *     mse    e²
 *     mae    |e|
 *     huber  e²/2 where |e| < 1, else |e| - 1/2      (Huber 1964, with δ = 1 deviation)
 *
 * and that of a batch is the mean over its texts and numbers.
 */
import type { Ops } from '../../engine/ops.js';
import type { HeadDefinition } from '../../formats/model.js';
import { shortest } from '../../formats/shortest.js';
import { linear } from '../parameter.js';
import type { Head, Values } from './head.js';

type Definition = Extract<HeadDefinition, { task: 'regress' }>;

export const regress: Head<Definition> = {
  task: 'regress',
  metric: 'rmse',
  lowerIsBetter: ['rmse', 'mae', 'loss'],
  parameters: ({ mean }, width) => linear('head', width, mean.length),
  lossInputs: ({ mean }) => ({
    targets: { type: 'float', shape: ['batch', mean.length] },
    scale: { type: 'float', shape: [] },
  }),
  lossFeeds: ({ mean, deviation }, { rows, targets: { numbers, width }, scale }) => {
    const data = new Float32Array(rows.length * width);
    for (let row = 0; row < rows.length; row++)
      for (let k = 0; k < width; k++) data[row * width + k] = (numbers[rows[row]! * width + k]! - mean[k]!) / deviation[k]!;
    return { targets: { shape: [rows.length, width], data }, scale: { shape: [], data: Float32Array.of(scale / width) } };
  },
  weightOf: (_, { rows }) => rows.length,
  loss: (ops, { loss }, weights, { output }, { targets, scale }) => {
    const error = ops.subtract(standardised(ops, weights, output!), targets!);
    return ops.multiply(ops.sum(LOSS[loss](ops, error), [0, 1]), scale!);
  },
  predict: (ops, { mean, deviation }, weights, { output }) => {
    const scaled = ops.multiply(standardised(ops, weights, output!), ops.constant([mean.length], Float32Array.from(deviation)));
    return { numbers: ops.add(scaled, ops.constant([mean.length], Float32Array.from(mean))) };
  },
  fields: (_, { numbers }) => ({ numbers: numbers! }),
  line: (_, { numbers }) => Array.from(numbers!.data, shortest).join(' '),
  scores: (definition, { numbers: { numbers, width } = NONE }, { targets }) => {
    const columns = Array.from({ length: width }, (_, k) => columnScores(definition, numbers, targets.numbers, k));
    const mean = (of: (column: ColumnScores) => number): number => columns.reduce((sum, column) => sum + of(column), 0) / width;
    return { rmse: Math.sqrt(mean(({ mse }) => mse)), mae: mean(({ mae }) => mae), r: mean(({ r }) => r), loss: mean(({ loss }) => loss) };
  },
};

const NONE = { numbers: new Float32Array(0), width: 0 };

const standardised = <T>(ops: Ops<T>, weights: Values<T>, output: T): T =>
  ops.add(ops.matmul(output, weights['head.kernel']!), weights['head.bias']!);

const [ONE, HALF] = [Float32Array.of(1), Float32Array.of(0.5)];

/** Of each element of the error. */
const LOSS: Record<Definition['loss'], <T>(ops: Ops<T>, error: T) => T> = {
  mse: (ops, error) => ops.multiply(error, error),
  mae: (ops, error) => ops.abs(error),
  // q²/2 + (|e| - q) with q = min(|e|, 1)
  huber: (ops, error) => {
    const size = ops.abs(error);
    const one = ops.constant([1], ONE);
    const beyond = ops.multiply(ops.subtract(size, one), ops.atLeast(size, one));
    const within = ops.subtract(size, beyond);
    return ops.add(ops.multiply(ops.multiply(within, within), ops.constant([1], HALF)), beyond);
  },
};

/** The same of one number, as scores need it. */
const LOSS_OF: Record<Definition['loss'], (error: number) => number> = {
  mse: (error) => error * error,
  mae: Math.abs,
  huber: (error) => (Math.abs(error) < 1 ? (error * error) / 2 : Math.abs(error) - 0.5),
};

interface ColumnScores {
  mse: number;
  mae: number;
  /** Pearson's correlation; 0 where one side is constant */
  r: number;
  loss: number;
}

function columnScores({ mean, deviation, loss }: Definition, answers: Float32Array, wanted: Float32Array, column: number): ColumnScores {
  const width = mean.length;
  const count = wanted.length / width;
  let [squares, sizes, losses] = [0, 0, 0];
  // sums of deviations from the mean of the training texts: near 0, so that nothing cancels
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let i = column; i < wanted.length; i += width) {
    const error = answers[i]! - wanted[i]!;
    squares += error * error;
    sizes += Math.abs(error);
    losses += LOSS_OF[loss](error / deviation[column]!);
    const [x, y] = [answers[i]! - mean[column]!, wanted[i]! - mean[column]!];
    [a, b, aa, bb, ab] = [a + x, b + y, aa + x * x, bb + y * y, ab + x * y];
  }
  const spread = Math.sqrt((aa - (a * a) / count) * (bb - (b * b) / count));
  return { mse: squares / count, mae: sizes / count, r: spread > 0 ? (ab - (a * b) / count) / spread : 0, loss: losses / count };
}
