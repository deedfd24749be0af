/** What time steps read, each different thing once. Number 0 is padding, which nothing reads. */
import type { Table } from './training/feeds.js';

/** The vectors of numbers from 0 on, [numbers, width]; the first is zeros. */
export interface Distinct {
  /** how many numbers there are, padding's among them */
  count(): number;
  vectors(): Float32Array;
}

/** More than there are ids, or different pairs of them in one job; two such numbers fit a float exactly. */
const LIMIT = 2 ** 26;

/** By the ids of their rows in all tables. */
export interface DistinctIds extends Distinct {
  /** the number of a token of the data set */
  numberOf(token: number): number;
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

/** By their bits. */
export interface DistinctVectors extends Distinct {
  /** the number of the vector that begins there */
  numberOf(data: Float32Array, begin: number): number;
}

/** @param most so many different vectors may come */
export function distinctVectors(width: number, most: number): DistinctVectors {
  let vectors = new Float32Array(width * Math.min(most + 1, 1024));
  let bits = new Uint32Array(vectors.buffer);
  // open addressing; at most half of it is in use
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 2)));
  let count = 1;
  const grow = (): void => {
    const larger = new Float32Array(Math.min(2 * vectors.length, width * (most + 1)));
    larger.set(vectors);
    [vectors, bits] = [larger, new Uint32Array(larger.buffer)];
  };
  return {
    count: () => count,
    vectors: () => vectors.slice(0, count * width),
    numberOf: (data, begin) => {
      const own = new Uint32Array(data.buffer, data.byteOffset + 4 * begin, width);
      let slot = hash(own) & (slots.length - 1);
      for (; slots[slot] !== 0; slot = (slot + 1) & (slots.length - 1)) if (isAt(bits, slots[slot]! * width, own)) return slots[slot]!;
      if ((count + 1) * width > vectors.length) grow();
      bits.set(own, count * width);
      slots[slot] = count;
      return count++;
    },
  };
}

function isAt(all: Uint32Array, begin: number, own: Uint32Array): boolean {
  for (let i = 0; i < own.length; i++) if (all[begin + i] !== own[i]) return false;
  return true;
}

/** FNV-1a by words in two lanes, since each multiplication waits for the one before; mixed at the end (Murmur3's finaliser). */
function hash(own: Uint32Array): number {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i + 1 < own.length; i += 2) {
    a = Math.imul(a ^ own[i]!, 0x01000193);
    b = Math.imul(b ^ own[i + 1]!, 0x01000193);
  }
  if (own.length % 2 === 1) a = Math.imul(a ^ own[own.length - 1]!, 0x01000193);
  let mixed = a ^ Math.imul(b, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
