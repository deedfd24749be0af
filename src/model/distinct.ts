/** The ids that time steps read, each different one once: a number for each row of a table that is needed. Number 0 is padding, which nothing reads. */
import type { Table } from './training/feeds.js';

export interface DistinctIds {
  /** how many numbers there are, padding's among them */
  count: () => number;
  /** of numbers from 0 on the rows that they stand for, [numbers, dim]; the first is zeros */
  vectors: () => Float32Array;
  /** the number of an id */
  numberOf: (id: number) => number;
}

export function distinctIds({ dim, numbers }: Pick<Table, 'dim' | 'numbers'>): DistinctIds {
  const known = new Int32Array(numbers.length / dim);
  const ids: number[] = [];
  return {
    count: () => ids.length + 1,
    numberOf: (id) => {
      if (known[id] === 0) known[id] = ids.push(id);
      return known[id]!;
    },
    vectors: () => {
      const vectors = new Float32Array((ids.length + 1) * dim);
      for (const [i, id] of ids.entries()) vectors.set(numbers.subarray(id * dim, (id + 1) * dim), (i + 1) * dim);
      return vectors;
    },
  };
}
