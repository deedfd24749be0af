/**
 * A recurrent network, compiled and ready: sentences in, states out.
 * Only real time steps enter it, moved to the front of their rows; so padding, wherever it stands, cannot change a state.
 */
import type { Blocks } from '../engine/blocks.js';
import type { Engine, Ops, Program } from '../engine/ops.js';
import { firstNotFinite, Tensor } from '../formats/tensor.js';
import type { LayerTrace } from '../formats/record.js';
import { fusedNetwork } from './layouts.js';
import { packed, placing, sentencesOf, type Sentences, type Sequence } from './packing.js';
import { constantWeights, recurrentNetwork } from './recurrent.js';
import { checkWeights, type NetworkShape, type NetworkWeights } from './shape.js';
import { layerTraces, traceNames } from './trace.js';

/** What it gave; rows of masked time steps are zeros. */
export interface States {
  /** [timeSteps, units × directions] of the last layer */
  hiddenStates: Tensor;
  /** no hidden state is NaN or infinite, and no number that was read; false may be said of numbers whose sum is too large, too */
  finite: boolean;
  trace?: LayerTrace[];
}

/** The states of sentences one after another. */
export interface StatesTogether {
  /** [all time steps, units × directions] */
  hiddenStates: Float32Array;
  /** as of each sentence */
  finite: boolean;
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
  /**
   * The same of sentences that lie together, of a network without a trace.
   *
   * @param memory for the states, if it need not be new; what it holds may be anything
   */
  runTogether(sentences: Sentences, batchSize: number, memory?: Float32Array): Promise<StatesTogether>;
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
    run: async (sequences, batchSize = sequences.length) => {
      const sentences = sentencesOf(sequences);
      return statesOf(shape, await blocksFor(sentences, batchSize), sentences.begins, widths, trace);
    },
    runTogether: async (sentences, batchSize, memory) => {
      const blocks = await blocksFor(sentences, batchSize, memory);
      return { hiddenStates: blocks[HIDDEN]!, finite: areFinite(blocks[SUMS]!) };
    },
  };

  function blocksFor(sentences: Sentences, batchSize: number, memory?: Float32Array): Promise<Blocks> {
    const batches = packed(sentences, batchSize, shape.inputSize);
    const placings = Object.fromEntries(
      Object.entries(widths).map(([name, width]) => [name, placing(batches, width, sentences, name === HIDDEN ? memory : undefined)]),
    );
    return program.runInto(
      {},
      batches.map(({ feeds }) => feeds),
      placings,
    );
  }
}

const [HIDDEN, SUMS] = ['hiddenStates', 'sums'];

/** The numbers that each result has for a time step, by its name. */
function widthsOf(shape: NetworkShape, trace: boolean): Record<string, number> {
  const names = trace ? traceNames(shape) : [];
  return { [HIDDEN]: shape.units * shape.directions.length, [SUMS]: 1, ...Object.fromEntries(names.map((name) => [name, shape.units])) };
}

const mapped = <A, B>(of: Readonly<Record<string, A>>, made: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, made(value)]));

function statesOf(shape: NetworkShape, blocks: Blocks, begins: Int32Array, widths: Record<string, number>, trace: boolean): States[] {
  const all: States[] = [];
  for (let row = 0; row + 1 < begins.length; row++) {
    const [begin, end] = [begins[row]!, begins[row + 1]!];
    const matrix = (name: string): Tensor => rowsOf(blocks[name]!, widths[name]!, begin, end);
    const states = { hiddenStates: matrix(HIDDEN), finite: areFinite(matrix(SUMS).data) };
    all.push(trace ? { ...states, trace: layerTraces(shape, matrix) } : states);
  }
  return all;
}

const areFinite = (numbers: Float32Array): boolean => firstNotFinite(numbers) < 0;

const rowsOf = (block: Float32Array, width: number, begin: number, end: number): Tensor =>
  new Tensor([end - begin, width], block.subarray(begin * width, end * width));

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
