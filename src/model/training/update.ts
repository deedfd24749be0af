/**
 * A step of the optimiser in shares, which threads do side by side: each number is updated by itself, so that it does not show who did it.
 * It takes as long as a third of the gradients where a vocabulary is large.
 */
import type { SparseGradient } from './feeds.js';
import type { Shared } from './learner.js';
import { updateOf, type Moments, type OptimizerOptions } from './optimizer.js';

/** The name under which the moments of all that does not lie in tables stand. */
export const DENSE = 'dense';

/** What threads share beside `Shared`. */
export interface Optimizing {
  optimizer: OptimizerOptions;
  /** of each table, and of the rest together as `DENSE`; in shared memory */
  moments: ReadonlyMap<string, Moments>;
}

export interface UpdateJob {
  learningRate: number;
  /** from 1 */
  step: number;
  /** what gradients are multiplied by */
  scale: number;
  /** of each table that learns; that of the dense weights is `gradients[0]` */
  sparse: readonly (SparseGradient | undefined)[];
}

/** One of so many shares of the step. */
export function update(
  { dense, tables, gradients }: Shared,
  { optimizer, moments }: Optimizing,
  { learningRate, step, scale, sparse }: UpdateJob,
  share: number,
  shares: number,
): void {
  const move = updateOf(optimizer, learningRate, step, scale);
  const rangeOf = (length: number): [number, number] => [
    Math.floor((share * length) / shares),
    Math.floor(((share + 1) * length) / shares),
  ];
  const [begin, end] = rangeOf(dense.length);
  move(dense, moments.get(DENSE)!, begin, end - begin, gradients[0]!, begin);
  for (const [i, { name, numbers }] of tables.entries()) {
    const found = sparse[i];
    if (!found) continue;
    const { ids, rows } = found;
    const width = rows.length / ids.length;
    const [first, last] = rangeOf(ids.length);
    for (let row = first; row < last; row++) move(numbers, moments.get(name)!, ids[row]! * width, width, rows, row * width);
  }
}
