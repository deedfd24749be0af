/**
 * A recurrent network over time: the one file that knows time steps, lengths, directions and layers.
 * Written over `Ops`, by the cell's equations: every gate can be seen, gradients can be had, and the first layer may look its products
 * up. The real time steps of a sentence stand first in its row; what comes after them is computed with
 * whatever is there and must not be looked at. A backward layer reads each sentence in reverse up to its length, so that padding
 * comes last for it, too: no padding stands before a real time step, whichever way it is read.
 */
import type { Ops } from '../engine/ops.js';
import { cellOf } from './cells/index.js';
import { quantizedConstant } from './quantize.js';
import { gatesOf, inputSizeOf, type Direction, type DirectionWeights, type NetworkShape, type NetworkWeights } from './shape.js';

/** The weights of one direction of a layer as values of an engine; shapes as in `DirectionWeights`. */
export type DirectionValues<T> = Record<keyof DirectionWeights, T>;

/** By layer, then by direction. */
export type NetworkValues<T> = readonly (readonly DirectionValues<T>[])[];

/**
 * Weights that do not change, as the constants of a program.
 *
 * @param quantize in 8 bits what hidden states are multiplied with; the first layer's kernel, which reads word vectors, stays as it is
 */
export function constantWeights<T>(ops: Ops<T>, shape: NetworkShape, weights: NetworkWeights, quantize = false): NetworkValues<T> {
  const width = gatesOf(shape).length * shape.units;
  const matrix = (rows: number, data: Float32Array, read: boolean): T =>
    quantize && read ? quantizedConstant(ops, { shape: [rows, width], data }) : ops.constant([rows, width], data);
  return weights.map((layer, index) =>
    layer.map(({ kernel, recurrentKernel, bias, recurrentBias }) => ({
      kernel: matrix(inputSizeOf(shape, index), kernel, index > 0),
      recurrentKernel: matrix(shape.units, recurrentKernel, true),
      bias: ops.constant([width], bias),
      recurrentBias: ops.constant([width], recurrentBias),
    })),
  );
}

/** What a layer brings to the gates before the state does: x·W + b, and + c where the cell does not add it within. […, inputSize] → […, gates × units] */
export function inputProducts<T>(ops: Ops<T>, shape: NetworkShape, { kernel, bias, recurrentBias }: DirectionValues<T>, inputs: T): T {
  const { innerBias } = cellOf(shape.cell, shape.resetAfter);
  return ops.add(ops.matmul(inputs, kernel), innerBias ? bias : ops.add(bias, recurrentBias));
}

/** Word vectors that were multiplied before: many time steps read the same one, and its products are looked up. */
export interface LookedUp<T> {
  /** `inputProducts` of the first layer for each vector, by direction: [vectors, gates × units] */
  products: readonly T[];
  /** which vector each time step reads, [timeSteps, batch] */
  places: T;
  /** what is read beside them, [timeSteps, batch, size], and the rows of the kernels that belong to it, by direction: [size, gates × units] */
  beside?: { vectors: T; kernels: readonly T[] };
}

/** The matrices of a layer and direction that a trace tells: states, then gates. */
export function matricesOf({ cell, resetAfter }: NetworkShape): string[] {
  const { states, gates, hasGates } = cellOf(cell, resetAfter);
  return [...states, ...(hasGates ? gates : [])];
}

/** The name under which a layer's matrix leaves the network: `1.forward.cellStates`. */
export const traceName = (layer: number, direction: string, matrix: string): string => `${layer + 1}.${direction}.${matrix}`;

/**
 * The network by its equations.
 *
 * @param inputs [timeSteps, batch, inputSize], or vectors that are looked up
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
  inputs: T | LookedUp<T>,
  lengths: T,
  betweenLayers: (states: T, layer: number) => T = (states) => states,
  initial?: (layer: number, direction: number) => readonly T[],
  nudge?: (layer: number, direction: Direction) => T | undefined,
): Record<string, T> {
  const { states, hasGates, advance } = cellOf(shape.cell, shape.resetAfter);
  const names = matricesOf(shape);
  const results: Record<string, T> = {};
  const lookedUp = isLookedUp(inputs) ? inputs : undefined;
  let below = isLookedUp(inputs) ? inputs.places : inputs;
  for (const [layer, directions] of weights.entries()) {
    if (layer > 0) below = betweenLayers(below, layer);
    const hiddenStates = directions.map((own, d) => {
      const name = shape.directions[d]!;
      const inOrder = (value: T): T => (name === 'backward' ? ops.reverseSequence(value, lengths) : value);
      const added = nudge?.(layer, name);
      const products = layer === 0 ? lookedUp?.products[d] : undefined;
      const beside = layer === 0 ? lookedUp?.beside : undefined;
      const matrices = ops.scan({
        initial: initial?.(layer, d) ?? states.map(() => ops.zeros(below, 1, shape.units)),
        inputs: [below, beside?.vectors, added].flatMap((value) => (value === undefined ? [] : [inOrder(value)])),
        step: (before, [read, ...more]) => {
          const looked = products === undefined ? inputProducts(ops, shape, own, read!) : ops.gather(products, read!);
          const input = beside ? ops.add(looked, ops.matmul(more.shift()!, beside.kernels[d]!)) : looked;
          const [nudged] = more;
          const { state: after, gates: opened } = advance(input, before, own, ops);
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

const isLookedUp = <T>(inputs: T | LookedUp<T>): inputs is LookedUp<T> =>
  typeof inputs === 'object' && inputs !== null && 'products' in inputs && 'places' in inputs;

/**
 * One time step of a network that reads forwards.
 *
 * @param input `inputProducts` of the first layer, [batch, gates × units]
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
  let below: T | undefined;
  return weights.map(([forward], layer) => {
    const products = below === undefined ? input : inputProducts(ops, shape, forward!, below);
    const { state } = advance(products, [...before[layer]!], forward!, ops);
    below = state[0]!;
    return state;
  });
}
