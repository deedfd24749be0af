/** The engine `onnx`: a program is an ONNX graph, run by ONNX Runtime: native where it is installed, else WebAssembly. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import { availableParallelism } from 'node:os';
import { PipeError } from '../../errors.js';
import {
  gradientOf,
  type Build,
  type Differentiate,
  type Engine,
  type EngineOptions,
  type HostTensor,
  type InputType,
  type Program,
} from '../ops.js';
import { gradients } from './gradients.js';
import { modelBytes, type Graph } from './graph.js';
import { graphOps } from './ops.js';
import { writeGraph } from './write.js';

/** What the packages onnxruntime-node and onnxruntime-web have in common. */
interface Runtime {
  InferenceSession: { create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession> };
  Tensor: new (type: 'float32' | 'int32', data: Float32Array | Int32Array, shape: readonly number[]) => OrtTensor;
  env: { wasm: { numThreads?: number }; logLevel?: string; versions?: { common?: string; node?: string; web?: string } };
}

/** @throws PipeError('usage') where the package is not installed */
export async function openOnnx({ threads = availableParallelism() }: EngineOptions): Promise<Engine> {
  const runtime = await loadNative();
  // vanishing gradients turn into denormal numbers, which take sixteen times as long
  // a thread that spins while it waits for the next batch takes a core from those who read and write
  const session = { set_denormal_as_zero: '1', intra_op: { allow_spinning: '0' } };
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, extra: { session } };
  return {
    name: 'onnx',
    description: `ONNX Runtime ${runtime.env.versions?.node ?? ''}, native, ${threads} threads`,
    fused: true,
    compile: compiler(runtime, options),
  };
}

export async function openOnnxWasm({ threads = availableParallelism() }: EngineOptions): Promise<Engine> {
  const runtime = (await import('onnxruntime-web')) as unknown as Runtime;
  runtime.env.wasm.numThreads = threads;
  return {
    name: 'onnx-wasm',
    description: `ONNX Runtime ${runtime.env.versions?.web ?? ''}, WebAssembly, ${threads} threads`,
    fused: true,
    compile: compiler(runtime, { executionProviders: ['wasm'] }),
  };
}

async function loadNative(): Promise<Runtime> {
  try {
    // by a name in a variable, so that the compiler does not ask for a package that need not be there
    const optional = 'onnxruntime-node';
    const module = (await import(optional)) as Runtime & { default?: Runtime };
    return module.default ?? module;
  } catch (cause) {
    throw new PipeError('usage', 'the native ONNX Runtime is not installed', {
      found: (cause as Error).message.split('\n')[0]!,
      hint: 'npm install onnxruntime-node; or --engine onnx-wasm, which needs nothing',
      cause,
    });
  }
}

const ORT_TYPE = { float: 'float32', int: 'int32' } as const;

const compiler =
  (runtime: Runtime, options: InferenceSession.SessionOptions): Engine['compile'] =>
  async (inputs, build, differentiate) => {
    const bytes = modelBytes(graphOf(inputs, build, differentiate));
    const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3, ...options });
    return program(runtime, session, inputs);
  };

/** The program as an ONNX graph, with the gradients among its results. */
function graphOf(inputs: Record<string, InputType>, build: Build, differentiate?: Differentiate): Graph {
  const ops = graphOps();
  const values = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, ops.input(name, shape)]));
  const results = build(ops, values);
  if (differentiate) {
    const { loss, to } = differentiate;
    const found = gradients(
      ops,
      results[loss]!,
      to.map((name) => values[name]!),
    );
    to.forEach((name, i) => (results[gradientOf(name)] = found[i]!));
  }
  const graph: Graph = { name: 'rnn-pipe', nodes: [], initializers: [], inputs: graphInputs(inputs), outputs: [] };
  writeGraph(graph, results);
  return graph;
}

const graphInputs = (inputs: Record<string, InputType>): Graph['inputs'] =>
  Object.entries(inputs).map(([name, type]) => ({ name, ...type }));

function program(runtime: Runtime, session: InferenceSession, inputs: Record<string, InputType>): Program {
  return {
    run: async (feeds) => {
      const tensors = Object.entries(inputs).map(([name, { type }]) => [
        name,
        new runtime.Tensor(ORT_TYPE[type], feeds[name]!.data, feeds[name]!.shape),
      ]);
      const results = await session.run(Object.fromEntries(tensors) as Record<string, OrtTensor>);
      return Object.fromEntries(
        Object.entries(results).map(([name, { dims, data }]): [string, HostTensor] => [name, { shape: dims, data: data as Float32Array }]),
      );
    },
    close: () => session.release(),
  };
}
