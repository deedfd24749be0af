/** Operations that move numbers about and compute nothing. */
import type { Attributes, Shape } from '../expression.js';
import { axisLift, axisOf, numbersOf, type Operation } from './operation.js';

const replaced = (shape: Shape, axis: number, size: Shape[number]): Shape => shape.map((one, i) => (i === axis ? size : one));

export const concat: Operation = {
  name: 'concat',
  shapes: (inputs, attributes) => {
    const axis = axisOf(attributes);
    const sizes = inputs.map((shape) => shape[axis]!);
    const known = sizes.every((size) => typeof size === 'number');
    return [replaced(inputs[0]!, axis, known ? sizes.reduce((all, size) => all + size, 0) : sizes.join(' + '))];
  },
  // a part that is the same at each time step would have to be repeated
  lift: (attributes, sliced) => (sliced.every(Boolean) ? axisLift(attributes) : undefined),
  gradient: (ops, { inputs, attributes }, [g]) => {
    const axis = axisOf(attributes);
    return ops.split(
      g!,
      inputs.map(({ shape }) => shape[axis] as number),
      axis,
    );
  },
};

export const split: Operation = {
  name: 'split',
  shapes: ([shape], attributes) => numbersOf(attributes, 'sizes').map((size) => replaced(shape!, axisOf(attributes), size)),
  lift: axisLift,
  gradient: (ops, { outputs, attributes }, gradients) => [
    ops.concat(
      outputs.map((part, i) => gradients[i] ?? ops.zerosAs(part)),
      axisOf(attributes),
    ),
  ],
};

export const transpose: Operation = {
  name: 'transpose',
  shapes: ([shape], attributes) => [numbersOf(attributes, 'order').map((axis) => shape![axis]!)],
  lift: (attributes) => ({ order: [0, ...numbersOf(attributes, 'order').map((axis) => axis + 1)] }),
  gradient: (ops, { attributes }, [g]) => {
    const order = numbersOf(attributes, 'order');
    return [
      ops.transpose(
        g!,
        order.map((_, i) => order.indexOf(i)),
      ),
    ];
  },
};

export const unsqueeze: Operation = {
  name: 'unsqueeze',
  shapes: ([shape], attributes) => [[...shape!.slice(0, axisOf(attributes)), 1, ...shape!.slice(axisOf(attributes))]],
  lift: axisLift,
  gradient: (ops, { attributes }, [g]) => [ops.squeeze(g!, axisOf(attributes))],
};

export const squeeze: Operation = {
  name: 'squeeze',
  shapes: ([shape], attributes) => [shape!.filter((_, i) => i !== axisOf(attributes))],
  lift: axisLift,
  gradient: (ops, { attributes }, [g]) => [ops.unsqueeze(g!, axisOf(attributes))],
};

/** All axes but the last as one: what a product with a matrix sums over. */
export const flatten: Operation = {
  name: 'flatten',
  shapes: ([shape]) => [[shape!.slice(0, -1).join(' × '), shape!.at(-1)!]],
};

/** The first lengths[b] time steps of each row in reverse; it is its own inverse and its own gradient. */
export const reverseSequence: Operation = {
  name: 'reverseSequence',
  shapes: ([shape]) => [shape!],
  gradient: (ops, { inputs: [, lengths] }, [g]) => [ops.reverseSequence(g!, lengths!), undefined],
};

export const gather: Operation = {
  name: 'gather',
  shapes: ([table, ids]) => [[...ids!, ...table!.slice(1)]],
};

/** Zeros in the shape of a value. */
export const zerosAs: Operation = {
  name: 'zerosAs',
  shapes: ([shape]) => [shape!],
  lift: (attributes) => attributes,
  gradient: () => [undefined],
};

/** [rows, width] of zeros: as many rows as the value has along `axis`. */
export const zeros: Operation = {
  name: 'zeros',
  shapes: ([like], attributes: Attributes) => [[like![axisOf(attributes)]!, attributes['width'] as number]],
  gradient: () => [undefined],
};
