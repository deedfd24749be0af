/** Bytes to a descriptor while the next ones are made: one write is under way and one may wait, and what was written goes to the disk bit by bit. */
import { closeSync, fdatasync, fsync } from 'node:fs';
import { outputFailure } from './failure.js';
import { writeSome } from './stdout.js';

/** Bytes after which the system is asked to write them to the disk, so that not all of them wait for the end. */
const SYNC = 1 << 25;

export interface Behind {
  /** takes the bytes, which must not be changed any more; waits for those before the last ones, and throws what they met with */
  write: (bytes: Uint8Array) => Promise<void>;
  /** what was taken so far has been written */
  settled: () => Promise<void>;
  /** all of it is on the disk, and the descriptor closed */
  finish: () => Promise<void>;
  /** closes the descriptor, as soon as nothing is written to it any more */
  abandon: () => void;
}

/** @param path the output's name, for its errors */
export function writeBehind(descriptor: number, path: string): Behind {
  let [before, writing, syncing] = [Promise.resolve(), Promise.resolve(), Promise.resolve()];
  let [unsynced, running] = [0, 0];
  let [open, abandoned] = [true, false];
  const close = (): void => {
    if (open) closeSync(descriptor);
    open = false;
  };
  const start = (work: Promise<void>): Promise<void> => {
    running++;
    const ended = (): void => {
      if (--running === 0 && abandoned) close();
    };
    work.then(ended, ended); // what it met with is awaited in its turn
    return work;
  };
  return {
    write: async (bytes) => {
      await before;
      before = writing;
      writing = start(before.then(() => writeAll(descriptor, bytes, path)));
      unsynced += bytes.length;
      if (unsynced < SYNC) return;
      unsynced = 0;
      await syncing;
      syncing = start(flushed(fdatasync, descriptor, path));
    },
    settled: () => writing,
    finish: async () => {
      await writing;
      await syncing;
      await start(flushed(fsync, descriptor, path));
      close();
    },
    abandon: () => {
      abandoned = true;
      // the number of a closed descriptor may be another file's soon
      if (running === 0) close();
    },
  };
}

export async function writeAll(descriptor: number, bytes: Uint8Array, file: string): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await writeSome(descriptor, rest, file));
}

function flushed(flush: typeof fsync, descriptor: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    flush(descriptor, (error) => {
      if (error) reject(outputFailure(error, path));
      else resolve();
    });
  });
}
