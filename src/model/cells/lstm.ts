/**
 * The LSTM cell (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000):
 *
 *     i = σ(x·Wᵢ + h'·Uᵢ + bᵢ)    f = σ(x·W_f + h'·U_f + b_f)    c̃ = tanh(x·W_c + h'·U_c + b_c)    o = σ(x·Wₒ + h'·Uₒ + bₒ)
 *     c = f·c' + i·c̃              h = o·tanh(c)
 */
import type { Cell } from './cell.js';

export const lstm: Cell = {
  name: 'lstm',
  gates: ['inputGate', 'forgetGate', 'candidate', 'outputGate'],
  hasGates: true,
  innerBias: false,
  states: ['hiddenStates', 'cellStates'],
  advance: (input, [previousHidden, previousCell], { recurrentKernel }, ops) => {
    const recurrent = ops.matmul(previousHidden!, recurrentKernel);
    const [i, f, c, o] = ops.split(ops.add(input, recurrent), 4, 1);
    const [inputGate, forgetGate, candidate, outputGate] = [ops.sigmoid(i!), ops.sigmoid(f!), ops.tanh(c!), ops.sigmoid(o!)];
    const cellState = ops.add(ops.multiply(forgetGate, previousCell!), ops.multiply(inputGate, candidate));
    const hiddenState = ops.multiply(outputGate, ops.tanh(cellState));
    return { state: [hiddenState, cellState], gates: [inputGate, forgetGate, candidate, outputGate] };
  },
};
