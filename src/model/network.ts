/**
 * A recurrent network, compiled and ready: sentences in, states out.
 * Only real time steps enter it, moved to the front of their rows; so padding, wherever it stands, cannot change a state.
 */
import type { Engine, HostTensor, Ops, Program } from '../engine/ops.js';
import { Tensor } from '../formats/tensor.js';
import type { LayerTrace } from '../formats/record.js';
import { fusedNetwork } from './layouts.js';
import { constantWeights, recurrentNetwork } from './recurrent.js';
import { checkWeights, type NetworkShape, type NetworkWeights } from './shape.js';
import { layerTraces } from './trace.js';

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
  /** so many runs at once keep the engine busy */
  threads: number;
  /**
   * The states of each sentence, in order. Sentences of like length run together, at most `batchSize` of them: what is computed
   * for the shorter ones up to the longest of their batch is for nothing.
   */
  run(sentences: readonly Sequence[], batchSize?: number): Promise<States[]>;
  close(): Promise<void>;
}

/**
 * @param trace every state and gate of every layer
 * @param quantized with weights rounded to 8 bits
 */
export async function openNetwork(
  engine: Engine,
  shape: NetworkShape,
  weights: NetworkWeights,
  trace: boolean,
  quantized = false,
): Promise<Network> {
  checkWeights(shape, weights);
  const program = await compile(engine, shape, weights, trace, quantized);
  return {
    shape,
    threads: program.threads,
    close: () => program.close(),
    run: async (sentences, batchSize = sentences.length) => {
      const real = sentences.map(realSteps);
      const collected = collector(sentences, shape, trace);
      // a sentence without a real time step has nothing to run; its states are zeros
      const rows = real.flatMap((steps, row) => (steps.length > 0 ? [row] : []));
      rows.sort((a, b) => real[a]!.length - real[b]!.length || a - b);
      const batches = Array.from({ length: Math.ceil(rows.length / batchSize) }, (_, i) => rows.slice(i * batchSize, (i + 1) * batchSize));
      const feeds = batches.map((together) => feedsOf(sentences, real, together, shape.inputSize));
      const results = await program.runAll({}, feeds);
      for (const [i, together] of batches.entries()) collected.put(results[i]!, together, real);
      return collected.states();
    },
  };
}

function compile(engine: Engine, shape: NetworkShape, weights: NetworkWeights, trace: boolean, quantized: boolean): Promise<Program> {
  const types = {
    inputs: { type: 'float', shape: ['batch', 'timeSteps', shape.inputSize] },
    lengths: { type: 'int', shape: ['batch'] },
  } as const;
  return engine.compile(types, (ops, { inputs, lengths }) => {
    // sentences lie in one piece outside, time steps inside; the engine turns them faster than we could
    const turned = <T>(ops: Ops<T>, x: T): T => ops.transpose(x, [1, 0, 2]);
    const timeMajor = turned(ops, inputs!);
    // where vectors are read and no gate is looked at, the engine's own operator is fastest
    if (engine.fused && !trace && !quantized) return { hiddenStates: turned(ops, fusedNetwork(ops, shape, weights, timeMajor, lengths!)) };
    const results = recurrentNetwork(ops, shape, constantWeights(ops, shape, weights, quantized), timeMajor, lengths!);
    const wanted = trace ? Object.entries(results) : [['hiddenStates', results['hiddenStates']!] as const];
    return Object.fromEntries(wanted.map(([name, result]) => [name, turned(ops, result)]));
  });
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

function feedsOf(
  batch: readonly Sequence[],
  real: readonly RealSteps[],
  rows: readonly number[],
  inputSize: number,
): Record<string, HostTensor> {
  const timeSteps = real[rows.at(-1)!]!.length;
  const inputs = new Float32Array(rows.length * timeSteps * inputSize);
  for (const [place, row] of rows.entries()) {
    const { data } = batch[row]!.inputs;
    let to = place * timeSteps * inputSize;
    for (const [begin, end] of real[row]!.runs) {
      inputs.set(data.subarray(begin * inputSize, end * inputSize), to);
      to += (end - begin) * inputSize;
    }
  }
  return {
    inputs: { shape: [rows.length, timeSteps, inputSize], data: inputs },
    lengths: { shape: [rows.length], data: Int32Array.from(rows, (row) => real[row]!.length) },
  };
}

/** The states of all sentences, which batches fill in, every time step in its place. */
interface Collector {
  /** @param rows which sentence stands in which row of the results */
  put(results: Record<string, HostTensor>, rows: readonly number[], real: readonly RealSteps[]): void;
  states(): States[];
}

function collector(sentences: readonly Sequence[], shape: NetworkShape, trace: boolean): Collector {
  const matrices = new Map<string, Tensor[]>();
  /** The matrices of a name, one a sentence: parts of one block, which can be written as it is. */
  const matricesOf = (name: string, width: number): Tensor[] => {
    const block = new Float32Array(sentences.reduce((sum, { inputs }) => sum + inputs.shape[0]! * width, 0));
    let at = 0;
    const parts = sentences.map(({ inputs }): Tensor => {
      const timeSteps = inputs.shape[0]!;
      at += timeSteps * width;
      return new Tensor([timeSteps, width], block.subarray(at - timeSteps * width, at));
    });
    matrices.set(name, parts);
    return parts;
  };
  const hiddenStates = matricesOf('hiddenStates', shape.units * shape.directions.length);
  const traces = trace ? tracesOf(shape, sentences.length, (name) => matricesOf(name, shape.units)) : undefined;
  return {
    put: (results, rows, real) => {
      for (const [name, parts] of matrices)
        for (const [place, row] of rows.entries()) put(results[name]!, place, parts[row]!, real[row]!, parts[row]!.shape[1]!);
    },
    states: () => hiddenStates.map((states, row) => (traces ? { hiddenStates: states, trace: traces[row]! } : { hiddenStates: states })),
  };
}

/** Copies a sentence's rows from a result of [batch, timeSteps, width]. */
function put({ data, shape }: HostTensor, place: number, to: Tensor, { runs }: RealSteps, width: number): void {
  let from = place * shape[1]! * width;
  for (const [begin, end] of runs) {
    to.data.set(data.subarray(from, from + (end - begin) * width), begin * width);
    from += (end - begin) * width;
  }
}

/** For each sentence the traces of all layers and directions. */
function tracesOf(shape: NetworkShape, sentences: number, take: (name: string) => Tensor[]): LayerTrace[][] {
  const blocks = new Map<string, Tensor[]>();
  const blockOf = (name: string): Tensor[] => {
    const block = blocks.get(name) ?? take(name);
    blocks.set(name, block);
    return block;
  };
  return Array.from({ length: sentences }, (_, row) => layerTraces(shape, (name) => blockOf(name)[row]!));
}
