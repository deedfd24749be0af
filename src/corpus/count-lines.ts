/**
 * Where a range of a file begins and ends, and what stands before it: the numbers of lines and of characters, which ids and spans are
 * made of. A file's ranges are counted one after another, each once, while those before it are being worked on.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { inputFailure } from '../io/failure.js';
import { countCharacters, countLines, hasMark } from '../io/lines.js';
import { lineStart } from './shards.js';

export interface LineRange {
  /** bytes: from the first byte of a line to that of another, or the end */
  begin: number;
  end: number;
  /** of the range's first line, from 1 */
  firstLine: number;
  /** code points of the file before it */
  firstCharacter: number;
  lines: number;
  characters: number;
}

const BLOCK = 1 << 20;
/** Most lines end soon. */
const SEARCH = 1 << 16;

export interface LineCounter {
  /** the range of the lines that begin in [begin, end), which follows upon the range before it */
  next: (begin: number, end: number) => Promise<LineRange>;
  /** a range that was counted earlier */
  skip: (range: LineRange) => void;
  close: () => Promise<void>;
}

/**
 * Counts the lines of a file, range by range from its beginning.
 *
 * @param characters count them too, which raw text needs for its spans
 */
export function lineCounter(path: string, size: number, characters: boolean): LineCounter {
  let handle: FileHandle | undefined;
  const buffer = Buffer.allocUnsafe(BLOCK);
  let [line, character] = [1, 0];
  const read = async (at: number, most: number): Promise<Buffer> => {
    try {
      handle ??= await open(path, 'r');
      const { bytesRead } = await handle.read(buffer, 0, Math.min(most, BLOCK), at);
      return buffer.subarray(0, bytesRead);
    } catch (error) {
      throw inputFailure(error, path);
    }
  };
  const indexOfLf = async (from: number): Promise<number> => {
    for (let at = from; ;) {
      const bytes = await read(at, SEARCH);
      if (bytes.length === 0) return -1;
      const found = bytes.indexOf(10);
      if (found >= 0) return at + found;
      at += bytes.length;
    }
  };
  return {
    next: async (nominalBegin, nominalEnd) => {
      const [begin, end] = [await lineStart(nominalBegin, size, indexOfLf), await lineStart(nominalEnd, size, indexOfLf)];
      const range: LineRange = { begin, end, firstLine: line, firstCharacter: character, lines: 0, characters: 0 };
      for (let at = begin; at < end;) {
        const bytes = await read(at, end - at);
        if (bytes.length === 0) break; // the file was cut meanwhile, which whoever reads the range will say
        range.lines += countLines(bytes);
        if (characters) range.characters += countCharacters(bytes) - (at === 0 && hasMark(bytes) ? 1 : 0);
        at += bytes.length;
      }
      line += range.lines;
      character += range.characters;
      return range;
    },
    skip: (range) => {
      line += range.lines;
      character += range.characters;
    },
    close: async () => handle?.close(),
  };
}
