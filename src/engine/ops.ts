/**
 * The operations in which the model is written, and what an engine does with them.
 * The model calls them on values it knows nothing of (`T`): nodes of a graph in one engine, tensors in another.
 */

import type { Blocks, Placings } from './blocks.js';
import type { Formula, InPlace } from './in-place.js';

/** A tensor at the edge of an engine: row-major floats, or 32-bit integers for lengths and ids. */
export interface HostTensor {
  shape: readonly number[];
  data: Float32Array | Int32Array;
}

/** A tensor that is put together from pieces of other arrays; where none belongs it holds anything. */
export interface PiecedTensor {
  shape: readonly number[];
  from: readonly Float32Array[];
  /** four numbers each: of which array, where it begins there and in the tensor, and how many numbers it has */
  pieces: Int32Array;
}

/** One time step of a `scan`. */
export interface ScanStep<T> {
  /** carried to the next time step */
  state: T[];
  /** stacked over the time steps: [timeSteps, …] */
  outputs: T[];
}

/** `mostProbable` is found faster in rows that consist of whole blocks of so many numbers. */
export const BLOCK = 64;

/** Axes count from 0. Every operation but `gather` and `mostProbable` has a gradient. */
export interface Ops<T> {
  constant(shape: readonly number[], data: Float32Array): T;
  /** [rows, width] of zeros, with as many rows as `like` has along `axis` */
  zeros(like: T, axis: number, width: number): T;
  /** […, m, k] · [k, n] → […, m, n]; or both with the same axes before the last two */
  matmul(a: T, b: T): T;
  /** element by element, with numpy's broadcasting */
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;
  /** 1 where a ≥ b, else 0 */
  atLeast(a: T, b: T): T;
  exp(x: T): T;
  log(x: T): T;
  sigmoid(x: T): T;
  tanh(x: T): T;
  abs(x: T): T;
  /** along the last axis */
  softmax(x: T): T;
  logSoftmax(x: T): T;
  /** -log softmax(logits)[id] along the last axis: logits […, n], ids […] (integers) → […] */
  crossEntropy(logits: T, ids: T): T;
  /** log Σ exp along an axis, which goes away */
  logSumExp(x: T, axis: number): T;
  /** sums over the axes, which go away or stay as 1 */
  sum(x: T, axes: readonly number[], keep?: boolean): T;
  /** the largest along an axis, which goes away; its gradient is shared by equals */
  max(x: T, axis: number): T;
  concat(parts: readonly T[], axis: number): T;
  /** parts along an axis: so many equal ones, or ones of these sizes */
  split(x: T, parts: number | readonly number[], axis: number): T[];
  transpose(x: T, order: readonly number[]): T;
  /** a new axis of size 1 at `axis`, and it taken away */
  unsqueeze(x: T, axis: number): T;
  squeeze(x: T, axis: number): T;
  /** [timeSteps, batch, …]: the first lengths[b] time steps of row b in reverse, the others as they are; its own inverse */
  reverseSequence(x: T, lengths: T): T;
  /**
   * Rows of a table by ids: [rows, width], […] → […, width]; no gradient: rows are gathered outside where they are learnt. In a `scan` it
   * stays in the loop: the rows of one time step fit the processor's cache, those of all do not.
   */
  gather(table: T, ids: T): T;
  /** of each row along the last axis the number at its place: […, n], […] → […] */
  pick(x: T, places: T): T;
  /**
   * The logarithm of the softmax at one place of each row, with log Σ exp of the row: what a cross-entropy over many labels needs, with
   * a gradient that goes over the row once
   */
  logProbabilityAt(x: T, places: T): { logProbability: T; logSumExp: T };
  /**
   * Of the softmax along the last axis the `count` largest, the largest first and of equals the first: their logarithms, and their places as
   * floats. Logits that only it needs are never whole in memory where an engine can do without.
   */
  mostProbable(logits: T, count: number): { logProbabilities: T; places: T };
  /** rows of what would be one matrix: […, width] and places in it, each at most once, [n] → [n, width] */
  selectRows(x: T, places: T): T;
  /** Runs `step` along the first axis of `inputs`; gives the outputs, stacked in the order of time. */
  scan(options: { initial: readonly T[]; inputs: readonly T[]; step: (state: T[], slices: T[]) => ScanStep<T> }): T[];
  /**
   * A constant matrix [inputs, outputs] that `matmul` may have at its right, its products taken in 8 bits; where an engine has that. What
   * it is multiplied with must lie in -1 … 1 and is rounded to 1/127: so a row's result does not depend on what else is in the batch.
   */
  quantizedMatrix?(weights: QuantizedWeights): T;
  /** a whole recurrent layer by the engine's own operator, where it has one, without a gradient; [timeSteps, batch, ·] in and out */
  recurrentLayer?(inputs: T, lengths: T, layer: FusedLayer): T;
}

