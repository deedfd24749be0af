/** The results of a job's runs, put together: each number where it belongs in one block, whichever run it comes from. */
import type { HostTensor, PiecedTensor, PiecedTensors, Tensors } from './ops.js';

/** Where the numbers of a result belong. */
export interface Placing {
  /** numbers of the block; where no piece belongs stay zeros */
  size: number;
  /** by run, one piece after another: where it begins in the run's result, where in the block, and how many numbers it has */
  pieces: readonly Int32Array[];
}

export type Placings = Readonly<Record<string, Placing>>;
export type Blocks = Record<string, Float32Array>;

/** Of zeros. */
export const blocksOf = (placings: Placings): Blocks =>
  Object.fromEntries(Object.entries(placings).map(([name, { size }]) => [name, new Float32Array(size)]));

/** @param results of each run, in the order of the runs */
export async function putTogether(results: AsyncIterable<Readonly<Record<string, HostTensor>>>, placings: Placings): Promise<Blocks> {
  const blocks = blocksOf(placings);
  let run = 0;
  for await (const one of results) {
    for (const [name, { pieces }] of Object.entries(placings)) {
      const [own, { data }, block] = [pieces[run]!, one[name]!, blocks[name]!];
      for (let i = 0; i < own.length; i += 3) block.set(data.subarray(own[i], own[i]! + own[i + 2]!), own[i + 1]);
    }
    run++;
  }
  return blocks;
}

/** What is fed, without pieces. */
export const whole = (feeds: PiecedTensors): Tensors =>
  Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, 'pieces' in tensor ? joined(tensor) : tensor]));

function joined({ shape, from, pieces }: PiecedTensor): HostTensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let i = 0; i < pieces.length; i += 4) {
    const [source, begin, at, count] = pieces.subarray(i, i + 4) as unknown as [number, number, number, number];
    data.set(from[source]!.subarray(begin, begin + count), at);
  }
  return { shape, data };
}

/** Results, some of them in arrays that the caller has. */
export function placed(results: Record<string, HostTensor>, into: Readonly<Record<string, Float32Array>>): Record<string, HostTensor> {
  for (const [name, array] of Object.entries(into)) {
    array.set(results[name]!.data);
    results[name] = { shape: results[name]!.shape, data: array };
  }
  return results;
}
