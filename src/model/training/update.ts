/**
 * A step of the optimiser in shares, which threads do side by side: each number is updated by itself, so that it does not show who did it.
 * It takes as long as a third of the gradients where a vocabulary is large.
 */
import type { InPlace, Formula } from '../../engine/in-place.js';
import type { SparseGradient } from './feeds.js';
import type { Shared } from './learner.js';
import type { Moments, OptimizerOptions, Step, Update } from './optimizer.js';

/** The name under which the moments of all that does not lie in tables stand. */
export const DENSE = 'dense';

/** What threads share beside `Shared`. */
export interface Optimizing {
  optimizer: OptimizerOptions;
  /** of each table, and of the rest together as `DENSE`; in shared memory */
  moments: ReadonlyMap<string, Moments>;
}

export interface UpdateJob extends Step {
  /** of how many parts the gradient of the dense weights is to be summed; 1 where that is done */
  parts: number;
  /** of each table that learns; that of the dense weights is `gradients[0]` */
  sparse: readonly (SparseGradient | undefined)[];
}

/** What a thread computes a step with, as its engine has it. */
export interface Means {
  add: InPlace;
  update: Update;
}

export const SUM: Formula = {
  written: ['sum'],
  read: ['more'],
  numbers: [],
  build: (ops, { sum, more }) => ({ sum: ops.add(sum!, more!) }),
};

/** One of so many shares of what has that length: where it begins, and how long it is. */
function shareOf(length: number, share: number, shares: number): [begin: number, count: number] {
  const begin = Math.floor((share * length) / shares);
  return [begin, Math.floor(((share + 1) * length) / shares) - begin];
}

/** Adds a share of the parts' dense gradients up, which becomes that of the first part. @returns the sum of its squares */
export function sumParts({ gradients }: Shared, add: InPlace, parts: number, share: number, shares: number): number {
  const [sum, ...others] = gradients.slice(0, parts) as [Float32Array, ...Float32Array[]];
  const [begin, count] = shareOf(sum.length, share, shares);
  for (const more of others) add({ sum, more }, {}, { begin, count });
  let squares = 0;
  for (let i = begin; i < begin + count; i++) squares += sum[i]! * sum[i]!;
  return squares;
}

/** One of so many shares of the step. */
export function update(
  { dense, tables, gradients }: Shared,
  moments: Optimizing['moments'],
  { add, update: move }: Means,
  { parts, sparse, ...step }: UpdateJob,
  share: number,
  shares: number,
): void {
  const [begin, count] = shareOf(dense.length, share, shares);
  const [sum, ...others] = gradients.slice(0, parts) as [Float32Array, ...Float32Array[]];
  for (const more of others) add({ sum, more }, {}, { begin, count });
  move(dense, moments.get(DENSE)!, sum, { begin, count }, step);
  for (const [i, { name, numbers }] of tables.entries()) {
    const found = sparse[i];
    if (!found) continue;
    const { ids, rows } = found;
    const width = rows.length / ids.length;
    const [first, own] = shareOf(ids.length, share, shares);
    move(numbers, moments.get(name)!, rows, { rows: ids.subarray(first, first + own), width, first }, step);
  }
}
