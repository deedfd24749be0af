/** Small things that are done with bytes and numbers in typed arrays. */

/** The text in UTF-8 bytes[start, end). */
export function textOf(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

/** @param to longer than `from`, whose numbers it gets */
export function larger<T extends Uint8Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
