/**
 * A network one time step at a time: states in, states out. What writes text needs this: each new token costs one time step, and not
 * the whole text again. It reads forwards only.
 */
import type { Engine, HostTensor, InputType, Program } from '../engine/ops.js';
import type { ModelShape } from '../formats/model.js';

import { cellOf } from './cells/index.js';
import { headOf } from './heads/index.js';
import { denseParameters, networkWeights, VECTORS, type Parameters } from './parameters.js';
import { constantWeights, inputProducts, networkStep } from './recurrent.js';

/** `state 1.0`: the first state of the second layer, [batch, units]; a result of a program may not have the name of an input */
const stateName = (layer: number, state: number): string => `state ${layer}.${state}`;
const AFTER = 'next ';

function stateNames({ network }: ModelShape): string[][] {
  const { states } = cellOf(network.cell, network.resetAfter);
  return Array.from({ length: network.layers }, (_, layer) => states.map((_, i) => stateName(layer, i)));
}

/** States before the first time step, for a batch. */
export function firstStates(shape: ModelShape, batch: number): Record<string, HostTensor> {
  const { units } = shape.network;
  const zeros = (): HostTensor => ({ shape: [batch, units], data: new Float32Array(batch * units) });
  return Object.fromEntries(
    stateNames(shape)
      .flat()
      .map((name) => [name, zeros()]),
  );
}

/** Of a time step's results the states, as the next time step takes them. */
export const statesAfter = (results: Record<string, HostTensor>): Record<string, HostTensor> =>
  Object.fromEntries(
    Object.entries(results)
      .filter(([name]) => name.startsWith(AFTER))
      .map(([name, state]) => [name.slice(AFTER.length), state]),
  );

/** A program from word vectors [batch, inputSize] and states to the head's answers, with batch as their first axis, and states. */
export function compileStep(engine: Engine, shape: ModelShape, parameters: Parameters): Promise<Program> {
  const { network } = shape;
  const names = stateNames(shape);
  const state: InputType = { type: 'float', shape: ['batch', network.units] };
  const inputs: Record<string, InputType> = {
    [VECTORS]: { type: 'float', shape: ['batch', network.inputSize] },
    ...Object.fromEntries(names.flat().map((name) => [name, state])),
  };
  return engine.compile(inputs, (ops, given) => {
    const constants = Object.fromEntries(
      denseParameters(shape)
        .filter(({ name }) => !name.startsWith('rnn.'))
        .map(({ name }) => [name, ops.constant(parameters.get(name)!.shape, parameters.get(name)!.data)]),
    );
    const before = names.map((layer) => layer.map((name) => given[name]!));
    const weights = constantWeights(ops, network, networkWeights(network, parameters));
    const after = networkStep(ops, network, weights, inputProducts(ops, network, weights[0]![0]!, given[VECTORS]!), before);
    const states = names.flatMap((layer, index) => layer.map((name, i) => [AFTER + name, after[index]![i]!] as const));
    const hiddenStates = after.at(-1)![0]!;
    return { ...headOf(shape.head).predict(ops, shape.head, constants, { hiddenStates }), ...Object.fromEntries(states) };
  });
}
