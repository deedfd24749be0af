/** Operations that sum, compare or normalise along an axis. */
import type { Attributes, Shape } from '../expression.js';
import { axisLift, axisOf, broadcast, numbersOf, type Operation } from './operation.js';

const without = (shape: Shape, axis: number): Shape => shape.filter((_, i) => i !== axis);

/** Do the axes of a sum stay as 1? */
export const keeps = (attributes: Attributes): boolean => attributes['keep'] === true;

export const sum: Operation = {
  name: 'sum',
  shapes: ([shape], attributes) => {
    const axes = numbersOf(attributes, 'axes');
    return [keeps(attributes) ? shape!.map((size, i) => (axes.includes(i) ? 1 : size)) : shape!.filter((_, i) => !axes.includes(i))];
  },
  lift: (attributes) => ({ ...attributes, axes: numbersOf(attributes, 'axes').map((axis) => axis + 1) }),
  gradient: (ops, { inputs: [x], attributes }, [g]) => {
    const axes = numbersOf(attributes, 'axes');
    const kept = keeps(attributes) ? g! : axes.reduce((all, axis) => ops.unsqueeze(all, axis), g!);
    return [ops.expandAs(kept, x!)];
  },
};

/** The gradient goes to the largest element, shared by equals. */
export const max: Operation = {
  name: 'max',
  shapes: ([shape], attributes) => [without(shape!, axisOf(attributes))],
  lift: axisLift,
  gradient: (ops, { inputs: [x], outputs: [y], attributes }, [g]) => {
    const axis = axisOf(attributes);
    const chosen = ops.atLeast(x!, ops.unsqueeze(y!, axis));
    const share = ops.divide(g!, ops.sum(chosen, [axis]));
    return [ops.multiply(chosen, ops.unsqueeze(share, axis))];
  },
};

/** y(g - Σ g·y), along the last axis */
export const softmax: Operation = {
  name: 'softmax',
  shapes: ([shape]) => [shape!],
  lift: (attributes) => attributes,
  gradient: (ops, { outputs: [y] }, [g]) => [
    ops.multiply(y!, ops.subtract(g!, ops.sum(ops.multiply(g!, y!), [y!.shape.length - 1], true))),
  ],
};

/** g - softmax · Σ g */
export const logSoftmax: Operation = {
  name: 'logSoftmax',
  shapes: ([shape]) => [shape!],
  lift: (attributes) => attributes,
  gradient: (ops, { outputs: [y] }, [g]) => [ops.subtract(g!, ops.multiply(ops.exp(y!), ops.sum(g!, [y!.shape.length - 1], true)))],
};

/** g · softmax, along the axis */
export const logSumExp: Operation = {
  name: 'logSumExp',
  shapes: ([shape], attributes) => [without(shape!, axisOf(attributes))],
  lift: axisLift,
  gradient: (ops, { inputs: [x], outputs: [y], attributes }, [g]) => {
    const axis = axisOf(attributes);
    return [ops.multiply(ops.unsqueeze(g!, axis), ops.exp(ops.subtract(x!, ops.unsqueeze(y!, axis))))];
  },
};

/** The values repeated to the shape that they and another value have together. */
export const expandAs: Operation = {
  name: 'expandAs',
  shapes: ([shape, like]) => [broadcast(shape!, like!)],
  lift: (attributes) => attributes,
  gradient: (ops, { inputs: [x] }, [g]) => [ops.sumTo(g!, x!.shape), undefined],
};
