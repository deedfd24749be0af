/** The engine `jit`: a program is compiled to machine code for this processor, as it is an expression graph; x86-64 with AVX2 or AVX-512. */
import { availableParallelism } from 'node:os';
import { PipeError } from '../../errors.js';
import type { Placing } from '../blocks.js';
import { programGraph } from '../graph/program.js';
import type { Engine, EngineOptions, Program, Tensors } from '../ops.js';
import { compiledInPlace } from './in-place.js';
import { openKernels, type Kernels } from './kernels.js';
import { isElementwiseName } from './lowering.js';
import { compiled, type Compiled, type Results, type Run } from './program.js';
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
      const options = { staysInLoop: ({ name }: { name: string }) => isElementwiseName(name) || name === 'matmul' };
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
  // two more than there are threads, so that the next ones are ready wherever a core has nothing to do; more of them would only take each other's cache
  const inTurn = atMost(threads + 2);
  const runsOf = (one: Compiled, runs: readonly Run[]): Promise<Results[]> =>
    threads > 1 ? inTurn(() => one.runApart(runs)) : Promise.resolve(one.run(runs));
  const commonOf = async (shared: Tensors): Promise<Tensors> => {
    if (before === undefined) return {};
    if (last?.shared !== shared) last = { shared, ready: runsOf(before, [{ feeds: shared }]).then(([made]) => made!) };
    return last.ready;
  };
  return {
    threads,
    runAll: async (shared, runs) => {
      const ready = await commonOf(shared);
      return runsOf(
        each,
        runs.map((feeds) => ({ feeds: { ...feeds, ...ready } })),
      );
    },
    runInto: async (shared, runs, placings) => {
      const ready = await commonOf(shared);
      // the first run makes zeros of the gaps
      const blockOf = ({ size, memory }: Placing): Float32Array => (memory && runs.length > 0 ? memory.block : uncounted(size));
      const blocks = Object.fromEntries(Object.entries(placings).map(([name, placing]) => [name, blockOf(placing)]));
      const placedOf = (run: number): Run['placed'] =>
        Object.fromEntries(
          Object.entries(placings).map(([name, { pieces, memory }]) => [
            name,
            { block: blocks[name]!, pieces: pieces[run]!, gaps: run === 0 ? memory?.gaps : undefined },
          ]),
        );
      await runsOf(
        each,
        runs.map((feeds, i) => ({ feeds: { ...feeds, ...ready }, placed: placedOf(i) })),
      );
      return blocks;
    },
    run: async (feeds, into) => (await runsOf(each, [{ feeds: { ...feeds, ...(await commonOf(feeds)) }, into }]))[0]!,
    close: () => Promise.resolve(),
  };
}

/**
 * Memory that V8's collector does not count. Blocks go to a file a moment after they are made, and for each 64 MB of what it counts it looks
 * through all that lives.
 */
const uncounted = (size: number): Float32Array => new Float32Array(new SharedArrayBuffer(Float32Array.BYTES_PER_ELEMENT * size));

/** So many are done at once, the others wait in their order. */
function atMost(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((begin) => waiting.push(begin));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
