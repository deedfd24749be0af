/**
 * A recurrent network over time: the one file that knows time steps, lengths, directions and layers.
 * Written over `Ops`: by the cell's equations, where every gate can be seen and gradients can be had, or by the engine's own
 * operator, which is faster. The real time steps of a sentence stand first in its row; what comes after them is computed with
 * whatever is there and must not be looked at. A backward layer reads each sentence in reverse up to its length, so that padding
 * comes last for it, too: no padding stands before a real time step, whichever way it is read.
 */
import type { Ops } from '../engine/ops.js';
import { cellOf } from './cells/index.js';
import { fusedLayer } from './layouts.js';
import { quantizedLayer, roundedWeights } from './quantize.js';
import { gatesOf, inputSizeOf, type Direction, type DirectionWeights, type NetworkShape, type NetworkWeights } from './shape.js';

/** The weights of one direction of a layer as values of an engine; shapes as in `DirectionWeights`. */
export type DirectionValues<T> = Record<keyof DirectionWeights, T>;

/** By layer, then by direction. */
export type NetworkValues<T> = readonly (readonly DirectionValues<T>[])[];

/** Weights that do not change, as the constants of a program. */
export function constantWeights<T>(ops: Ops<T>, shape: NetworkShape, weights: NetworkWeights): NetworkValues<T> {
  const width = gatesOf(shape).length * shape.units;
  return weights.map((layer, index) =>
    layer.map(({ kernel, recurrentKernel, bias, recurrentBias }) => ({
      kernel: ops.constant([inputSizeOf(shape, index), width], kernel),
      recurrentKernel: ops.constant([shape.units, width], recurrentKernel),
      bias: ops.constant([width], bias),
      recurrentBias: ops.constant([width], recurrentBias),
    })),
  );
}

/** The name under which a layer's matrix leaves the network: `1.forward.cellStates`. */
export const traceName = (layer: number, direction: string, matrix: string): string => `${layer + 1}.${direction}.${matrix}`;

/**
 * The network by its equations.
 *
 * @param inputs [timeSteps, batch, inputSize]
 * @param lengths how many time steps of each row are real, [batch]
 * @param betweenLayers what is done to the states that the layer of that index (from 1) reads, such as dropout
 * @param initial the states of each layer and direction before the first time step, [batch, units]; zeros if undefined
 * @param nudge what is added to the hidden states of each layer and direction, [timeSteps, batch, units]: zeros, whose gradient is theirs
 * @returns `hiddenStates` [timeSteps, batch, units × directions]; and by `traceName` every state and gate, [timeSteps, batch, units]
 */
export function recurrentNetwork<T>(
  ops: Ops<T>,
  shape: NetworkShape,
  weights: NetworkValues<T>,
  inputs: T,
  lengths: T,
  betweenLayers: (states: T, layer: number) => T = (states) => states,
  initial?: (layer: number, direction: number) => readonly T[],
  nudge?: (layer: number, direction: Direction) => T | undefined,
): Record<string, T> {
  const { states, gates, hasGates, advance } = cellOf(shape.cell, shape.resetAfter);
  const names = [...states, ...(hasGates ? gates : [])];
  const results: Record<string, T> = {};
  let below = inputs;
  for (const [layer, directions] of weights.entries()) {
    if (layer > 0) below = betweenLayers(below, layer);
    const hiddenStates = directions.map(({ kernel, bias, ...recurrent }, d) => {
      const name = shape.directions[d]!;
      const inOrder = (value: T): T => (name === 'backward' ? ops.reverseSequence(value, lengths) : value);
      const added = nudge?.(layer, name);
      const matrices = ops.scan({
        initial: initial?.(layer, d) ?? states.map(() => ops.zeros(below, 1, shape.units)),
        inputs: [ops.add(ops.matmul(inOrder(below), kernel), bias), ...(added === undefined ? [] : [inOrder(added)])],
        step: (before, [input, nudged]) => {
          const { state: after, gates: opened } = advance(input!, before, recurrent, ops);
          const state = nudged === undefined ? after : [ops.add(after[0]!, nudged), ...after.slice(1)];
          return { state, outputs: [...state, ...(hasGates ? opened : [])] };
        },
      });
      const inTime = matrices.map(inOrder);
      names.forEach((matrix, i) => (results[traceName(layer, name, matrix)] = inTime[i]!));
      return inTime[0]!;
    });
    below = ops.concat(hiddenStates, 2);
  }
  return { ...results, hiddenStates: below };
}

/**
 * One time step of a network that reads forwards.
 *
 * @param input [batch, inputSize]
 * @param before the states of each layer, [batch, units] each
 * @returns the states after it
 */
export function networkStep<T>(
  ops: Ops<T>,
  shape: NetworkShape,
  weights: NetworkValues<T>,
  input: T,
  before: readonly (readonly T[])[],
): T[][] {
  const { advance } = cellOf(shape.cell, shape.resetAfter);
  let below = input;
  return weights.map(([forward], layer) => {
    const { kernel, bias, ...recurrent } = forward!;
    const { state } = advance(ops.add(ops.matmul(below, kernel), bias), [...before[layer]!], recurrent, ops);
    below = state[0]!;
    return state;
  });
}

/** By what a trained network is computed. */
interface Computing {
  /** by the engine's own operators, which are faster; else by the cell's equations */
  fused: boolean;
  /** weights are rounded to 8 bits; for an LSTM only */
  quantize?: boolean;
}

/** The network with weights that do not change. @returns `hiddenStates`, and without `fused` all that `recurrentNetwork` gives */
export function trainedNetwork<T>(
  ops: Ops<T>,
  shape: NetworkShape,
  weights: NetworkWeights,
  inputs: T,
  lengths: T,
  { fused, quantize = false }: Computing,
): Record<string, T> {
  if (fused) return { hiddenStates: fusedNetwork(ops, shape, weights, inputs, lengths, quantize) };
  const used = quantize ? roundedWeights(shape, weights) : weights;
  return recurrentNetwork(ops, shape, constantWeights(ops, shape, used), inputs, lengths);
}

/** [timeSteps, batch, units × directions], zeros after the last real time step. */
function fusedNetwork<T>(ops: Ops<T>, shape: NetworkShape, weights: NetworkWeights, inputs: T, lengths: T, quantize: boolean): T {
  return weights.reduce((below, layer, index) => {
    const fused = fusedLayer(shape, layer, index);
    return ops.recurrentLayer!(below, lengths, quantize ? quantizedLayer(fused) : fused);
  }, inputs);
}
