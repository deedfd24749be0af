/** Operations that move numbers about and compute nothing. */
import { axisOf, numbersOf } from '../../graph/operations/operation.js';
import { TO } from '../../graph/operations/whole-sentences.js';
import type { Operators } from './operator.js';

export const shaping = {
  concat: (write, inputs, { attributes }) => write.node('Concat', inputs, { axis: axisOf(attributes) }),
  split: (write, [x], { attributes }) => {
    const sizes = numbersOf(attributes, 'sizes');
    return write.node('Split', [x!, write.integers(...sizes)], { axis: axisOf(attributes) }, sizes.length);
  },
  transpose: (write, inputs, { attributes }) => write.node('Transpose', inputs, { perm: numbersOf(attributes, 'order') }),
  unsqueeze: (write, [x], { attributes }) => write.node('Unsqueeze', [x!, write.integers(axisOf(attributes))]),
  squeeze: (write, [x], { attributes }) => write.node('Squeeze', [x!, write.integers(axisOf(attributes))]),
  flatten: (write, [x], { inputs }) => write.node('Reshape', [x!, write.integers(-1, inputs[0]!.shape.at(-1) as number)]),
  reverseSequence: (write, [x, lengths]) =>
    write.node('ReverseSequence', [x!, write.node('Cast', [lengths!], { to: 7 })[0]!], { time_axis: 0, batch_axis: 1 }),
  zerosAs: (write, inputs) => write.node('ConstantOfShape', write.node('Shape', inputs), {}),
  zeros: (write, [like], { attributes }) => {
    const axis = axisOf(attributes);
    const rows = write.node('Slice', [write.node('Shape', [like!])[0]!, write.integers(axis), write.integers(axis + 1)]);
    return write.node('ConstantOfShape', write.node('Concat', [rows[0]!, write.integers(attributes['width'] as number)], { axis: 0 }), {});
  },
  cast: (write, inputs, { attributes }) => write.node('Cast', inputs, { to: attributes['to'] as number }),
  positions: (write, [like]) => {
    const scalar = (value: bigint): string => write.constant([], BigInt64Array.of(value));
    const size = write.node('Squeeze', write.node('Shape', [like!], { start: 0, end: 1 }));
    const range = write.node('Range', [scalar(0n), size[0]!, scalar(1n)]);
    return write.node('Reshape', [write.node('Cast', range, { to: TO.float })[0]!, write.integers(-1, 1, 1)]);
  },
} satisfies Operators;
