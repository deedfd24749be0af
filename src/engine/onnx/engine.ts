/** The engine `onnx`: a program is an ONNX graph, run by ONNX Runtime: native where it is installed, else WebAssembly. */
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { PipeError } from '../../errors.js';
import { type Build, type Differentiate, type Engine, type EngineOptions, type InputType, type Program } from '../ops.js';
import { modelBytes, type Graph } from './graph.js';
import { placed, whole } from '../blocks.js';
import { scripted } from '../in-place.js';
import { programGraph } from '../graph/program.js';
import { nativeRuntime, openSessions, type Compiled, type CompiledProgram, type Runtime, type Sessions } from './sessions.js';
import { openThreads } from './threads.js';
import { writeGraph } from './write.js';

/** @throws PipeError('usage') where the package is not installed */
export async function openOnnx({ threads = availableParallelism() }: EngineOptions): Promise<Engine> {
  const runtime = await loadNative();
  // vanishing gradients turn into denormal numbers, which take sixteen times as long
  const session = { set_denormal_as_zero: '1' };
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, extra: { session } };
  return {
    name: 'onnx',
    description: `ONNX Runtime ${runtime.env.versions?.node ?? ''}, native, ${threads} threads`,
    fused: true,
    inPlace: scripted,
    compile: compiler(runtime, options, threads),
  };
}

/**
 * What a WebAssembly function may have run, in bytes of code, before V8 optimises it: a hundred times V8's own measure. Some functions of the runtime are so
 * large that this takes seconds, which a short run, and each of its threads, would wait for at its end; a long one soon has run them often enough.
 */
const RUN_BEFORE = 180_000_000;

export async function openOnnxWasm({ threads = availableParallelism() }: EngineOptions): Promise<Engine> {
  setFlagsFromString(`--wasm-tiering-budget=${RUN_BEFORE}`);
  const runtime = (await import('onnxruntime-web')) as unknown as Runtime;
  runtime.env.wasm.numThreads = threads;
  return {
    name: 'onnx-wasm',
    description: `ONNX Runtime ${runtime.env.versions?.web ?? ''}, WebAssembly, ${threads} threads`,
    fused: true,
    // its threads are within a session
    inPlace: scripted,
    compile: compiler(runtime, { executionProviders: ['wasm'] }, 1),
  };
}

async function loadNative(): Promise<Runtime> {
  try {
    return await nativeRuntime();
  } catch (cause) {
    throw new PipeError('usage', 'the native ONNX Runtime is not installed', {
      found: (cause as Error).message.split('\n')[0]!,
      hint: 'npm install onnxruntime-node; or --engine onnx-wasm, which needs nothing',
      cause,
    });
  }
}

const compiler =
  (runtime: Runtime, options: CompiledProgram['options'], threads: number): Engine['compile'] =>
  async (inputs, build, { differentiate, common } = {}) => {
    const compiled = {
      each: compiledGraph(inputs, build, differentiate),
      common: common && compiledGraph(common.inputs, common.build),
      options,
    };
    const here = await openSessions(runtime, compiled);
    return program(here, threads, threads > 1 ? openThreads(threads, compiled) : here);
  };

/** A program as an ONNX graph, with the gradients among its results. */
function compiledGraph(inputs: Record<string, InputType>, build: Build, differentiate?: Differentiate): Compiled {
  const results = programGraph(inputs, build, differentiate);
  const graph: Graph = { name: 'rnn-pipe', nodes: [], initializers: [], inputs: graphInputs(inputs), outputs: [] };
  writeGraph(graph, results);
  const types = Object.entries(inputs).map(([name, { type }]) => [name, type] as const);
  return { bytes: modelBytes(graph), inputs: Object.fromEntries(types) };
}

const graphInputs = (inputs: Record<string, InputType>): Graph['inputs'] =>
  Object.entries(inputs).map(([name, type]) => ({ name, ...type }));

/** Threads take 50 ms to start: jobs of fewer runs are done before they have. */
const LARGE = 4;

/** @param apart does jobs in other threads */
function program(here: Sessions, threads: number, apart: Sessions): Program {
  const where = (runs: readonly unknown[]): Sessions => (runs.length < LARGE ? here : apart);
  return {
    threads,
    runAll: async (common, runs) => where(runs).runAll(common, runs.map(whole)),
    runInto: async (common, runs, placings) => where(runs).runInto(common, runs.map(whole), placings),
    run: async (feeds, into = {}) => placed((await here.runAll(feeds, [feeds]))[0]!, into),
    close: async () => {
      await here.close();
      if (apart !== here) await apart.close();
    },
  };
}
