/** The engine `jit`: a program is compiled to machine code for this processor, as it is an expression graph; x86-64 with AVX2 or AVX-512. */
import { availableParallelism } from 'node:os';
import { PipeError } from '../../errors.js';
import { putTogether } from '../blocks.js';
import { programGraph } from '../graph/program.js';
import type { Engine, EngineOptions, HostTensor, Program, Tensors } from '../ops.js';
import { openKernels, type Kernels } from './kernels.js';
import { isElementwiseName } from './lowering.js';
import { compiled } from './program.js';
import type { VectorSet } from './vectors.js';

const opened = new Map<VectorSet | undefined, Promise<Kernels>>();

/**
 * @param set instructions that are to be used (default: the best that the processor has)
 * @throws PipeError('usage') where there is no such processor, or koffi is not installed
 */
export async function openJit({ threads = availableParallelism() }: EngineOptions, set?: VectorSet): Promise<Engine> {
  const kernels = await kernelsOf(set);
  return {
    name: 'jit',
    description: `machine code for this processor, ${{ avx2: 'AVX2', avx512: 'AVX-512' }[kernels.set]}, ${threads} threads`,
    fused: false,
    compile: async (inputs, build, { differentiate, common } = {}) => {
      const options = {
        staysInLoop: ({ name }: { name: string }) => isElementwiseName(name) || name === 'matmul',
        floatsOnly: !kernels.dotProducts,
      };
      const each = compiled(kernels, Object.keys(inputs), programGraph(inputs, build, differentiate, options));
      const before = common && compiled(kernels, Object.keys(common.inputs), programGraph(common.inputs, common.build, undefined, options));
      return Promise.resolve(program(each, before, threads));
    },
  };
}

function kernelsOf(set: VectorSet | undefined): Promise<Kernels> {
  const known = opened.get(set);
  if (known) return known;
  const opening = openKernels(set).catch((cause: unknown) => {
    throw new PipeError('usage', 'machine code cannot be made here', {
      expected: 'x86-64 with AVX2, on Linux or macOS, and the package koffi',
      found: (cause as Error).message.split('\n')[0]!,
      hint: 'npm install koffi; or --engine onnx, or onnx-wasm, which needs nothing',
      cause,
    });
  });
  opened.set(set, opening);
  return opening;
}

type Compiled = ReturnType<typeof compiled>;

function program(each: Compiled, before: Compiled | undefined, threads: number): Program {
  let last: { shared: Tensors; ready: Promise<Tensors> } | undefined;
  const run = (one: Compiled, feeds: Tensors): Promise<Record<string, HostTensor>> =>
    threads > 1 ? one.runApart(feeds) : Promise.resolve(one.run(feeds));
  async function* resultsOf(shared: Tensors, runs: readonly Tensors[]): AsyncGenerator<Record<string, HostTensor>> {
    if (before && last?.shared !== shared) last = { shared, ready: run(before, shared) };
    const ready = await last?.ready;
    for (const feeds of runs) yield await run(each, { ...feeds, ...ready });
  }
  const runAll: Program['runAll'] = async (shared, runs) => {
    const all: Record<string, HostTensor>[] = [];
    for await (const results of resultsOf(shared, runs)) all.push(results);
    return all;
  };
  return {
    threads,
    runAll,
    runInto: (shared, runs, placings) => putTogether(resultsOf(shared, runs), placings),
    run: async (feeds) => (await runAll(feeds, [feeds]))[0]!,
    close: () => Promise.resolve(),
  };
}
