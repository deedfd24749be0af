/**
 * Memory that is used again. What a run reads and makes is gone a moment later; new memory for each piece of it would be pages that the system
 * must find and empty, and work for V8's collector: together a fifth of a run that does little else. It is shared memory, which V8's collector
 * does not count: for each 64 MB of what it counts it looks through all that lives.
 */
export interface Memory {
  /** @returns so many bytes, or more; what they hold may be anything */
  take: (bytes: number) => SharedArrayBuffer;
  /** Takes back what it gave, which nobody may look at any more; any other memory stays whose it is. */
  give: (memory: ArrayBufferLike) => void;
}

/** Sizes are multiples of it, so that what is a little larger fits, too. */
const STEP = 1 << 20;

export function newMemory(): Memory {
  /** weakly: what nobody gives back is the collector's */
  const lent = new WeakSet<ArrayBufferLike>();
  let free: SharedArrayBuffer[] = [];
  return {
    take: (bytes) => {
      const fits = free.findIndex(({ byteLength }) => byteLength >= bytes);
      // what was too small once is so again: pieces of a run are of like size
      if (fits < 0) free = [];
      const memory = fits < 0 ? new SharedArrayBuffer(Math.ceil(bytes / STEP) * STEP) : free.splice(fits, 1)[0]!;
      lent.add(memory);
      return memory;
    },
    give: (memory) => {
      if (lent.delete(memory)) free.push(memory as SharedArrayBuffer);
    },
  };
}
