/** Products of matrices. */
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
  onnx: (write, inputs) => write.node('MatMul', inputs),
};

/** a · bᵀ and aᵀ · b of matrices, without the transposed one being made. */
const gemm: Operation = {
  name: 'gemm',
  shapes: ([a, b], { left, right }) => [[a![left ? 1 : 0]!, b![right ? 0 : 1]!]],
  onnx: (write, inputs, { attributes: { left, right } }) => write.node('Gemm', inputs, { transA: left ? 1 : 0, transB: right ? 1 : 0 }),
};

function gradientOfRight(ops: GraphOps, a: Expression, g: Expression, shape: Shape): Expression {
  if (shape.length > 2) return ops.matmul(transposed(ops, a), g);
  return ops.apply(gemm, [ops.flatten(a), ops.flatten(g)], { left: true, right: false });
}

function transposed(ops: GraphOps, x: Expression): Expression {
  const axes = x.shape.map((_, i) => i);
  return ops.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
