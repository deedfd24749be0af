/**
 * Lines of JSON that need not be parsed: records that stand there exactly as `toJson` writes them. For these it finds where each field
 * stands, so that a step can take what it needs and hand on the rest byte for byte. It makes no value of what it reads.
 *
 * A plain line has no white space between its parts, no field twice, and in the fields of our table values of their kind. Whatever is
 * otherwise (floats, tensors, `\u` escapes, long integers, line ends of Windows) is no error: it is a line for `fromJson`, which
 * knows what to do or to say.
 */
import { larger } from './bytes.js';
import {
  arrayEnd,
  CLOSE,
  CLOSE_BRACE,
  COLON,
  COMMA,
  integerEnd,
  LF,
  nameEnd,
  OPEN,
  OPEN_BRACE,
  spanEnd,
  stringEnd,
  type ValueEnd,
} from './json-scan.js';
import { FIELDS, type FieldName } from './record.js';
import { TextTable } from './text-table.js';

const NAMES = Object.keys(FIELDS) as FieldName[];

/** The number of a field, by which a plain line knows it. */
export const fieldNumber = (name: FieldName): number => NAMES.indexOf(name);

const never: ValueEnd = () => -1;
const strings = arrayEnd(stringEnd);

/** Where a value of each kind ends; what has no entry is never plain. */
const ENDS: Partial<Record<(typeof FIELDS)[FieldName]['kind'], ValueEnd>> = {
  id: nameEnd,
  string: stringEnd,
  label: (bytes, at) => (bytes[at] === OPEN ? strings(bytes, at) : nameEnd(bytes, at)),
  span: spanEnd,
  strings,
  spans: arrayEnd(spanEnd),
  integer: integerEnd,
  integers: arrayEnd(integerEnd),
};

const TOKENS = fieldNumber('tokens');

/** Names that can be told apart; a line with more fields of the user's than that is not plain. */
const MOST = NAMES.length + 64;

/** One plain line after another: the next takes the place of the one before, since a corpus has millions. */
export class PlainLine {
  /** where its braces stand */
  begin = 0;
  end = 0;
  /** start and end of each string in `tokens` in turn, without their quotes */
  tokens = new Int32Array(256);
  tokenCount = 0;
  readonly #names = new TextTable();
  readonly #valueEnds = Array.from({ length: MOST }, (_, field) =>
    field < NAMES.length ? (ENDS[FIELDS[NAMES[field]!].kind] ?? never) : nameEnd,
  );
  readonly #starts = new Int32Array(MOST);
  readonly #ends = new Int32Array(MOST);
  /** the number of the last line that had the field */
  readonly #seen = new Int32Array(MOST);
  #number = 0;

  /** @param bytes lines in valid UTF-8 */
  constructor(public bytes: Uint8Array = new Uint8Array()) {
    this.#valueEnds[TOKENS] = (_, at) => this.#tokensEnd(at);
    for (const name of NAMES) this.#names.add(Buffer.from(name), 0, name.length);
  }

  has(field: number): boolean {
    return this.#seen[field] === this.#number;
  }

  /** Where the value of a field that the line has begins. */
  startOf(field: number): number {
    return this.#starts[field]!;
  }

  endOf(field: number): number {
    return this.#ends[field]!;
  }

  /** Is the value of a field that the line has this JSON, byte for byte? */
  is(field: number, json: Uint8Array): boolean {
    const start = this.#starts[field]!;
    if (this.#ends[field]! - start !== json.length) return false;
    for (let i = 0; i < json.length; i++) if (this.bytes[start + i] !== json[i]) return false;
    return true;
  }

  /** Reads the line that begins at `at`. False if it is not plain; then nothing else here means anything. */
  read(at: number): boolean {
    const { bytes } = this;
    if (bytes[at] !== OPEN_BRACE) return false;
    this.#number++;
    let end = at;
    do {
      const colon = stringEnd(bytes, end + 1);
      if (colon < 0 || bytes[colon] !== COLON) return false;
      const field = this.#fieldOf(end + 2, colon - 1);
      if (field < 0 || this.has(field)) return false;
      this.#seen[field] = this.#number;
      this.#starts[field] = colon + 1;
      end = this.#valueEnds[field]!(bytes, colon + 1);
      if (end < 0) return false;
      this.#ends[field] = end;
    } while (bytes[end] === COMMA);
    [this.begin, this.end] = [at, end];
    return bytes[end] === CLOSE_BRACE && (end + 1 === bytes.length || bytes[end + 1] === LF);
  }

  /** A name of the user's gets a number when it is first met. */
  #fieldOf(start: number, end: number): number {
    const known = this.#names.find(this.bytes, start, end);
    if (known >= 0) return known;
    // in an object numbers go before other names, and `__proto__` is no usual one
    if (!/^[^\d_]/.test(String.fromCharCode(this.bytes[start]!)) || start === end || this.#names.size === MOST) return -1;
    return this.#names.add(this.bytes, start, end);
  }

  #tokensEnd(at: number): number {
    const { bytes } = this;
    this.tokenCount = 0;
    if (bytes[at] !== OPEN) return -1;
    if (bytes[at + 1] === CLOSE) return at + 2;
    let end = at;
    do {
      const start = end + 1;
      end = stringEnd(bytes, start);
      if (end < 0) return -1;
      if (2 * this.tokenCount === this.tokens.length) this.tokens = larger(this.tokens, new Int32Array(2 * this.tokens.length));
      this.tokens[2 * this.tokenCount] = start + 1;
      this.tokens[2 * this.tokenCount++ + 1] = end - 1;
    } while (bytes[end] === COMMA);
    return bytes[end] === CLOSE ? end + 1 : -1;
  }
}
