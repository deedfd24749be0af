/**
 * A recurrent network, compiled and ready: sentences in, states out.
 * Only real time steps enter it, moved to the front of their rows; so padding, wherever it stands, cannot change a state.
 */
import type { Engine, HostTensor, Program } from '../engine/ops.js';
import { Tensor } from '../formats/tensor.js';
import type { LayerTrace } from '../formats/record.js';
import { cellOf } from './cells/index.js';
import { fusedNetwork, tracedNetwork, traceName } from './recurrent.js';
import { checkWeights, type NetworkShape, type NetworkWeights } from './shape.js';

/** One sentence for the network. */
export interface Sequence {
  /** [timeSteps, inputSize] */
  inputs: Tensor;
  /** 1 = real, one a time step; all real if undefined */
  mask?: readonly number[] | undefined;
}

/** What it gave; rows of masked time steps are zeros. */
export interface States {
  /** [timeSteps, units × directions] of the last layer */
  hiddenStates: Tensor;
  trace?: LayerTrace[];
}

export interface Network {
  shape: NetworkShape;
  /** the states of each sentence, in order */
  run(batch: readonly Sequence[]): Promise<States[]>;
  close(): Promise<void>;
}

/** @param trace every state and gate of every layer, by the cell's equations */
export async function openNetwork(engine: Engine, shape: NetworkShape, weights: NetworkWeights, trace: boolean): Promise<Network> {
  checkWeights(shape, weights);
  const fused = engine.fused && !trace;
  const program = fused ? await compileFused(engine, shape, weights) : await compileTraced(engine, shape, weights, trace);
  return {
    shape,
    close: () => program.close(),
    run: async (batch) => {
      const real = batch.map(realSteps);
      // a sentence without a real time step has nothing to run; its states are zeros
      const rows = real.flatMap((steps, row) => (steps.length > 0 ? [row] : []));
      const results = rows.length > 0 ? await program.run(feedsOf(batch, real, rows, shape.inputSize, fused)) : {};
      const places = new Map(rows.map((row, place) => [row, place]));
      return batch.map((sequence, row) => statesOf(sequence, real[row]!, places.get(row), results, shape, trace));
    },
  };
}

function compileFused(engine: Engine, shape: NetworkShape, weights: NetworkWeights): Promise<Program> {
  const types = {
    inputs: { type: 'float', shape: ['batch', 'timeSteps', shape.inputSize] },
    lengths: { type: 'int', shape: ['batch'] },
  } as const;
  return engine.compile(types, (ops, { inputs, lengths }) => ({ hiddenStates: fusedNetwork(ops, shape, weights, inputs!, lengths!) }));
}

function compileTraced(engine: Engine, shape: NetworkShape, weights: NetworkWeights, trace: boolean): Promise<Program> {
  const steps = { type: 'float', shape: ['timeSteps', 'batch', 1] } as const;
  const types = { inputs: { type: 'float', shape: ['batch', 'timeSteps', shape.inputSize] }, mask: steps, masked: steps } as const;
  return engine.compile(types, (ops, { inputs, mask, masked }) => {
    const results = tracedNetwork(ops, shape, weights, { inputs: inputs!, mask: mask!, masked: masked! });
    return trace ? results : { hiddenStates: results['hiddenStates']! };
  });
}

/** The real time steps of a sentence, in order. */
function realSteps({ inputs, mask }: Sequence): number[] {
  const steps: number[] = [];
  for (let t = 0; t < inputs.shape[0]!; t++) if (mask === undefined || mask[t] === 1) steps.push(t);
  return steps;
}

function feedsOf(
  batch: readonly Sequence[],
  real: readonly number[][],
  rows: readonly number[],
  inputSize: number,
  fused: boolean,
): Record<string, HostTensor> {
  const timeSteps = Math.max(...rows.map((row) => real[row]!.length));
  const inputs = new Float32Array(rows.length * timeSteps * inputSize);
  for (const [place, row] of rows.entries()) copySteps(batch[row]!.inputs.data, real[row]!, inputs, place * timeSteps, inputSize);
  const feeds = { inputs: { shape: [rows.length, timeSteps, inputSize], data: inputs } };
  const lengths = Int32Array.from(rows, (row) => real[row]!.length);
  if (fused) return { ...feeds, lengths: { shape: [rows.length], data: lengths } };
  const mask = Float32Array.from({ length: timeSteps * rows.length }, (_, i) =>
    Math.floor(i / rows.length) < lengths[i % rows.length]! ? 1 : 0,
  );
  const shape = [timeSteps, rows.length, 1];
  return { ...feeds, mask: { shape, data: mask }, masked: { shape, data: mask.map((real) => 1 - real) } };
}

/** Rows `steps` of a matrix to consecutive rows of another, a run of neighbours at a time. */
function copySteps(from: Float32Array, steps: readonly number[], to: Float32Array, row: number, width: number): void {
  for (let begin = 0; begin < steps.length;) {
    let end = begin + 1;
    while (end < steps.length && steps[end] === steps[end - 1]! + 1) end++;
    to.set(from.subarray(steps[begin]! * width, (steps[end - 1]! + 1) * width), (row + begin) * width);
    begin = end;
  }
}

function statesOf(
  sequence: Sequence,
  steps: readonly number[],
  place: number | undefined,
  results: Record<string, HostTensor>,
  shape: NetworkShape,
  trace: boolean,
): States {
  const { units, directions } = shape;
  const timeSteps = sequence.inputs.shape[0]!;
  const take = (name: string, width: number, batchFirst: boolean): Tensor => {
    const matrix = new Tensor([timeSteps, width], new Float32Array(timeSteps * width));
    if (place === undefined) return matrix;
    const { data, shape: size } = results[name]!;
    for (const [step, t] of steps.entries()) {
      const from = (batchFirst ? place * size[1]! + step : step * size[1]! + place) * width;
      matrix.data.set(data.subarray(from, from + width) as Float32Array, t * width);
    }
    return matrix;
  };
  const hiddenStates = take('hiddenStates', units * directions.length, true);
  return trace ? { hiddenStates, trace: tracesOf(shape, (name) => take(name, units, false)) } : { hiddenStates };
}

function tracesOf(shape: NetworkShape, take: (name: string) => Tensor): LayerTrace[] {
  const { states, gates, hasGates } = cellOf(shape.cell, shape.resetAfter);
  return Array.from({ length: shape.layers }, (_, layer) =>
    shape.directions.map((direction): LayerTrace => {
      const matrix = (name: string): Tensor => take(traceName(layer, direction, name));
      const [hiddenStates, cellStates] = states.map(matrix);
      const shown = hasGates ? gates.map((gate) => [gate, matrix(gate)]) : [];
      return {
        layer: layer + 1,
        direction,
        hiddenStates: hiddenStates!,
        ...(cellStates ? { cellStates } : {}),
        gates: Object.fromEntries(shown) as Record<string, Tensor>,
      };
    }),
  ).flat();
}
