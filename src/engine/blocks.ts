/** The results of a job's runs, put together: each number where it belongs in one block, whichever run it comes from. */
import type { HostTensor } from './ops.js';

/** Where the numbers of a result belong. */
export interface Placing {
  /** numbers of the block; where no piece belongs stay zeros */
  size: number;
  /** by run, one piece after another: where it begins in the run's result, where in the block, and how many numbers it has */
  pieces: readonly Int32Array[];
}

export type Placings = Readonly<Record<string, Placing>>;
export type Blocks = Record<string, Float32Array>;

export const emptyBlocks = (placings: Placings): Blocks =>
  Object.fromEntries(Object.entries(placings).map(([name, { size }]) => [name, new Float32Array(size)]));

/** Copies the results of the job's run of that number. */
export function place(blocks: Blocks, placings: Placings, run: number, results: Readonly<Record<string, HostTensor>>): void {
  for (const [name, { pieces }] of Object.entries(placings)) {
    const [own, { data }, block] = [pieces[run]!, results[name]!, blocks[name]!];
    for (let i = 0; i < own.length; i += 3) block.set(data.subarray(own[i], own[i]! + own[i + 2]!), own[i + 1]);
  }
}
