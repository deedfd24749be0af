/** A program's graphs in ONNX Runtime, in the thread that opens them. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import { putTogether, type Blocks, type Placings } from '../blocks.js';
import type { HostTensor, InputType, Tensors } from '../ops.js';

/** What the packages onnxruntime-node and onnxruntime-web have in common. */
export interface Runtime {
  InferenceSession: { create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession> };
  Tensor: new (type: 'float32' | 'int32', data: Float32Array | Int32Array, shape: readonly number[]) => OrtTensor;
  env: { wasm: { numThreads?: number }; logLevel?: string; versions?: { common?: string; node?: string; web?: string } };
}

/** The bytes of an ONNX graph, and the types of its inputs. */
export interface Compiled {
  bytes: Uint8Array;
  inputs: Readonly<Record<string, InputType['type']>>;
}

/** A program as data: what each run computes, and what is computed once for several. */
export interface CompiledProgram {
  each: Compiled;
  common?: Compiled | undefined;
  options: InferenceSession.SessionOptions;
}

export interface Sessions {
  /** @param common computed anew only if it is another object than that of the job before */
  runAll(common: Tensors, runs: readonly Tensors[]): Promise<Record<string, HostTensor>[]>;
  runInto(common: Tensors, runs: readonly Tensors[], placings: Placings): Promise<Blocks>;
  close(): Promise<void>;
}

type Results = Readonly<Record<string, OrtTensor>>;

export async function openSessions(runtime: Runtime, { each, common, options }: CompiledProgram): Promise<Sessions> {
  const open = ({ bytes }: Compiled): Promise<InferenceSession> =>
    runtime.InferenceSession.create(bytes, { logSeverityLevel: 3, ...options });
  const [session, before] = [await open(each), common && (await open(common))];
  const run = (one: InferenceSession, { inputs }: Compiled, feeds: Tensors, ready: Results = {}): Promise<Results> => {
    const made = Object.entries(inputs).map(([name, type]) => [name, ready[name] ?? toTensor(runtime, feeds[name]!, type)]);
    return one.run(Object.fromEntries(made) as Record<string, OrtTensor>);
  };
  let last: { shared: Tensors; ready: Promise<Results> } | undefined;
  async function* resultsOf(shared: Tensors, runs: readonly Tensors[]): AsyncGenerator<Record<string, HostTensor>> {
    if (before && last?.shared !== shared) last = { shared, ready: run(before, common!, shared) };
    const ready = await last?.ready;
    for (const feeds of runs) yield fromTensors(await run(session, each, feeds, ready));
  }
  return {
    runAll: async (shared, runs) => {
      const all: Record<string, HostTensor>[] = [];
      for await (const results of resultsOf(shared, runs)) all.push(results);
      return all;
    },
    runInto: (shared, runs, placings) => putTogether(resultsOf(shared, runs), placings),
    close: async () => {
      await session.release();
      await before?.release();
    },
  };
}

const TYPE = { float: 'float32', int: 'int32' } as const;

/** ONNX Runtime takes no memory that threads share. */
const toTensor = (runtime: Runtime, { data, shape }: HostTensor, type: InputType['type']): OrtTensor =>
  new runtime.Tensor(TYPE[type], data.buffer instanceof SharedArrayBuffer ? data.slice() : data, shape);

const fromTensors = (results: Results): Record<string, HostTensor> =>
  Object.fromEntries(
    Object.entries(results).map(([name, { dims, data }]): [string, HostTensor] => [name, { shape: dims, data: data as Float32Array }]),
  );

/** @throws where the package is not installed */
export async function nativeRuntime(): Promise<Runtime> {
  // by a name in a variable, so that the compiler does not ask for a package that need not be there
  const optional = 'onnxruntime-node';
  const module = (await import(optional)) as Runtime & { default?: Runtime };
  return module.default ?? module;
}
