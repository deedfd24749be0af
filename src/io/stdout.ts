/** Bytes to stdout: all of them, at the reader's speed, and a tidy end when the reader goes away. */
import { write } from 'node:fs';
import { outputFailure } from './failure.js';

/** The reader of stdout has gone (`| head -1`): no error, but there is nothing left to do. */
export class ReaderWentAway extends Error {}

/** Resolves when everything has been handed to the reader. */
export async function writeToStdout(data: string | Uint8Array): Promise<void> {
  let rest = typeof data === 'string' ? Buffer.from(data) : data;
  while (rest.length > 0) rest = rest.subarray(await writeSome(1, rest, 'stdout'));
}

/** One write(2); a full pipe that does not block is tried again a little later. */
export function writeSome(descriptor: number, bytes: Uint8Array, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, 0, bytes.length, null, (error, written) => {
      if (!error) resolve(written);
      else if (error.code === 'EAGAIN') setTimeout(() => resolve(0), 2);
      else if (error.code === 'EPIPE') reject(new ReaderWentAway());
      else reject(outputFailure(error, file));
    });
  });
}