/** Weights rounded to 8 bits: integers × scale, a scale a column. */
export interface QuantizedWeights {
  /** […, inputs, outputs]: of a recurrent layer [directions, inputs, gates × units] */
  shape: readonly number[];
  integers: Int8Array;
  /** […, outputs] */
  scales: Float32Array;
}

/** What ONNX's own recurrent operators need; weights as `model/layouts.ts` makes them. */
export interface FusedLayer {
  operator: 'LSTM' | 'GRU' | 'RNN';
  direction: 'forward' | 'reverse' | 'bidirectional';
  units: number;
  /** GRU: the reset gate is applied after the recurrent product */
  resetAfter: boolean;
  /** [directions, gates × units, inputSize] */
  inputWeights: HostTensor | QuantizedWeights;
  /** [directions, gates × units, units]; both are rounded (LSTM only) or neither is */
  recurrentWeights: HostTensor | QuantizedWeights;
  /** [directions, 2 × gates × units] */
  bias: HostTensor;
}

/** What an input of a program looks like; names stand for sizes that differ from run to run. */
export interface InputType {
  type: 'float' | 'int';
  shape: readonly (number | string)[];
}

/** Builds the results of a program from its inputs. */
export type Build = <T>(ops: Ops<T>, inputs: Record<string, T>) => Record<string, T>;

/** Tensors by the names of a program's inputs or results. */
export type Tensors = Readonly<Record<string, HostTensor>>;

export type PiecedTensors = Readonly<Record<string, HostTensor | PiecedTensor>>;

export interface Program {
  /** @param into arrays that are to hold results, by the results' names; any other result is new memory */
  run(feeds: Tensors, into?: Readonly<Record<string, Float32Array>>): Promise<Record<string, HostTensor>>;
  /**
   * Runs that have something in common, one after another; in a thread of its own where that pays, so that `threads` of such jobs
   * keep the engine busy. In which thread one runs does not show in its results.
   *
   * @param runs their memory is given away: it may be gone with the thread that computes, but that of pieces is not
   * @param common the inputs of `Common`; what it gives is kept for the next job, which may have the same object
   */
  runAll(common: Tensors, runs: readonly PiecedTensors[]): Promise<Record<string, HostTensor>[]>;
  /** The same, but only the results that are placed come back, put together. */
  runInto(common: Tensors, runs: readonly PiecedTensors[], placings: Placings): Promise<Blocks>;
  threads: number;
  close(): Promise<void>;
}

/** What is computed once for all runs of a job: its results are inputs of each of them. */
export interface Common {
  inputs: Record<string, InputType>;
  build: Build;
}

/** Gradients that a program gives beside its results, under the names of `gradientOf`. */
export interface Differentiate {
  /** a result that is one number, shape [] */
  loss: string;
  /** the float inputs that its gradient is wanted for */
  to: readonly string[];
}

/** The name of the result that is the loss's gradient with respect to an input. */
export const gradientOf = (input: string): string => `gradient of ${input}`;

export interface Engine {
  name: EngineName;
  /** what computes, with its version, for people */
  description: string;
  /** whether its operations have `recurrentLayer` */
  fused: boolean;
  /** @param beside the gradients that are wanted beside the results, or what runs have in common */
  compile(inputs: Record<string, InputType>, build: Build, beside?: { differentiate?: Differentiate; common?: Common }): Promise<Program>;
  /** arithmetic on each element, in place and in this thread */
  inPlace(formula: Formula): InPlace;
}

export type EngineName = 'jit' | 'onnx' | 'onnx-wasm' | 'tfjs';

export interface EngineOptions {
  /** threads that the jobs of one program are shared among (default: the cores) */
  threads?: number | undefined;
}
