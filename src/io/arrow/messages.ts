/**
 * The bytes of an Arrow stream or file to its messages: of each the metadata and the body, in memory of their own, which aligns its numbers.
 * A message is FF FF FF FF, the length of its metadata, the metadata, the body; length 0 is the end. A file is "ARROW1\0\0",
 * a stream, and a footer for those who want to jump about. See https://arrow.apache.org/docs/format/Columnar.html
 */
import type * as Arrow from 'apache-arrow';
import { PipeError } from '../../errors.js';
import type { Memory } from '../../formats/memory.js';
import type { AskedBytes } from '../source.js';

const MAGIC = 'ARROW1';
const CONTINUATION = 0xffffffff;

/** So many messages are asked for before they are wanted. */
const AHEAD = 4;

/**
 * Messages are read while those before them are worked on.
 *
 * @param memory for their bodies; whoever has done with one gives it back
 * @throws PipeError('data') where the input ends before the stream does, or is no Arrow
 */
export async function* messages(arrow: typeof Arrow, bytes: AskedBytes, file: string, memory?: Memory): AsyncGenerator<Uint8Array> {
  const iterator = oneByOne(arrow, bytes, file, memory);
  try {
    const asked: ReturnType<typeof iterator.next>[] = [];
    for (;;) {
      while (asked.length <= AHEAD) {
        const next = iterator.next();
        next.catch(() => {}); // it is awaited in its turn
        asked.push(next);
      }
      const message = await asked.shift()!;
      if (message.done) return;
      for (const part of message.value) if (part.length > 0) yield part;
    }
  } finally {
    // a pipe that is read from may say nothing for long, and is not waited for
    void iterator.return(undefined).catch(() => {});
  }
}

async function* oneByOne(arrow: typeof Arrow, bytes: AskedBytes, file: string, memory?: Memory): AsyncGenerator<Uint8Array[]> {
  const pieces = bytes[Symbol.asyncIterator]();
  try {
    yield* taken(arrow, taker(pieces, memory), file);
  } finally {
    // a file that is not read to its end is closed here
    await pieces.return?.();
  }
}

async function* taken({ Message }: typeof Arrow, take: Taker, file: string): AsyncGenerator<Uint8Array[]> {
  let prefix = await take(8);
  const isFile = prefix.subarray(0, 6).toString('latin1') === MAGIC;
  if (isFile) prefix = await take(8);
  for (; ; prefix = await take(8)) {
    if (prefix.length < 8) throw cut(file);
    if (prefix.readUInt32LE() !== CONTINUATION) throw damaged(file, 'no message begins where one should');
    const length = prefix.readInt32LE(4);
    if (length === 0) break;
    const metadata = await take(length);
    if (metadata.length < length) throw cut(file);
    const { bodyLength } = Message.decode(metadata);
    const body = await take(bodyLength, true);
    if (body.length < bodyLength) throw cut(file);
    yield [prefix, metadata, body];
  }
  yield [prefix];
  let end = Buffer.alloc(0);
  for (let more = await take(SMALL); more.length > 0; more = await take(SMALL)) end = Buffer.concat([end, more]).subarray(-MAGIC.length);
  if (isFile && end.toString('latin1') !== MAGIC) throw cut(file);
}

const SMALL = 1 << 16;
/** A damaged length may be anything: memory for so much is got bit by bit. */
const LARGE = 1 << 27;

/** The next n bytes, or what is left, in memory of their own; at its beginning, unless they are few. A body may be in memory that is used again. */
type Taker = (size: number, isBody?: boolean) => Promise<Buffer>;

function taker(pieces: ReturnType<AskedBytes[typeof Symbol.asyncIterator]>, memory?: Memory): Taker {
  let rest: Uint8Array = new Uint8Array();
  return async (size, isBody = false) => {
    const room = isBody && memory && size > SMALL && size < LARGE ? Buffer.from(memory.take(size), 0, size) : undefined;
    const taken: Uint8Array[] = [];
    let missing = size;
    while (missing > 0) {
      if (rest.length === 0) {
        const next = await pieces.next(room?.subarray(size - missing) ?? missing);
        if (next.done) break;
        rest = next.value;
      }
      const piece = rest.subarray(0, missing);
      // where it was not put there already
      if (room && piece.buffer !== room.buffer) room.set(piece, size - missing);
      taken.push(piece);
      missing -= piece.length;
      rest = rest.subarray(piece.length);
    }
    if (room) return room.subarray(0, size - missing);
    const [only] = taken;
    if (taken.length === 1 && only!.byteOffset === 0) return Buffer.from(only!.buffer, 0, only!.length);
    return Buffer.concat(taken);
  };
}

function cut(file: string): PipeError {
  return new PipeError('data', 'the Arrow data is cut', {
    place: { file },
    expected: 'the end that every Arrow writer writes',
    found: 'the end of the input',
    hint: 'write the file again',
  });
}

export function damaged(file: string, found: string, cause?: unknown): PipeError {
  return new PipeError('data', 'the Arrow data cannot be read', {
    place: { file },
    found,
    cause,
    hint: 'write it again as Arrow IPC (Feather 2) without compression: in Python feather.write_feather(table, file, compression="uncompressed")',
  });
}
