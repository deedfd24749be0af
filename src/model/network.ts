/**
 * A recurrent network, compiled and ready: sentences in, states out.
 * Only real time steps enter it, moved to the front of their rows; so padding, wherever it stands, cannot change a state.
 */
import type { Engine, HostTensor, Program } from '../engine/ops.js';
import { Tensor } from '../formats/tensor.js';
import type { LayerTrace } from '../formats/record.js';
import { cellOf } from './cells/index.js';
import { constantWeights, fusedNetwork, recurrentNetwork, traceName } from './recurrent.js';
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
  const program = await compile(engine, shape, weights, trace);
  // the inputs' memory is used again: a batch's worth of fresh memory costs more than copying the batch
  const spare: Float32Array[] = [];
  return {
    shape,
    close: () => program.close(),
    run: async (batch) => {
      const real = batch.map(realSteps);
      // a sentence without a real time step has nothing to run; its states are zeros
      const rows = real.flatMap((steps, row) => (steps.length > 0 ? [row] : []));
      if (rows.length === 0) return unpacked(batch, real, rows, {}, shape, trace);
      const size = rows.length * Math.max(...rows.map((row) => real[row]!.length)) * shape.inputSize;
      const memory = taken(spare, size);
      const results = await program.run(feedsOf(batch, real, rows, shape.inputSize, memory.subarray(0, size).fill(0)));
      spare.push(memory);
      return unpacked(batch, real, rows, results, shape, trace);
    },
  };
}

function compile(engine: Engine, shape: NetworkShape, weights: NetworkWeights, trace: boolean): Promise<Program> {
  const types = {
    inputs: { type: 'float', shape: ['timeSteps', 'batch', shape.inputSize] },
    lengths: { type: 'int', shape: ['batch'] },
  } as const;
  return engine.compile(types, (ops, { inputs, lengths }) => {
    if (engine.fused && !trace) return { hiddenStates: fusedNetwork(ops, shape, weights, inputs!, lengths!) };
    const results = recurrentNetwork(ops, shape, constantWeights(ops, shape, weights), inputs!, lengths!);
    return trace ? results : { hiddenStates: results['hiddenStates']! };
  });
}

/** Memory that is large enough, used before if there is some. */
function taken(spare: Float32Array[], size: number): Float32Array {
  const at = spare.findIndex(({ length }) => length >= size);
  return at < 0 ? new Float32Array(size) : spare.splice(at, 1)[0]!;
}

/** The real time steps of a sentence, as runs of neighbours: usually one. */
interface RealSteps {
  runs: readonly (readonly [begin: number, end: number])[];
  length: number;
}

function realSteps({ inputs, mask }: Sequence): RealSteps {
  const timeSteps = inputs.shape[0]!;
  if (mask === undefined) return { runs: [[0, timeSteps]], length: timeSteps };
  const runs: [number, number][] = [];
  let length = 0;
  for (let begin = mask.indexOf(1); begin >= 0;) {
    let end = begin + 1;
    while (mask[end] === 1) end++;
    runs.push([begin, end]);
    length += end - begin;
    begin = mask.indexOf(1, end);
  }
  return { runs, length };
}

/** @param inputs memory for [timeSteps, rows, inputSize], all zeros */
function feedsOf(
  batch: readonly Sequence[],
  real: readonly RealSteps[],
  rows: readonly number[],
  inputSize: number,
  inputs: Float32Array,
): Record<string, HostTensor> {
  const timeSteps = inputs.length / (rows.length * inputSize);
  for (const [place, row] of rows.entries()) {
    const { data } = batch[row]!.inputs;
    let step = 0;
    for (const [begin, end] of real[row]!.runs)
      for (let t = begin; t < end; t++, step++)
        inputs.set(data.subarray(t * inputSize, (t + 1) * inputSize), (step * rows.length + place) * inputSize);
  }
  return {
    inputs: { shape: [timeSteps, rows.length, inputSize], data: inputs },
    lengths: { shape: [rows.length], data: Int32Array.from(rows, (row) => real[row]!.length) },
  };
}

/** The results of a program as the states of each sentence, every time step back in its place. */
function unpacked(
  batch: readonly Sequence[],
  real: readonly RealSteps[],
  rows: readonly number[],
  results: Record<string, HostTensor>,
  shape: NetworkShape,
  trace: boolean,
): States[] {
  const matrices = (name: string, width: number): Tensor[] => {
    // one block for the whole batch, of which each sentence has a part: it can be written as it is
    const block = new Float32Array(batch.reduce((sum, { inputs }) => sum + inputs.shape[0]! * width, 0));
    let at = 0;
    const parts = batch.map(({ inputs }): Tensor => {
      const timeSteps = inputs.shape[0]!;
      at += timeSteps * width;
      return new Tensor([timeSteps, width], block.subarray(at - timeSteps * width, at));
    });
    const result = results[name];
    if (result) for (const [place, row] of rows.entries()) put(result, place, parts[row]!, real[row]!, width);
    return parts;
  };
  const hiddenStates = matrices('hiddenStates', shape.units * shape.directions.length);
  const traces = trace ? tracesOf(shape, batch.length, (name) => matrices(name, shape.units)) : undefined;
  return hiddenStates.map((states, row) => (traces ? { hiddenStates: states, trace: traces[row]! } : { hiddenStates: states }));
}

/** Copies a sentence's rows from a result of [timeSteps, batch, width]. */
function put({ data, shape }: HostTensor, place: number, to: Tensor, { runs }: RealSteps, width: number): void {
  let step = 0;
  for (const [begin, end] of runs)
    for (let t = begin; t < end; t++, step++) {
      const from = (step * shape[1]! + place) * width;
      to.data.set(data.subarray(from, from + width), t * width);
    }
}

/** For each sentence the traces of all layers and directions. */
function tracesOf(shape: NetworkShape, sentences: number, take: (name: string) => Tensor[]): LayerTrace[][] {
  const { states, gates, hasGates } = cellOf(shape.cell, shape.resetAfter);
  const layers = Array.from({ length: shape.layers }, (_, layer) =>
    shape.directions.map((direction) => {
      const matrix = (name: string): Tensor[] => take(traceName(layer, direction, name));
      const [hiddenStates, cellStates] = states.map(matrix);
      return {
        layer: layer + 1,
        direction,
        hiddenStates,
        cellStates,
        gates: hasGates ? gates.map((gate) => [gate, matrix(gate)] as const) : [],
      };
    }),
  ).flat();
  return Array.from({ length: sentences }, (_, row) =>
    layers.map(({ layer, direction, hiddenStates, cellStates, gates: all }): LayerTrace => ({
      layer,
      direction,
      hiddenStates: hiddenStates![row]!,
      ...(cellStates ? { cellStates: cellStates[row]! } : {}),
      gates: Object.fromEntries(all.map(([name, matrix]) => [name, matrix[row]!])),
    })),
  );
}
