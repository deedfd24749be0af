/** The results of a job's runs, put together: each number where it belongs in one block, whichever run it comes from. */
import type { HostTensor, PiecedTensor, PiecedTensors, Tensors } from './ops.js';

/** Where the numbers of a result belong. */
export interface Placing {
  /** numbers of the block; where no piece belongs are zeros */
  size: number;
  /** by run, one piece after another: where it begins in the run's result, where in the block, and how many numbers it has */
  pieces: readonly Int32Array[];
  /** memory that an engine may take for the block, and where no piece belongs in it: 0, the place, how many numbers */
  memory?: { block: Float32Array; gaps: Int32Array } | undefined;
}

export type Placings = Readonly<Record<string, Placing>>;
export type Blocks = Record<string, Float32Array>;

const newBlocks = (placings: Placings): Blocks =>
  Object.fromEntries(Object.entries(placings).map(([name, { size }]) => [name, new Float32Array(size)]));

/** @param results of each run, in the order of the runs */
export async function putTogether(results: AsyncIterable<Readonly<Record<string, HostTensor>>>, placings: Placings): Promise<Blocks> {
  const blocks = newBlocks(placings);
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

/** Whether all pieces lie within their arrays, and in the tensor. */
export function piecesFit({ shape, from, pieces }: PiecedTensor): boolean {
  const size = countOf(shape);
  for (let i = 0; i < pieces.length; i += 4) {
    const begin = pieces[i + 1]!;
    const at = pieces[i + 2]!;
    const count = pieces[i + 3]!;
    if (count < 0 || begin < 0 || at < 0 || begin + count > (from[pieces[i]!]?.length ?? -1) || at + count > size) return false;
  }
  return true;
}

/** How many numbers a shape has. */
export const countOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** @throws Error where a piece lies outside */
function joined(tensor: PiecedTensor): HostTensor {
  if (!piecesFit(tensor)) throw new Error('a piece lies outside of its tensor');
  const { shape, from, pieces } = tensor;
  const data = new Float32Array(countOf(shape));
  for (let i = 0; i < pieces.length; i += 4) {
    const begin = pieces[i + 1]!;
    data.set(from[pieces[i]!]!.subarray(begin, begin + pieces[i + 3]!), pieces[i + 2]);
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
