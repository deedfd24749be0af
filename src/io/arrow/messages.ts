/**
 * The bytes of an Arrow stream or file to its messages, each whole and in memory of its own, which aligns its numbers.
 * A message is FF FF FF FF, the length of its metadata, the metadata, the body; length 0 is the end. A file is "ARROW1\0\0",
 * a stream, and a footer for those who want to jump about. See https://arrow.apache.org/docs/format/Columnar.html
 */
import type * as Arrow from 'apache-arrow';
import { PipeError } from '../../errors.js';

const MAGIC = 'ARROW1';
const CONTINUATION = 0xffffffff;

/** @throws PipeError('data') where the input ends before the stream does, or is no Arrow */
export async function* messages({ Message }: typeof Arrow, bytes: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const take = taker(bytes);
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
    const whole = Buffer.concat([prefix, metadata, ...(await take.pieces(bodyLength))]);
    if (whole.length < 8 + length + bodyLength) throw cut(file);
    yield whole;
  }
  yield prefix;
  let end = Buffer.alloc(0);
  for (let more = await take(SMALL); more.length > 0; more = await take(SMALL)) end = Buffer.concat([end, more]).subarray(-MAGIC.length);
  if (isFile && end.toString('latin1') !== MAGIC) throw cut(file);
}

const SMALL = 1 << 16;

interface Taker {
  /** the next n bytes, or what is left */
  (size: number): Promise<Buffer>;
  /** the same as they came */
  pieces: (size: number) => Promise<Uint8Array[]>;
}

function taker(bytes: AsyncIterable<Uint8Array>): Taker {
  const iterator = bytes[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  const pieces = async (size: number): Promise<Uint8Array[]> => {
    const taken: Uint8Array[] = [];
    for (let missing = size; missing > 0;) {
      if (rest.length === 0) {
        const next = await iterator.next();
        if (next.done) break;
        rest = next.value;
      }
      const piece = rest.subarray(0, missing);
      taken.push(piece);
      missing -= piece.length;
      rest = rest.subarray(piece.length);
    }
    return taken;
  };
  return Object.assign(async (size: number) => Buffer.concat(await pieces(size)), { pieces });
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
