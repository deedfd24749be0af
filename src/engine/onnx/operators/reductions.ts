/** Operations that sum, compare or normalise along an axis. */
import { axisOf, numbersOf } from '../../graph/operations/operation.js';
import { keeps } from '../../graph/operations/reductions.js';
import type { Operators } from './operator.js';

export const reductions = {
  sum: (write, [x], { attributes }) =>
    write.node('ReduceSum', [x!, write.integers(...numbersOf(attributes, 'axes'))], { keepdims: keeps(attributes) ? 1 : 0 }),
  max: (write, [x], { attributes }) => write.node('ReduceMax', [x!, write.integers(axisOf(attributes))], { keepdims: 0 }),
  softmax: (write, inputs) => write.node('Softmax', inputs, { axis: -1 }),
  logSoftmax: (write, inputs) => write.node('LogSoftmax', inputs, { axis: -1 }),
  logSumExp: (write, [x], { attributes }) => write.node('ReduceLogSumExp', [x!, write.integers(axisOf(attributes))], { keepdims: 0 }),
  expandAs: (write, [x, like]) => write.node('Expand', [x!, write.node('Shape', [like!])[0]!]),
} satisfies Operators;
