/**
 * A recurrent network over time: the one file that knows time steps, masks, directions and layers.
 * Written over `Ops`: by the cell's equations, where every gate can be seen, or by the engine's own operator, which is faster.
 */
import type { Ops } from '../engine/ops.js';
import { cellOf, type RecurrentWeights } from './cells/index.js';
import { fusedLayer } from './layouts.js';
import { gatesOf, inputSizeOf, type DirectionWeights, type NetworkShape, type NetworkWeights } from './shape.js';

/**
 * The network by the engine's own operators.
 *
 * @param inputs [batch, timeSteps, inputSize], the real time steps of each row first
 * @param lengths how many of them are real, [batch]
 * @returns [batch, timeSteps, units × directions], zeros after the last real time step
 */
export function fusedNetwork<T>(ops: Ops<T>, shape: NetworkShape, weights: NetworkWeights, inputs: T, lengths: T): T {
  return weights.reduce((below, layer, index) => ops.recurrentLayer!(below, lengths, fusedLayer(shape, layer, index)), inputs);
}

export interface TracedInputs<T> {
  /** [batch, timeSteps, inputSize] */
  inputs: T;
  /** 1 where the time step is real, else 0, [timeSteps, batch, 1] */
  mask: T;
  /** 1 - mask */
  masked: T;
}

/** The name under which a layer's matrix leaves the network: `1.forward.cellStates`. */
export const traceName = (layer: number, direction: string, matrix: string): string => `${layer + 1}.${direction}.${matrix}`;

/**
 * The network by its equations. At a masked time step the state of the one before is handed on as it is.
 *
 * @returns `hiddenStates` [batch, timeSteps, units × directions]; and by `traceName` every state and gate,
 *   [timeSteps, batch, units]; zeros where masked
 */
export function tracedNetwork<T>(
  ops: Ops<T>,
  shape: NetworkShape,
  weights: NetworkWeights,
  { inputs, mask, masked }: TracedInputs<T>,
): Record<string, T> {
  const { states, gates, hasGates, advance } = cellOf(shape.cell, shape.resetAfter);
  const results: Record<string, T> = {};
  let below = ops.transpose(inputs, [1, 0, 2]);
  for (const [layer, directions] of weights.entries()) {
    const hiddenStates = directions.map((direction, d) => {
      const projected = ops.add(
        ops.matmul(below, kernelOf(ops, shape, direction, layer)),
        ops.constant([direction.bias.length], direction.bias),
      );
      const recurrent = recurrentWeights(ops, shape, direction);
      const name = shape.directions[d]!;
      const matrices = ops.scan({
        initial: states.map(() => ops.zeros(mask, 1, shape.units)),
        inputs: [projected, mask, masked],
        reverse: name === 'backward',
        step: (before, [input, real, padding]) => {
          const now = advance(input!, before, recurrent, ops);
          const state = now.state.map((value, i) => ops.add(ops.multiply(real!, value), ops.multiply(padding!, before[i]!)));
          const shown = [...now.state, ...(hasGates ? now.gates : [])];
          return { state, outputs: shown.map((value) => ops.multiply(real!, value)) };
        },
      });
      [...states, ...(hasGates ? gates : [])].forEach((matrix, i) => (results[traceName(layer, name, matrix)] = matrices[i]!));
      return matrices[0]!;
    });
    below = hiddenStates.length === 1 ? hiddenStates[0]! : ops.concat(hiddenStates, 2);
  }
  return { ...results, hiddenStates: ops.transpose(below, [1, 0, 2]) };
}

const kernelOf = <T>(ops: Ops<T>, shape: NetworkShape, { kernel }: DirectionWeights, layer: number): T =>
  ops.constant([inputSizeOf(shape, layer), gatesOf(shape).length * shape.units], kernel);

function recurrentWeights<T>(ops: Ops<T>, shape: NetworkShape, { recurrentKernel, recurrentBias }: DirectionWeights): RecurrentWeights<T> {
  const gates = gatesOf(shape).length;
  const kernel = ops.constant([shape.units, gates * shape.units], recurrentKernel);
  const bias = ops.constant([gates * shape.units], recurrentBias);
  return {
    recurrentKernel: kernel,
    recurrentKernels: gates === 1 ? [kernel] : ops.split(kernel, gates, 1),
    recurrentBias: bias,
    recurrentBiases: gates === 1 ? [bias] : ops.split(bias, gates, 0),
  };
}
