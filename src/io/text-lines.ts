/**
 * Raw text to lines of JSON: what `parseChunk` makes of it and `toJson` writes, with no record between. Steps that work on lines as
 * they lie can so begin with raw text.
 */
import { ByteWriter, DIGITS, putNumber } from '../formats/byte-writer.js';
import { textOf } from '../formats/bytes.js';
import { isLineEnd, LOOK } from '../formats/json-scan.js';
import { countCharacters, hasMark, type Chunk } from './lines.js';
import type { ParseOptions } from './parse.js';

/** Lines in valid UTF-8, and which lines of the input they come from. */
export interface Lines {
  bytes: Uint8Array;
  /** the number that each of them has there */
  numbers: readonly number[];
}

const [LF, CR] = [10, 13];

/** @param chunk of raw text in valid UTF-8; its blank lines make no record, unless every line does */
export function textLines(chunk: Chunk, { idPrefix, everyLine = false }: Pick<ParseOptions, 'idPrefix' | 'everyLine'>): Lines {
  const { bytes, firstLine } = chunk;
  const out = new ByteWriter(2 * bytes.length);
  const numbers: number[] = [];
  const beforeNumber = Buffer.from(idPrefix === '' ? '{"id":' : `{"id":${JSON.stringify(idPrefix).slice(0, -1)}`);
  const afterNumber = Buffer.from(idPrefix === '' ? ',"text":"' : '","text":"');
  let character = chunk.firstCharacter;
  for (let at = firstLine === 1 && hasMark(bytes) ? 3 : 0, number = firstLine; at < bytes.length; number++) {
    const lf = bytes.indexOf(LF, at);
    const lineEnd = lf < 0 ? bytes.length : lf;
    const end = lineEnd > at && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    let characters: number;
    if (!everyLine && isBlank(bytes, at, end)) characters = countCharacters(bytes.subarray(at, end));
    else {
      out.put(beforeNumber);
      putDigits(out, number);
      out.put(afterNumber);
      characters = putString(bytes, at, end, out);
      out.put(BEFORE_SPAN);
      putDigits(out, character);
      out.put(COMMA);
      putDigits(out, character + characters);
      out.put(AFTER_SPAN);
      numbers.push(number);
    }
    character += characters + (lineEnd - end) + 1;
    at = lineEnd + 1;
  }
  return { bytes: out.bytes(), numbers };
}

const [BEFORE_SPAN, COMMA, AFTER_SPAN] = [Buffer.from('","span":['), Buffer.from(','), Buffer.from(']}\n')];

function putDigits(out: ByteWriter, number: number): void {
  if (number < 2 ** 31) out.length = putNumber(out.room(DIGITS), out.length, number);
  else out.put(Buffer.from(String(number)));
}

/** Writes bytes[start, end) as they stand in a string of JSON; gives their code points. */
function putString(bytes: Uint8Array, start: number, end: number, out: ByteWriter): number {
  let [copied, continuing] = [start, 0];
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if ((byte & 0xc0) === 0x80) continuing++;
    else if (LOOK[byte] === 1 && (byte < 0x80 || isLineEnd(bytes, at))) {
      const length = byte < 0x80 ? 1 : byte === 0xc2 ? 2 : 3;
      out.put(bytes, copied, at);
      out.put(escaped(bytes, at, at + length));
      copied = at + length;
    }
  }
  out.put(bytes, copied, end);
  return end - start - continuing;
}

/** A character as `toJson` escapes it. */
function escaped(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const character = textOf(bytes, start, end);
  const json = JSON.stringify(character).slice(1, -1);
  return Buffer.from(json === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : json);
}

/** Is there nothing but white space? */
function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (VISIBLE[bytes[at]!] === 1) return false;
  return textOf(bytes, start, end).trim() === '';
}

/** Bytes that stand in no white space, nor in a byte order mark. */
const VISIBLE = Uint8Array.from({ length: 256 }, (_, byte) => ((byte > 0x20 && byte < 0x7f) || (byte >= 0xe4 && byte <= 0xe9) ? 1 : 0));
