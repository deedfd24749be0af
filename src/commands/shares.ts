/** How the cores are shared out: to worker threads, and to the engine's threads within each. */
import { availableParallelism } from 'node:os';

export interface Shares {
  workers: number;
  /** of the engine in each */
  threads: number;
}

/**
 * Where an engine does most of the work, two of its threads are kept busy by one of ours: a thread of JavaScript more would load the
 * model and compile the program again.
 *
 * @param workers as many as are asked for
 */
export function sharesOf(workers: number | undefined, computing: boolean, cores = availableParallelism()): Shares {
  if (!computing) return { workers: workers ?? cores, threads: 1 };
  const own = workers ?? Math.max(1, Math.floor(cores / 2));
  return { workers: own, threads: Math.max(1, Math.floor(cores / own)) };
}
