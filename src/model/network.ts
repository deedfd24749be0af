/**
 * A recurrent network, compiled and ready: sentences in, states out.
 * Only real time steps enter it, moved to the front of their rows; so padding, wherever it stands, cannot change a state.
 */
import type { Engine, Ops, PiecedTensors, Program } from '../engine/ops.js';
import type { Blocks, Placing } from '../engine/blocks.js';
import { firstNotFinite, Tensor } from '../formats/tensor.js';
import type { LayerTrace } from '../formats/record.js';
import { batchesByLength } from './batches.js';
import { fusedNetwork } from './layouts.js';
import { constantWeights, recurrentNetwork } from './recurrent.js';
import { checkWeights, type NetworkShape, type NetworkWeights } from './shape.js';
import { layerTraces, traceNames } from './trace.js';

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
  /** no hidden state is NaN or infinite, and no number that was read; false may be said of numbers whose sum is too large, too */
  finite: boolean;
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
  const widths = widthsOf(shape, trace);
  return {
    shape,
    threads: program.threads,
    close: () => program.close(),
    run: async (sentences, batchSize = sentences.length) => {
      const real = sentences.map(realSteps);
      // a sentence without a real time step has nothing to run; its states are zeros
      const rows = real.flatMap((steps, row) => (steps.length > 0 ? [row] : []));
      const batches = batchesByLength(rows, offsetsOf(real.map(({ length }) => length)), batchSize, { even: EVEN });
      const begins = offsetsOf(sentences.map(({ inputs }) => inputs.shape[0]!));
      const pieces = batches.map((together) => piecesOf(together, real, begins));
      const feeds = batches.map((together) => feedsOf(sentences, real, together, shape.inputSize));
      const blocks = await program.runInto(
        {},
        feeds,
        mapped(widths, (width) => placing(pieces, width, begins)),
      );
      return statesOf(shape, blocks, begins, widths, trace);
    },
  };
}

const [HIDDEN, SUMS] = ['hiddenStates', 'sums'];

/** Rows: batches of so many and their multiples pad a half per cent more, and have a third of the sizes. */
const EVEN = 8;

/** The numbers that each result has for a time step, by its name. */
function widthsOf(shape: NetworkShape, trace: boolean): Record<string, number> {
  const names = trace ? traceNames(shape) : [];
  return { [HIDDEN]: shape.units * shape.directions.length, [SUMS]: 1, ...Object.fromEntries(names.map((name) => [name, shape.units])) };
}

const mapped = <A, B>(of: Readonly<Record<string, A>>, made: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, made(value)]));

/** How many time steps stand before each sentence's, and in all. */
function offsetsOf(lengths: readonly number[]): Int32Array {
  const offsets = new Int32Array(lengths.length + 1);
  for (const [row, length] of lengths.entries()) offsets[row + 1] = offsets[row]! + length;
  return offsets;
}

/** Where a result of so many numbers a time step belongs. */
function placing(pieces: readonly Int32Array[], width: number, begins: Int32Array): Placing {
  return { size: begins.at(-1)! * width, pieces: pieces.map((own) => own.map((timeSteps) => timeSteps * width)) };
}

function statesOf(shape: NetworkShape, blocks: Blocks, begins: Int32Array, widths: Record<string, number>, trace: boolean): States[] {
  const all: States[] = [];
  for (let row = 0; row + 1 < begins.length; row++) {
    const [begin, end] = [begins[row]!, begins[row + 1]!];
    const matrix = (name: string): Tensor => rowsOf(blocks[name]!, widths[name]!, begin, end);
    const states = { hiddenStates: matrix(HIDDEN), finite: firstNotFinite(matrix(SUMS).data) < 0 };
    all.push(trace ? { ...states, trace: layerTraces(shape, matrix) } : states);
  }
  return all;
}

const rowsOf = (block: Float32Array, width: number, begin: number, end: number): Tensor =>
  new Tensor([end - begin, width], block.subarray(begin * width, end * width));

/** Where the time steps of a batch belong: pieces of a `Placing`, counted in time steps. @param begins where each sentence does */
function piecesOf(rows: Int32Array, real: readonly RealSteps[], begins: Int32Array): Int32Array {
  const timeSteps = real[rows.at(-1)!]!.length;
  const pieces: number[] = [];
  for (const [place, row] of rows.entries()) {
    let from = place * timeSteps;
    for (const [begin, end] of real[row]!.runs) {
      pieces.push(from, begins[row]! + begin, end - begin);
      from += end - begin;
    }
  }
  return Int32Array.from(pieces);
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
    const results =
      engine.fused && !trace && !quantized
        ? { [HIDDEN]: fusedNetwork(ops, shape, weights, timeMajor, lengths!) }
        : recurrentNetwork(ops, shape, constantWeights(ops, shape, weights, quantized), timeMajor, lengths!);
    const wanted = trace ? results : { [HIDDEN]: results[HIDDEN]! };
    const all = mapped(wanted, (result) => turned(ops, result));
    // a sum is finite only where all its numbers are, and there are fewer of them to look at; what was read is in the engine's cache now
    return { ...all, [SUMS]: ops.add(ops.sum(inputs!, [2]), ops.sum(all[HIDDEN]!, [2])) };
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

function feedsOf(batch: readonly Sequence[], real: readonly RealSteps[], rows: Int32Array, inputSize: number): PiecedTensors {
  const timeSteps = real[rows.at(-1)!]!.length;
  const from = Array.from(rows, (row) => batch[row]!.inputs.data);
  const pieces: number[] = [];
  for (const [place, row] of rows.entries()) {
    let to = place * timeSteps * inputSize;
    for (const [begin, end] of real[row]!.runs) {
      const count = (end - begin) * inputSize;
      pieces.push(place, begin * inputSize, to, count);
      to += count;
    }
  }
  return {
    inputs: { shape: [rows.length, timeSteps, inputSize], from, pieces: Int32Array.from(pieces) },
    lengths: { shape: [rows.length], data: Int32Array.from(rows, (row) => real[row]!.length) },
  };
}
