/** The states and gates of one sentence, as a record carries them, from the matrices that a network gave by name. */
import type { LayerTrace } from '../formats/record.js';
import type { Tensor } from '../formats/tensor.js';
import { cellOf } from './cells/index.js';
import { matricesOf, traceName } from './recurrent.js';
import type { NetworkShape } from './shape.js';

/** @param matrix the sentence's [timeSteps, units] of a `traceName` */
export function layerTraces(shape: NetworkShape, matrix: (name: string) => Tensor): LayerTrace[] {
  const { states, gates, hasGates } = cellOf(shape.cell, shape.resetAfter);
  return Array.from({ length: shape.layers }, (_, layer) =>
    shape.directions.map((direction): LayerTrace => {
      const of = (name: string): Tensor => matrix(traceName(layer, direction, name));
      const [hiddenStates, cellStates] = states.map(of);
      return {
        layer: layer + 1,
        direction,
        hiddenStates: hiddenStates!,
        ...(cellStates ? { cellStates } : {}),
        gates: Object.fromEntries(hasGates ? gates.map((gate) => [gate, of(gate)]) : []),
      };
    }),
  ).flat();
}

/** The names of all matrices that `layerTraces` asks for. */
export function traceNames(shape: NetworkShape): string[] {
  return Array.from({ length: shape.layers }, (_, layer) =>
    shape.directions.flatMap((direction) => matricesOf(shape).map((matrix) => traceName(layer, direction, matrix))),
  ).flat();
}
