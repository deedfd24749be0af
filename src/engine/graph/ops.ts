/** `Ops` as an expression graph: every operation makes a node, or finds that it was made. Nothing is computed here. */
import type { Ops, QuantizedWeights } from '../ops.js';
import { expressions, scopeOf, type Attributes, type Expression, type Expressions, type Scope, type Shape } from './expression.js';
import { selectRows } from './operations/rows.js';
import { abs, add, atLeast, divide, exp, log, multiply, sigmoid, subtract, tanh } from './operations/elementwise.js';
import { fusedLayer } from './operations/fused-layer.js';
import * as leaves from './operations/leaves.js';
import type { Operation } from './operations/operation.js';
import { matmul, quantizedProduct } from './operations/products.js';
import { expandAs, logSoftmax, logSumExp, max, softmax, sum } from './operations/reductions.js';
import { crossEntropy, logProbabilityAt, mostProbable, pick } from './operations/picking.js';
import { concat, flatten, gather, reverseSequence, split, squeeze, transpose, unsqueeze, zeros, zerosAs } from './operations/shaping.js';

/** What gradients need beside the model's operations. */
export interface GraphOps extends Ops<Expression> {
  graph: Expressions;
  apply(operation: Operation, inputs: readonly Expression[], attributes?: Attributes): Expression;
  input(name: string, shape: Shape): Expression;
  number(value: number): Expression;
  flatten(x: Expression): Expression;
  zerosAs(x: Expression): Expression;
  expandAs(x: Expression, like: Expression): Expression;
  /** summed over the axes in which broadcasting repeated it */
  sumTo(x: Expression, shape: Shape): Expression;
}

/** What an engine wants of a graph. */
export interface GraphOptions {
  /** operations that are not taken out of a loop, though nothing in them needs the time step before: where one pass does several of them */
  staysInLoop?: (operation: Operation) => boolean;
}

export function graphOps({ staysInLoop }: GraphOptions = {}): GraphOps {
  const graph = expressions(leaves.slice, staysInLoop ?? (() => false));
  const apply: GraphOps['apply'] = (operation, inputs, attributes) => graph.apply(operation, inputs, attributes)[0]!;
  const constants = new Map<Float32Array | number, Expression>();
  const constant = (shape: Shape, data: Float32Array, key: Float32Array | number = data): Expression => {
    const known = constants.get(key);
    if (known && known.shape.join() === shape.join()) return known;
    const made = graph.leaf(leaves.constant, shape, { data });
    constants.set(key, made);
    return made;
  };

  const { quantizedMatrix, matmulOf, addOf, partsOf } = quantizing(graph, apply);

  const ops: GraphOps = {
    graph,
    apply,
    input: (name, shape) => graph.leaf(leaves.input, shape, { attributes: { name } }),
    constant: (shape, data) => constant(shape, data),
    number: (value) => constant([], Float32Array.of(value), value),
    zeros: (like, axis, width) => apply(zeros, [like], { axis, width }),
    zerosAs: (x) => apply(zerosAs, [x]),
    quantizedMatrix,
    matmul: matmulOf,
    add: addOf,
    subtract: (a, b) => apply(subtract, [a, b]),
    multiply: (a, b) => (staysInLoop?.(multiply) ? apply(multiply, [a, b]) : product(apply, a, b)),
    divide: (a, b) => apply(divide, [a, b]),
    atLeast: (a, b) => apply(atLeast, [a, b]),
    exp: (x) => apply(exp, [x]),
    log: (x) => apply(log, [x]),
    sigmoid: (x) => apply(sigmoid, [x]),
    tanh: (x) => apply(tanh, [x]),
    abs: (x) => apply(abs, [x]),
    softmax: (x) => apply(softmax, [x]),
    logSoftmax: (x) => apply(logSoftmax, [x]),
    crossEntropy: (logits, ids) => apply(crossEntropy, [logits, ids]),
    logSumExp: (x, axis) => apply(logSumExp, [x], { axis }),
    sum: (x, axes, keep = false) => apply(sum, [x], { axes, keep }),
    max: (x, axis) => apply(max, [x], { axis }),
    concat: (parts, axis) => (staysInLoop?.(multiply) && parts.length > 1 ? apply(concat, parts, { axis }) : joined(apply, parts, axis)),
    split: (x, parts, axis) => {
      const sizes = sizesOf(x, parts, axis);
      return partsOf(x, sizes) ?? graph.apply(split, [x], { axis, sizes });
    },
    transpose: (x, order) => apply(transpose, [x], { order }),
    unsqueeze: (x, axis) => apply(unsqueeze, [x], { axis }),
    squeeze: (x, axis) => apply(squeeze, [x], { axis }),
    flatten: (x) => (x.shape.length === 2 ? x : apply(flatten, [x])),
    reverseSequence: (x, lengths) => apply(reverseSequence, [x, lengths]),
    gather: (table, ids) => apply(gather, [table, ids]),
    pick: (x, places) => apply(pick, [x, places]),
    logProbabilityAt: (x, places) => {
      const [logProbability, logSumExp] = graph.apply(logProbabilityAt, [x, apply(logSoftmax, [x]), places]);
      return { logProbability: logProbability!, logSumExp: logSumExp! };
    },
    mostProbable: (logits, count) => {
      const [logProbabilities, places] = graph.apply(mostProbable, [logits], { count });
      return { logProbabilities: logProbabilities!, places: places! };
    },
    selectRows: (x, places) => apply(selectRows, [x, places]),
    expandAs: (x, like) => (x.shape.join() === like.shape.join() ? x : apply(expandAs, [x, like])),
    sumTo: (x, shape) => summed(ops, x, shape),
    scan: ({ initial, inputs, step }) => {
      const scope = graph.openScope(initial, inputs[0]!.shape[0]!, false, leaves.scan, leaves.state);
      const made = step(
        [...scope.states],
        inputs.map((input) => graph.slice(scope, input)),
      );
      scope.newStates = made.state;
      return made.outputs.map((value) => graph.stacked(scope, value));
    },
    recurrentLayer: (inputs, lengths, layer) => apply(fusedLayer(layer), [inputs, lengths]),
  };
  return ops;
}

