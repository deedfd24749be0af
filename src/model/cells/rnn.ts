/** The simple recurrent cell (Elman 1990): h = tanh(x·W + b + h'·U + c), with h' of the time step before. */
import type { Cell } from './cell.js';

export const rnn: Cell = {
  name: 'rnn',
  gates: ['hiddenState'],
  hasGates: false,
  innerBias: false,
  states: ['hiddenStates'],
  advance: (input, [previous], { recurrentKernel }, ops) => {
    const recurrent = ops.matmul(previous!, recurrentKernel);
    const hiddenState = ops.tanh(ops.add(input, recurrent));
    return { state: [hiddenState], gates: [hiddenState] };
  },
};
