/** Operations on each element: what they compute, and their derivatives. */
import type { Expression } from '../expression.js';
import type { GraphOps } from '../ops.js';
import { broadcast, type Operation } from './operation.js';

/** An operation of one operand; its derivative is given by operand and result. */
function unary(name: string, derivative: (ops: GraphOps, x: Expression, y: Expression) => Expression): Operation {
  return {
    name,
    shapes: ([shape]) => [shape!],
    lift: (attributes) => attributes,
    gradient: (ops, { inputs: [x], outputs: [y] }, [g]) => [ops.multiply(g!, derivative(ops, x!, y!))],
  };
}

/** An operation of two operands with broadcasting; a gradient is summed to the shape of its operand. */
function binary(
  name: string,
  partial: readonly ((ops: GraphOps, g: Expression, a: Expression, b: Expression, y: Expression) => Expression)[],
): Operation {
  return {
    name,
    shapes: ([a, b]) => [broadcast(a!, b!)],
    lift: (attributes) => attributes,
    gradient: (ops, { inputs, outputs: [y], wanted }, [g]) =>
      inputs.map((input, i) => (wanted[i] ? ops.sumTo(partial[i]!(ops, g!, inputs[0]!, inputs[1]!, y!), input.shape) : undefined)),
  };
}

/** y(1 - y) */
export const sigmoid = unary('sigmoid', (ops, _, y) => ops.multiply(y, ops.subtract(ops.number(1), y)));
/** 1 - y² */
export const tanh = unary('tanh', (ops, _, y) => ops.subtract(ops.number(1), ops.multiply(y, y)));
export const exp = unary('exp', (_, __, y) => y);
export const log = unary('log', (ops, x) => ops.divide(ops.number(1), x));
/** the sign; 0 at 0 */
export const abs = unary('abs', (ops, x) => ops.apply(sign, [x]));

/** -1, 0 or 1; flat, so without a gradient. */
const sign: Operation = {
  name: 'sign',
  shapes: ([shape]) => [shape!],
  lift: (attributes) => attributes,
  gradient: (_, { inputs }) => inputs.map(() => undefined),
};

export const add = binary('add', [(_, g) => g, (_, g) => g]);
export const subtract = binary('subtract', [(_, g) => g, (ops, g) => ops.multiply(g, ops.number(-1))]);
export const multiply = binary('multiply', [(ops, g, _, b) => ops.multiply(g, b), (ops, g, a) => ops.multiply(g, a)]);
/** ∂(a/b) = ∂a/b, -y/b ∂b */
export const divide = binary('divide', [
  (ops, g, _, b) => ops.divide(g, b),
  (ops, g, _, b, y) => ops.multiply(g, ops.divide(ops.multiply(y, ops.number(-1)), b)),
]);

/** 1 where a ≥ b, else 0; flat, so without a gradient. */
export const atLeast: Operation = {
  name: 'atLeast',
  shapes: ([a, b]) => [broadcast(a!, b!)],
  lift: (attributes) => attributes,
  gradient: (_, { inputs }) => inputs.map(() => undefined),
};
