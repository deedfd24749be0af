/** The engine `jit`: a program is compiled to machine code for this processor, as it is an expression graph; x86-64 with AVX2 or AVX-512. */
import { availableParallelism } from 'node:os';
import { PipeError } from '../../errors.js';
import { blocksOf } from '../blocks.js';
import { programGraph } from '../graph/program.js';
import type { Engine, EngineOptions, HostTensor, PiecedTensors, Program, Tensors } from '../ops.js';
import { compiledInPlace } from './in-place.js';
import { openKernels, type Kernels } from './kernels.js';
import { isElementwiseName } from './lowering.js';
import { compiled, type Compiled, type Into, type Placed } from './program.js';
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
    inPlace: (formula) => compiledInPlace(kernels, formula),
    compile: async (inputs, build, { differentiate, common } = {}) => {
      const options = {
        staysInLoop: ({ name }: { name: string }) => isElementwiseName(name) || name === 'matmul',
        floatsOnly: !kernels.dotProducts,
      };
      const each = compiled(kernels, inputs, programGraph(inputs, build, differentiate, options));
      const before = common && compiled(kernels, common.inputs, programGraph(common.inputs, common.build, undefined, options));
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

function program(each: Compiled, before: Compiled | undefined, threads: number): Program {
  let last: { shared: Tensors; ready: Promise<Tensors> } | undefined;
  const run = (one: Compiled, feeds: PiecedTensors, into?: Into, placed?: Placed): Promise<Record<string, HostTensor>> =>
    threads > 1 ? one.runApart(feeds, into, placed) : Promise.resolve(one.run(feeds, into, placed));
  const commonOf = (shared: Tensors): Promise<Tensors> | undefined => {
    if (before && last?.shared !== shared) last = { shared, ready: run(before, shared) };
    return last?.ready;
  };
  async function* resultsOf(shared: Tensors, runs: readonly Tensors[]): AsyncGenerator<Record<string, HostTensor>> {
    const ready = await commonOf(shared);
    for (const feeds of runs) yield await run(each, { ...feeds, ...ready });
  }
  return {
    threads,
    runAll: async (shared, runs) => {
      const all: Record<string, HostTensor>[] = [];
      for await (const results of resultsOf(shared, runs)) all.push(results);
      return all;
    },
    runInto: async (shared, runs, placings) => {
      const ready = await commonOf(shared);
      const blocks = blocksOf(placings);
      for (const [i, feeds] of runs.entries()) {
        const own = Object.entries(placings).map(([name, { pieces }]) => [name, { block: blocks[name]!, pieces: pieces[i]! }] as const);
        await run(each, { ...feeds, ...ready }, {}, Object.fromEntries(own));
      }
      return blocks;
    },
    run: async (feeds, into) => run(each, { ...feeds, ...(await commonOf(feeds)) }, into),
    close: () => Promise.resolve(),
  };
}
