/**
 * The operations in which the model is written, and what an engine does with them.
 * The model calls them on values it knows nothing of (`T`): nodes of a graph in one engine, tensors in another.
 */

/** A tensor at the edge of an engine: row-major floats, or 32-bit integers for lengths. */
export interface HostTensor {
  shape: readonly number[];
  data: Float32Array | Int32Array;
}

/** One time step of a `scan`. */
export interface ScanStep<T> {
  /** carried to the next time step */
  state: T[];
  /** stacked over the time steps: [timeSteps, …] */
  outputs: T[];
}

export interface Ops<T> {
  constant(shape: readonly number[], data: Float32Array): T;
  /** [rows, width] of zeros, with as many rows as `like` has along `axis` */
  zeros(like: T, axis: number, width: number): T;
  /** […, m, k] · [k, n] → […, m, n] */
  matmul(a: T, b: T): T;
  /** element by element, with numpy's broadcasting */
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  multiply(a: T, b: T): T;
  sigmoid(x: T): T;
  tanh(x: T): T;
  /** along the last axis */
  softmax(x: T): T;
  concat(parts: readonly T[], axis: number): T;
  /** equal parts along an axis */
  split(x: T, parts: number, axis: number): T[];
  transpose(x: T, order: readonly number[]): T;
  /**
   * Runs `step` along the first axis of `inputs`, from the last to the first time step if `reverse`.
   * The outputs stand in the order of time either way.
   */
  scan(options: { initial: readonly T[]; inputs: readonly T[]; reverse: boolean; step: (state: T[], slices: T[]) => ScanStep<T> }): T[];
  /** a whole recurrent layer by the engine's own operator, where it has one; [batch, timeSteps, ·] in and out */
  recurrentLayer?(inputs: T, lengths: T, layer: FusedLayer): T;
}

/** What an engine's own recurrent operator needs; weights as `model/layouts.ts` makes them for ONNX. */
export interface FusedLayer {
  operator: 'LSTM' | 'GRU' | 'RNN';
  direction: 'forward' | 'reverse' | 'bidirectional';
  units: number;
  /** GRU: the reset gate is applied after the recurrent product */
  resetAfter: boolean;
  /** [directions, gates × units, inputSize] */
  inputWeights: HostTensor;
  /** [directions, gates × units, units] */
  recurrentWeights: HostTensor;
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

export interface Program {
  run(feeds: Record<string, HostTensor>): Promise<Record<string, HostTensor>>;
  close(): Promise<void>;
}

export interface Engine {
  name: EngineName;
  /** what computes, with its version, for people */
  description: string;
  /** whether its operations have `recurrentLayer` */
  fused: boolean;
  compile(inputs: Record<string, InputType>, build: Build): Promise<Program>;
}

export type EngineName = 'onnx' | 'onnx-wasm' | 'tfjs';

export interface EngineOptions {
  /** threads that one program may use (default: the cores) */
  threads?: number | undefined;
}
