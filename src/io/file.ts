/** Whole small files: dictionaries, vocabularies, weights. Unpacked where they are gzipped. */
import { PipeError } from '../errors.js';
import { decodeUtf8 } from './encoding.js';
import { inputFile, openSource } from './source.js';

/** The largest text that JavaScript can hold as one string is a little larger. */
const LIMIT = 500_000_000;

/** Files up to this size are read in one piece. */
const AT_ONCE = 1 << 30;

/** @throws PipeError('no-input' | 'io' | 'data') */
export async function readBytes(path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of (await openSource(inputFile(path), 'utf-8', AT_ONCE)).bytes) parts.push(part);
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/**
 * Strict UTF-8; a byte order mark is taken off.
 *
 * @param what what the file is, for the error: 'vocabulary'
 */
export async function readText(path: string, what: string): Promise<string> {
  const bytes = await readBytes(path);
  if (bytes.length > LIMIT)
    throw new PipeError('data', `the ${what} is too large`, { place: { file: path }, expected: `at most ${LIMIT} bytes` });
  return (await decodeUtf8(bytes, { file: path, line: 1 })).replace(/^\uFEFF/, '');
}