type Binary = (a: Expression, b: Expression) => Expression;

interface Quantizing {
  quantizedMatrix: (weights: QuantizedWeights) => Expression;
  matmulOf: Binary;
  addOf: Binary;
  /** a rounded matrix's columns in parts; undefined for any other value */
  partsOf: (matrix: Expression, sizes: readonly number[]) => Expression[] | undefined;
}

/** Products and sums, of which those with a rounded matrix are one operation: a·W + bias. */
function quantizing(graph: Expressions, apply: Apply): Quantizing {
  const matrices = new Map<Expression, QuantizedWeights>();
  const products = new Map<Expression, QuantizedWeights>();
  const quantizedMatrix: Quantizing['quantizedMatrix'] = (weights) => {
    const matrix = graph.leaf(leaves.quantizedMatrix, weights.shape);
    matrices.set(matrix, weights);
    return matrix;
  };
  return {
    quantizedMatrix,
    partsOf: (matrix, sizes) => {
      const weights = matrices.get(matrix);
      return weights && columnParts(weights, sizes).map(quantizedMatrix);
    },
    matmulOf: (a, b) => {
      const weights = matrices.get(b);
      if (!weights) return apply(matmul, [a, b]);
      const made = apply(quantizedProduct(weights), [a]);
      products.set(made, weights);
      return made;
    },
    addOf: (a, b) => {
      const weights = b.shape.length === 1 ? products.get(a) : undefined;
      return weights ? apply(quantizedProduct(weights), [...a.node.inputs, b]) : apply(add, [a, b]);
    },
  };
}

/** Rounded weights [inputs, outputs] in parts of so many outputs. */
function columnParts({ shape, integers, scales }: QuantizedWeights, sizes: readonly number[]): QuantizedWeights[] {
  const [inputs, outputs] = shape as [number, number];
  let end = 0;
  return sizes.map((size) => {
    const begin = end;
    end += size;
    const part = new Int8Array(inputs * size);
    for (let input = 0; input < inputs; input++) part.set(integers.subarray(input * outputs + begin, input * outputs + end), input * size);
    return { shape: [inputs, size], integers: part, scales: scales.subarray(begin, end) };
  });
}

/** Equal parts where only their number is given. */
function sizesOf({ shape }: Expression, parts: number | readonly number[], axis: number): readonly number[] {
  return typeof parts === 'number' ? Array.from({ length: parts }, () => (shape[axis] as number) / parts) : parts;
}

function summed(ops: GraphOps, x: Expression, shape: Shape): Expression {
  const more = x.shape.length - shape.length;
  const leading = Array.from({ length: more }, (_, axis) => axis);
  const repeated = shape.flatMap((size, axis) => (size === 1 && x.shape[axis + more] !== 1 ? [axis] : []));
  const once = leading.length > 0 ? ops.sum(x, leading) : x;
  return repeated.length > 0 ? ops.sum(once, repeated, true) : once;
}

/** Is it one time step of a value that is there for all time steps? */
const isSlice = (value: Expression): boolean => scopeOf(value)?.sources.has(value) === true;

type Apply = GraphOps['apply'];

/**
 * a · b, but (carried · s₁) · s₂ as carried · (s₁ · s₂) where s₁ and s₂ are slices: then their product is taken outside
 * the loop, and the chain rule through a gate costs one multiplication a time step.
 */
function product(apply: Apply, a: Expression, b: Expression): Expression {
  const [carried, factor] = isSlice(a) ? [b, a] : [a, b];
  const [base, scale] = factorsOf(carried);
  if (scale && isSlice(factor) && sameShape(scale, factor)) return apply(multiply, [base, apply(multiply, [scale, factor])]);
  return apply(multiply, [carried, factor]);
}

/** A value of a loop as what is carried and the slice that it is multiplied by. */
function factorsOf(value: Expression): [base: Expression, scale?: Expression] {
  const { operation, inputs, scope } = value.node;
  const [base, scale] = inputs;
  const is = operation === multiply && scope && isSlice(scale!) && !isSlice(base!) && sameShape(base!, scale!);
  return is ? [base!, scale!] : [value];
}

/** Parts side by side; where each is something carried times a slice, the products are one product. */
function joined(apply: Apply, parts: readonly Expression[], axis: number): Expression {
  if (parts.length === 1) return parts[0]!;
  const factors = parts.map(factorsOf);
  if (!factors.every(([, scale]) => scale)) return apply(concat, parts, { axis });
  const bases = apply(
    concat,
    factors.map(([base]) => base),
    { axis },
  );
  return apply(multiply, [
    bases,
    apply(
      concat,
      factors.map(([, scale]) => scale!),
      { axis },
    ),
  ]);
}

const sameShape = (a: Expression, b: Expression): boolean => a.shape.join() === b.shape.join();

export type { Scope };
