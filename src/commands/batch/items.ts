/** Some items of a shard instead of all: how a record that kills workers is searched for, and how a shard is done without it. */
import { countCharacters, hasMark, type Chunk } from '../../io/lines.js';
import { byteLines } from '../../io/parse.js';
import type { ShardJob } from './messages.js';

/** Which items of a shard are wanted. */
export interface Wanted {
  /** false: all of them, and nobody needs to look */
  some: boolean;
  /** the item is to be worked on */
  has: (item: number) => boolean;
  /** the item is to be put aside */
  isSkipped: (item: number) => boolean;
}

export function wantedOf({ skip, probe }: ShardJob): Wanted {
  const skipped = new Set(skip);
  const isIn = (item: number): boolean => !probe || (item >= probe[0] && item < probe[1]);
  return {
    some: skipped.size > 0 || probe !== undefined,
    has: (item) => !skipped.has(item) && isIn(item),
    isSkipped: (item) => skipped.has(item),
  };
}

export interface Part {
  chunk: Chunk;
  /** a line that is not to be worked on */
  skipped?: boolean;
}

/** A chunk's wanted lines, in pieces that know their place in the file; a skipped line is a piece of its own. */
export function* wantedParts(chunk: Chunk, firstItem: number, wanted: Wanted): Generator<Part> {
  let { firstLine: line, firstCharacter: character } = chunk;
  let [item, at, begin] = [firstItem, 0, 0];
  let open: Chunk | undefined;
  for (const { length } of byteLines(chunk.bytes)) {
    const end = Math.min(at + length + 1, chunk.bytes.length);
    if (wanted.has(item)) open ??= { bytes: chunk.bytes, firstLine: line, firstCharacter: character };
    else {
      if (open) yield { chunk: { ...open, bytes: chunk.bytes.subarray(begin, at) } };
      open = undefined;
      if (wanted.isSkipped(item))
        yield { chunk: { bytes: chunk.bytes.subarray(at, at + length), firstLine: line, firstCharacter: character }, skipped: true };
      begin = end;
    }
    character += countCharacters(chunk.bytes.subarray(at, end)) - (line === 1 && hasMark(chunk.bytes) ? 1 : 0);
    [at, line, item] = [end, line + 1, item + 1];
  }
  if (open) yield { chunk: { ...open, bytes: chunk.bytes.subarray(begin) } };
}
