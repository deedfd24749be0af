/**
 * The memory that a run of a program takes, as it is shared out while commands are written: pieces of one block, whose address is known when they
 * run. What is given back is taken again.
 */
import { NUMBER } from './view.js';

export interface Memory {
  /** @returns the address of memory for so many numbers, aligned to a vector; what it holds may be anything */
  take: (numbers: number) => number;
  /** gives back what `take` gave */
  give: (address: number) => void;
  /** Everything is free again. */
  clear: () => void;
  /** how many bytes have been needed at once since then */
  bytes: () => number;
}

/** Where the block must begin. */
export const ALIGNED = 64;
/** Kernels may read, but not write, so many bytes behind a tensor. */
export const SLACK = 64;

interface Piece {
  begin: number;
  end: number;
}

/** @param block where it seems to begin */
export function newMemory(block: number): Memory {
  let free: Piece[] = [];
  let most = 0;
  const taken = new Map<number, number>();
  const clear = (): void => {
    taken.clear();
    free = [{ begin: block, end: Infinity }];
    most = 0;
  };
  clear();
  return {
    take(numbers) {
      const bytes = Math.ceil((NUMBER * numbers + SLACK) / ALIGNED) * ALIGNED;
      const piece = free.find(({ begin, end }) => end - begin >= bytes)!;
      const address = piece.begin;
      piece.begin += bytes;
      if (piece.begin === piece.end) free = free.filter((one) => one !== piece);
      taken.set(address, bytes);
      most = Math.max(most, address + bytes - block);
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
      else free.unshift({ begin: address, end });
    },
    clear,
    bytes: () => most,
  };
}
