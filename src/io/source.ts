/** An input, opened: its bytes as UTF-8, unpacked. What they mean is not known here. */
import { accessSync, constants, createReadStream, fstatSync, readFileSync, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Gunzip } from 'node:zlib';
import { markedEncoding, toUtf8, type Encoding } from './encoding.js';
import { folderError, inputFailure } from './failure.js';

/** How many bytes are wanted next, or the memory that they are to be put into. */
export type Asked = number | Uint8Array | undefined;

/** Bytes of which `next(asked)` may say what is wanted: a file of Arrow gives it in one piece. They come in any pieces where nothing is said. */
export type AskedBytes = AsyncIterable<Uint8Array, unknown, Asked>;

export interface Source {
  /** as the user typed it; `stdin` for `-` */
  name: string;
  /** decides the format, with .gz taken off; empty for stdin */
  extension: string;
  /** the first bytes, at most a chunk */
  head: Uint8Array;
  bytes: AskedBytes;
  /** bytes on disk, if that is known: for progress */
  size: number | undefined;
}

/** What is read, and what it is called: a pipe that was spooled is read from a temporary file but keeps its name. */
export interface InputFile {
  path: string;
  name: string;
}

export const inputFile = (path: string): InputFile => ({ path, name: path === '-' ? 'stdin' : path });

/**
 * Says of a file that is read later, after others or after a pass over them, what would be said then.
 *
 * @throws PipeError('no-input') for what is not there, may not be read or is a folder
 */
export function refuseInput(path: string): void {
  if (path === '-') return;
  try {
    accessSync(path, constants.R_OK);
    if (statSync(path).isDirectory()) throw folderError();
  } catch (error) {
    throw inputFailure(error, path);
  }
}

/** Small enough for what a chunk's work leaves behind to be swept up young. */
const CHUNK = 1 << 18;

/**
 * Opens a file, or stdin for `-`. Gzip is known by its first two bytes, UTF-16 by its byte order mark.
 *
 * @param most files up to this size come in one piece
 * @throws PipeError('no-input') for what is not there or cannot be opened
 */
export async function openSource({ path, name }: InputFile, encoding: Encoding = 'utf-8', most = CHUNK): Promise<Source> {
  const { stream, size } = await openBytes(path, most);
  const packed = await peek(guarded(stream, name));
  const unpacked = isGzip(packed.head) ? await peek(guarded(gunzip(packed.bytes), name)) : packed;
  const marked = markedEncoding(unpacked.head);
  const known = marked ?? encoding;
  const text = known === 'utf-8' ? unpacked : await peek(toUtf8(unpacked.bytes, known, name));
  return { name, extension: extensionOf(name), ...text, size };
}

/**
 * Opens the bytes [begin, end) of a UTF-8 file that is not packed; the head is the file's, which says how the file lies.
 *
 * @throws PipeError('no-input') for what is not there or cannot be opened
 */
export async function openRange({ path, name }: InputFile, begin: number, end: number): Promise<Source> {
  const { head } = await openHead({ path, name });
  const range = async function* (): AsyncGenerator<Uint8Array> {
    if (end > begin) yield* createReadStream(path, { start: begin, end: end - 1, highWaterMark: CHUNK }) as AsyncIterable<Uint8Array>;
  };
  return { name, extension: extensionOf(name), head, bytes: guarded(range(), name), size: end - begin };
}

/** The first bytes of a file, and whether they are UTF-8 text that is not packed. */
export async function openHead({ path, name }: InputFile): Promise<{ head: Uint8Array; plain: boolean }> {
  for await (const head of guarded((await openBytes(path)).stream, name))
    return { head, plain: !isGzip(head) && (markedEncoding(head) ?? 'utf-8') === 'utf-8' };
  return { head: new Uint8Array(), plain: true };
}

/** The bytes as they lie there, neither unpacked nor transcoded. */
export async function rawBytes({ path, name }: InputFile): Promise<AsyncIterable<Uint8Array>> {
  return guarded((await openBytes(path)).stream, name);
}

async function openBytes(path: string, most = CHUNK): Promise<{ stream: AskedBytes; size: number | undefined }> {
  if (path === '-') return { stream: process.stdin, size: undefined };
  try {
    const small = statSync(path);
    if (small.isFile() && small.size <= most) {
      return { stream: atOnce(readFileSync(path)), size: small.size };
    }
    const handle = await open(path, 'r');
    const stat = fstatSync(handle.fd);
    if (stat.isDirectory()) {
      await handle.close();
      throw folderError();
    }
    if (!stat.isFile()) return { stream: createReadStream('', { fd: handle, highWaterMark: CHUNK }), size: undefined };
    const stream = /\.arrows?$/i.test(path) ? asAsked(handle, stat.size) : createReadStream('', { fd: handle, highWaterMark: CHUNK });
    return { stream, size: stat.size };
  } catch (error) {
    throw inputFailure(error, path);
  }
}

/** A file in pieces of the sizes that are asked for, each in memory of its own, or in that which comes with the question. */
async function* asAsked(handle: FileHandle, size: number): AsyncGenerator<Uint8Array, void, Asked> {
  try {
    for (let wanted: number | Uint8Array = CHUNK; ;) {
      // what asks may have been told a wrong size
      const bytes: Uint8Array = typeof wanted === 'number' ? Buffer.allocUnsafeSlow(Math.min(wanted, size)) : wanted;
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, null);
      if (bytesRead === 0) return;
      wanted = (yield bytes.subarray(0, bytesRead)) ?? CHUNK;
    }
  } finally {
    await handle.close();
  }
}

/** A small file is read at once: of a hundred thousand of them a stream each would cost more than the work. */
async function* atOnce(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield await Promise.resolve(bytes);
}

const extensionOf = (name: string): string => /\.([a-z0-9]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? '';

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

async function* gunzip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { createGunzip } = await import('node:zlib');
  const unpacking = createGunzip({ chunkSize: CHUNK });
  let [taken, last] = [0, 0];
  // the pump's own failure (a read error) must reach the reader of the unpacked bytes
  const pump = (async () => {
    for await (const part of bytes) {
      const end = part.findLastIndex((byte) => byte !== 0) + 1;
      if (end > 0) last = taken + end;
      taken += part.length;
      if (!unpacking.write(part)) await drained(unpacking);
    }
    unpacking.end();
  })().catch((error: unknown) => unpacking.destroy(error as Error));
  try {
    for await (const part of unpacking) yield part as Uint8Array;
    await pump;
    // after zeros, which pad an archive, zlib looks for nothing more
    if (last > unpacking.bytesWritten) throw Object.assign(new Error('more data after a padding of zeros'), { code: 'Z_DATA_ERROR' });
  } finally {
    unpacking.destroy();
  }
}

/** Until more may be written, or nothing more will be read. */
function drained(stream: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

/** Errors of the stream as errors of the input. */
async function* guarded(bytes: AskedBytes, name: string): AsyncGenerator<Uint8Array, void, Asked> {
  try {
    yield* bytes;
  } catch (error) {
    if (error instanceof Error && error.name === 'PipeError') throw error;
    throw inputFailure(error, name);
  }
}

/** Reads the first part and gives the whole stream back with it. Four bytes at least, unless there are fewer. */
async function peek(bytes: AskedBytes): Promise<{ head: Uint8Array; bytes: AskedBytes }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < 4) {
    const next = await iterator.next();
    if (next.done) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Uint8Array, void, Asked> {
    try {
      let wanted = head.length > 0 ? yield head : undefined;
      for (let next = await iterator.next(wanted); !next.done; next = await iterator.next(wanted)) wanted = yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head, bytes: all() };
}
