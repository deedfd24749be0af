/** Outputs and sources in memory, for tests of what goes through them. */
import type { Output } from '../../src/io/output.js';
import type { Source } from '../../src/io/source.js';

export function sink(): { output: Output; bytes: () => Buffer } {
  const pieces: Uint8Array[] = [];
  const write = (bytes: Uint8Array): Promise<void> => Promise.resolve(void pieces.push(Uint8Array.from(bytes)));
  return { output: { write, publish: () => Promise.resolve(), abandon: () => {} }, bytes: () => Buffer.concat(pieces) };
}

/** The bytes in pieces of `size`. */
export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export function fromBytes(bytes: Uint8Array, size = bytes.length, name = 'input'): Source {
  const extension = /\.([a-z]+)$/.exec(name)?.[1] ?? '';
  return { name, extension, head: bytes.subarray(0, 1 << 16), bytes: inPieces(bytes, Math.max(1, size)), size: bytes.length };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of items) result.push(item);
  return result;
}
