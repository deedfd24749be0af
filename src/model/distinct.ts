/** What time steps read, each different thing once: a number for the ids of its rows in all tables. Number 0 is padding, which nothing reads. */
import type { Table } from './training/feeds.js';

/** More than there are ids, or different pairs of them in one job; two such numbers fit a float exactly. */
const LIMIT = 2 ** 26;

export interface DistinctIds {
  /** how many numbers there are, padding's among them */
  count: () => number;
  /** of numbers from 0 on what their tables hold side by side, [numbers, width]; the first is zeros */
  vectors: () => Float32Array;
  /** the number of a token of the data set */
  numberOf: (token: number) => number;
}

export function distinctIds(tables: readonly Table[]): DistinctIds {
  const fields = tables.flatMap(({ ids }) => ids);
  // the first two ids are a pair, which has a number; that and the third id are a pair, and so on
  const pairs = fields.map(() => new Map<number, number>());
  const tokens: number[] = [];
  const width = tables.reduce((sum, { dim, ids }) => sum + dim * ids.length, 0);
  return {
    count: () => tokens.length + 1,
    numberOf: (token) => {
      let number = 0;
      for (let i = 0; i < fields.length; i++) {
        const key = number * LIMIT + fields[i]![token]!;
        const known = pairs[i]!.get(key);
        number = known ?? pairs[i]!.size + 1;
        if (known === undefined) pairs[i]!.set(key, number);
      }
      if (number > tokens.length) tokens.push(token);
      return number;
    },
    vectors: () => {
      const vectors = new Float32Array((tokens.length + 1) * width);
      let column = 0;
      for (const { dim, ids, numbers } of tables)
        for (const own of ids) {
          for (const [i, token] of tokens.entries()) {
            const id = own[token]!;
            vectors.set(numbers.subarray(id * dim, (id + 1) * dim), (i + 1) * width + column);
          }
          column += dim;
        }
      return vectors;
    },
  };
}
