/**
 * Pretrained word vectors: word2vec text and binary, GloVe (no header), fastText .vec; packed or not.
 * Only the wanted ones are kept, so that a file of gigabytes costs no memory.
 */
import { isUtf8 } from 'node:buffer';
import { PipeError, show, type Place } from '../errors.js';
import { inputFile, openSource } from './source.js';

export interface Vectors {
  dim: number;
  vectors: Map<string, Float32Array>;
  /** vectors in the file, wanted or not */
  read: number;
  /** tokens that stand in the file again; the first one counts */
  duplicates: number;
}

const [LF, SPACE] = [10, 32];

/** @throws PipeError('no-input' | 'mismatch' | 'data') with the file and line, or the byte of a binary file */
export async function readVectors(path: string, wanted: ReadonlySet<string>): Promise<Vectors> {
  const source = await openSource(inputFile(path));
  const header = /^(\d+) (\d+)[ \r]*\n/.exec(Buffer.from(source.head).toString('latin1'));
  const result: Vectors = { dim: header ? Number(header[2]) : 0, vectors: new Map(), read: 0, duplicates: 0 };
  if (header && isBinary(source.head.subarray(header[0].length))) await binary(source.bytes, path, header, wanted, result);
  else await lines(source.bytes, path, header !== null, wanted, result);
  if (header && result.read !== Number(header[1]))
    throw wrong(
      'the file is cut, or its first line is wrong',
      { file: path },
      `${header[1]} vectors, as its first line says`,
      String(result.read),
    );
  if (result.read === 0) throw wrong('the file has no vectors', { file: path }, 'a word and its numbers on every line', 'nothing');
  return result;
}

/** A text line is a word and decimal numbers; raw floats hold bytes that no such line has. */
function isBinary(body: Uint8Array): boolean {
  const end = body.indexOf(LF);
  const line = body.subarray(0, end < 0 ? Math.min(body.length, 4096) : end);
  const numbers = Buffer.from(line.subarray(line.indexOf(SPACE) + 1)).toString('latin1');
  return body.length > 0 && (/[^\x20-\x7e\r\t\u0080-\u00ff]/.test(numbers) || !/\d[ \r]*$/.test(numbers));
}

function wrong(what: string, place: Place, expected: string, found: string): PipeError {
  return new PipeError('mismatch', what, {
    place,
    expected,
    found,
    hint: 'word2vec, GloVe and fastText .vec are read: fetch or unpack the file again',
  });
}

/** Keeps a vector that is wanted. @throws where a number is not finite */
function keep(result: Vectors, wanted: ReadonlySet<string>, token: string, numbers: () => Float32Array, place: Place): void {
  result.read++;
  if (!wanted.has(token)) return;
  if (result.vectors.has(token)) {
    result.duplicates++;
    return;
  }
  const vector = numbers();
  const bad = vector.findIndex((number) => !Number.isFinite(number));
  if (bad >= 0) throw wrong(`the vector of ${show(token)} has no number at index ${bad}`, place, 'finite numbers', String(vector[bad]));
  result.vectors.set(token, vector);
}

async function lines(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  skip: boolean,
  wanted: ReadonlySet<string>,
  result: Vectors,
): Promise<void> {
  let line = 0;
  let rest: Buffer = Buffer.alloc(0);
  const take = (whole: Buffer): void => {
    line++;
    if (skip && line === 1) return;
    if (!isUtf8(whole)) throw wrong('a line that is no UTF-8', { file, line }, 'UTF-8 text', 'other bytes');
    const cells = whole
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .replace(/[ \r]+$/, '')
      .split(' ');
    if (cells.length === 1 && cells[0] === '') return;
    // without a header, the first line's trailing numbers are the vector
    if (result.dim === 0) result.dim = cells.length - 1;
    const width = cells.length - 1;
    if (result.dim === 0)
      throw wrong('this is no file of vectors', { file, line }, 'a token and its numbers, divided by spaces', show(cells[0]));
    if (width < result.dim) throw wrong('the vector has another width', { file, line }, `${result.dim} numbers`, String(width));
    // tokens may hold spaces: the numbers are what stands last
    const token = cells.slice(0, -result.dim).join(' ');
    const numbers = (): Float32Array => Float32Array.from(cells.slice(-result.dim), (cell) => (cell.trim() === '' ? NaN : Number(cell)));
    keep(result, wanted, token, numbers, { file, line });
  };
  for await (const part of bytes) {
    let all = rest.length > 0 ? Buffer.concat([rest, part]) : Buffer.from(part.buffer, part.byteOffset, part.length);
    for (let end = all.indexOf(LF); end >= 0; end = all.indexOf(LF)) {
      take(all.subarray(0, end));
      all = all.subarray(end + 1);
    }
    rest = all;
  }
  if (rest.length > 0) take(rest);
}

/** `word SPACE floats [LF]`, little-endian. */
async function binary(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  header: RegExpExecArray,
  wanted: ReadonlySet<string>,
  result: Vectors,
): Promise<void> {
  const [count, size] = [Number(header[1]), result.dim * 4];
  let rest: Buffer = Buffer.alloc(0);
  let [offset, skip] = [0, header[0].length];
  for await (const part of bytes) {
    const all = rest.length > 0 ? Buffer.concat([rest, part]) : Buffer.from(part.buffer, part.byteOffset, part.length);
    let at = skip;
    skip = 0;
    while (result.read < count) {
      const begin = all[at] === LF ? at + 1 : at;
      const end = all.indexOf(SPACE, begin);
      if (end < 0 || end + 1 + size > all.length) break;
      const numbers = (): Float32Array => Float32Array.from({ length: result.dim }, (_, i) => all.readFloatLE(end + 1 + 4 * i));
      keep(result, wanted, all.toString('utf8', begin, end), numbers, { file: `${file} (byte ${offset + begin})` });
      at = end + 1 + size;
    }
    rest = all.subarray(at);
    offset += at;
  }
}
