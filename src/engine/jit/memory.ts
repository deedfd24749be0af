/** The memory that a run of a program takes: one block that is used again by the next run, cut into pieces as it goes on. */
import { NUMBER } from './view.js';

export interface Memory {
  /** @returns the address of memory for so many numbers, aligned to a vector; what it holds may be anything */
  take: (numbers: number) => number;
  /** gives back what `take` gave */
  give: (address: number) => void;
  /** Everything is free again. @returns whether addresses that were given before may be used again */
  clear: () => boolean;
}

const ALIGNED = 64;
const FIRST = 1 << 20;
/** Kernels may read, but not write, so many bytes behind a tensor. */
export const SLACK = 64;

interface Piece {
  begin: number;
  end: number;
}

/** @param addressOf of an array's memory */
export function newMemory(addressOf: (array: Uint8Array) => number): Memory {
  let blocks: Uint8Array[] = [];
  let size = FIRST;
  let free: Piece[] = [];
  const taken = new Map<number, number>();

  function addBlock(bytes: number): Piece {
    const block = new Uint8Array(bytes + ALIGNED);
    blocks.push(block);
    const begin = Math.ceil(addressOf(block) / ALIGNED) * ALIGNED;
    const piece = { begin, end: begin + bytes };
    free.push(piece);
    return piece;
  }

  return {
    take(numbers) {
      const bytes = Math.ceil((NUMBER * numbers + SLACK) / ALIGNED) * ALIGNED;
      let piece = free.find(({ begin, end }) => end - begin >= bytes);
      if (!piece) {
        const more = Math.max(bytes, size);
        if (blocks.length > 0) size += more;
        else size = more;
        piece = addBlock(more);
      }
      const address = piece.begin;
      piece.begin += bytes;
      if (piece.begin === piece.end) free = free.filter((one) => one !== piece);
      taken.set(address, bytes);
      return address;
    },
    give(address) {
      const bytes = taken.get(address);
      if (bytes === undefined) throw new Error('memory that was not taken');
      taken.delete(address);
      const end = address + bytes;
      const before = free.find((piece) => piece.end === address);
      const after = free.find((piece) => piece.begin === end);
      if (before && after) {
        before.end = after.end;
        free = free.filter((piece) => piece !== after);
      } else if (before) before.end = end;
      else if (after) after.begin = address;
      else free.push({ begin: address, end });
    },
    clear() {
      taken.clear();
      free = [];
      const [block, ...others] = blocks;
      if (!block || others.length > 0) {
        blocks = [];
        addBlock(size);
        return false;
      }
      const begin = Math.ceil(addressOf(block) / ALIGNED) * ALIGNED;
      free.push({ begin, end: begin + block.length - ALIGNED });
      return true;
    },
  };
}
