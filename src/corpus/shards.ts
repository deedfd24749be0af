/**
 * A corpus to shards, by its files' sizes alone: never by the number of workers, nor by what the bytes are.
 * Large files that lie in lines are cut into ranges of like size, small files are put together, others are taken whole.
 * Pure: it opens nothing. Where a range's lines begin and end is said by `lineStart`.
 */

export interface FileToCut {
  size: number;
  /** whether it may be cut between any two lines */
  divisible: boolean;
}

/** A part of a file: the lines that begin in [begin, end). The whole file, if it is not divisible. */
export interface Piece {
  /** the file's index */
  file: number;
  begin: number;
  end: number;
}

/** Files that one shard may hold: opening a file costs as much as some kilobytes of text. */
export const MOST_FILES = 4096;

/**
 * The pieces of each shard, in the order of the files. Every byte of every file is in exactly one piece.
 *
 * @param shardBytes what a shard should have at most; files that may not be cut can be larger
 *
 * @example shardsOf([{ size: 3, divisible: true }, { size: 2, divisible: true }, { size: 20, divisible: true }], 10)
 * // [[all of file 0, all of file 1], [bytes 0 to 10 of file 2], [bytes 10 to 20 of file 2]]
 */
export function shardsOf(files: readonly FileToCut[], shardBytes: number): Piece[][] {
  const shards: Piece[][] = [];
  let group: Piece[] = [];
  let groupBytes = 0;
  const close = (): void => {
    if (group.length > 0) shards.push(group);
    [group, groupBytes] = [[], 0];
  };
  for (const [file, { size, divisible }] of files.entries()) {
    if (groupBytes + size > shardBytes || group.length === MOST_FILES) close();
    if (size > shardBytes) {
      const ranges = divisible ? Math.ceil(size / shardBytes) : 1;
      for (let k = 0; k < ranges; k++) shards.push([{ file, begin: cutAt(size, k, ranges), end: cutAt(size, k + 1, ranges) }]);
      continue;
    }
    group.push({ file, begin: 0, end: size });
    groupBytes += size;
  }
  close();
  return shards;
}

/** Exact for every size that a file can have: a product of two large numbers would not be. */
function cutAt(size: number, k: number, ranges: number): number {
  const [whole, rest] = [Math.floor(size / ranges), size % ranges];
  return k * whole + Math.min(k, rest);
}

const LF = 10;

/**
 * Where the first line begins that begins at `at` or after it: after the first LF from `at - 1` on. A line so belongs to the range
 * that holds its first byte, however long it is, and neighbours agree without knowing of one another.
 *
 * @param indexOfLf the index of the first LF at or after an index, or -1
 */
export async function lineStart(at: number, size: number, indexOfLf: (from: number) => Promise<number>): Promise<number> {
  if (at <= 0) return 0;
  if (at >= size) return size;
  const end = await indexOfLf(at - 1);
  return end < 0 ? size : end + 1;
}

/** The same over bytes that are at hand. */
export const lineStartIn = (bytes: Uint8Array, at: number): Promise<number> =>
  lineStart(at, bytes.length, (from) => Promise.resolve(bytes.indexOf(LF, from)));
