/** Runs of Chinese characters as segmenters get them, and as the libraries want them. */

/** Strings of UTF-16 as code units, with a line end between each two. */
export function unitsOf(runs: readonly string[]): Uint16Array {
  const bytes = Buffer.from(runs.join('\n'), 'utf16le');
  return new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

export function stringOf(units: Uint16Array): string {
  return Buffer.from(units.buffer, units.byteOffset, units.byteLength).toString('utf16le');
}
