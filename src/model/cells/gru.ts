/**
 * The GRU cell (Cho et al. 2014) in its two kinds; z keeps the old state:
 *
 *     z = σ(x·W_z + b_z + h'·U_z + c_z)    r = σ(x·W_r + b_r + h'·U_r + c_r)    h = (1 - z)·h̃ + z·h'
 *     reset after (cuDNN, PyTorch, Keras's default):    h̃ = tanh(x·W_h + b_h + r·(h'·U_h + c_h))
 *     reset before (the paper):                         h̃ = tanh(x·W_h + b_h + (r·h')·U_h + c_h)
 */
import type { Ops } from '../../engine/ops.js';
import type { Cell } from './cell.js';

const shared = { name: 'gru', gates: ['updateGate', 'resetGate', 'candidate'], hasGates: true, states: ['hiddenStates'] } as const;

export const gruResetAfter: Cell = {
  ...shared,
  innerBias: true,
  advance: (input, [previous], { recurrentKernel, recurrentBias }, ops) => {
    const [inputZ, inputR, inputH] = ops.split(input, 3, 1);
    const [recurrentZ, recurrentR, recurrentH] = ops.split(ops.add(ops.matmul(previous!, recurrentKernel), recurrentBias), 3, 1);
    const updateGate = ops.sigmoid(ops.add(inputZ!, recurrentZ!));
    const resetGate = ops.sigmoid(ops.add(inputR!, recurrentR!));
    const candidate = ops.tanh(ops.add(inputH!, ops.multiply(resetGate, recurrentH!)));
    return { state: [mix(updateGate, previous!, candidate, ops)], gates: [updateGate, resetGate, candidate] };
  },
};

export const gruResetBefore: Cell = {
  ...shared,
  innerBias: false,
  advance: (input, [previous], { recurrentKernel }, ops) => {
    const [inputZ, inputR, inputH] = ops.split(input, 3, 1);
    const [kernelZ, kernelR, kernelH] = ops.split(recurrentKernel, 3, 1);
    const updateGate = ops.sigmoid(ops.add(inputZ!, ops.matmul(previous!, kernelZ!)));
    const resetGate = ops.sigmoid(ops.add(inputR!, ops.matmul(previous!, kernelR!)));
    const candidate = ops.tanh(ops.add(inputH!, ops.matmul(ops.multiply(resetGate, previous!), kernelH!)));
    return { state: [mix(updateGate, previous!, candidate, ops)], gates: [updateGate, resetGate, candidate] };
  },
};

/** (1 - z)·h̃ + z·h' */
function mix<T>(updateGate: T, previous: T, candidate: T, ops: Ops<T>): T {
  const one = ops.constant([1], ONE);
  return ops.add(ops.multiply(ops.subtract(one, updateGate), candidate), ops.multiply(updateGate, previous));
}

const ONE = Float32Array.of(1);
