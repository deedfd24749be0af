/** Products of matrices. */
import type { QuantizedWeights } from '../../ops.js';
import type { Expression, Shape } from '../expression.js';
import type { GraphOps } from '../ops.js';
import type { Operation } from './operation.js';

/** […, m, k] · [k, n], or with the same axes before the last two on both sides */
export const matmul: Operation = {
  name: 'matmul',
  shapes: ([a, b]) => {
    if (a!.at(-1) !== b!.at(-2) || (b!.length > 2 && b!.slice(0, -2).join() !== a!.slice(0, -2).join()))
      throw new Error(`[${a!.join(', ')}] · [${b!.join(', ')}] is no product`);
    return [[...a!.slice(0, -1), b!.at(-1)!]];
  },
  lift: (attributes, [left, right], [, rank]) => (left && (right || rank === 2) ? attributes : undefined),
  gradient: (ops, { inputs: [a, b], wanted }, [g]) => [
    wanted[0] ? ops.matmul(g!, transposed(ops, b!)) : undefined,
    wanted[1] ? gradientOfRight(ops, a!, g!, b!.shape) : undefined,
  ],
};

/** a · bᵀ and aᵀ · b of matrices, without the transposed one being made. */
const gemm: Operation = {
  name: 'gemm',
  shapes: ([a, b], { left, right }) => [[a![left ? 1 : 0]!, b![right ? 0 : 1]!]],
};

function gradientOfRight(ops: GraphOps, a: Expression, g: Expression, shape: Shape): Expression {
  if (shape.length > 2) return ops.matmul(transposed(ops, a), g);
  return ops.apply(gemm, [ops.flatten(a), ops.flatten(g)], { left: true, right: false });
}

function transposed(ops: GraphOps, x: Expression): Expression {
  const axes = x.shape.map((_, i) => i);
  return ops.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/**
 * Products with weights that are rounded to 8 bits. What they are multiplied with lies in -1 … 1, as hidden states do, and is rounded to
 * 1/127: with one scale for all there is, a row's result is the same whatever else is in its batch.
 */
export interface QuantizedProduct extends Operation {
  weights: QuantizedWeights;
}

/** […, inputs] · [inputs, outputs]; and with a second operand [outputs] their sum */
export function quantizedProduct(weights: QuantizedWeights): QuantizedProduct {
  return { name: 'quantizedProduct', weights, shapes: ([a]) => [[...a!.slice(0, -1), weights.shape.at(-1)!]] };
}
