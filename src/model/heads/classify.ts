/** The classification head: logits = output·W + b, probabilities = softmax(logits). */
import type { Engine, Ops, Program } from '../../engine/ops.js';
import { uniform } from '../random.js';

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
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => limit * (2 * next() - 1));
  return { kernel: draw(inputSize * labels), bias: draw(labels) };
}

/** [batch, inputSize] → [batch, labels] */
function classifierLogits<T>(ops: Ops<T>, { kernel, bias }: ClassifierWeights, output: T): T {
  return ops.add(ops.matmul(output, ops.constant([kernel.length / bias.length, bias.length], kernel)), ops.constant([bias.length], bias));
}

/** A program from `output` [batch, inputSize] to `logits` and `probabilities` [batch, labels]. */
export function compileClassifier(engine: Engine, weights: ClassifierWeights): Promise<Program> {
  const inputSize = weights.kernel.length / weights.bias.length;
  return engine.compile({ output: { type: 'float', shape: ['batch', inputSize] } }, (ops, { output }) => {
    const logits = classifierLogits(ops, weights, output!);
    return { logits, probabilities: ops.softmax(logits) };
  });
}
