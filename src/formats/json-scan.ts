/**
 * Finds where a value of JSON ends, if it stands there byte for byte as `JSON.stringify` and `toJson` write it. It makes no value and
 * explains nothing: -1 means that only a parser can tell what this is. For `plain-line.ts`.
 */

/** The index behind the value that begins at `at`, or -1. */
export type ValueEnd = (bytes: Uint8Array, at: number) => number;

export const [LF, COLON, COMMA, OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE] = [0x0a, 0x3a, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d];
const [QUOTE, BACKSLASH, MINUS, ZERO, NINE] = [0x22, 0x5c, 0x2d, 0x30, 0x39];

/** Bytes that need a look within a string: control characters, `"`, `\`, and those that U+0085, U+2028 and U+2029 begin with. */
export const LOOK = Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x20 || [QUOTE, BACKSLASH, 0xc2, 0xe2].includes(byte) ? 1 : 0));

/** What may follow a backslash; `\u` and `\/` are ways to write what we write otherwise, or may be. */
const ESCAPED = Uint8Array.from({ length: 256 }, (_, byte) => ('"\\bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0));

export const stringEnd: ValueEnd = (bytes, at) => {
  if (bytes[at] !== QUOTE) return -1;
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (LOOK[byte] === 0) continue;
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) {
      if (ESCAPED[bytes[++i]!] !== 1) return -1;
    } else if (byte < 0x20 || isLineEnd(bytes, i)) return -1;
  }
  return -1;
};

/** U+0085, U+2028, U+2029: `toJson` writes them escaped. */
export function isLineEnd(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === 0xc2) return bytes[at + 1] === 0x85;
  return bytes[at] === 0xe2 && bytes[at + 1] === 0x80 && (bytes[at + 2] === 0xa8 || bytes[at + 2] === 0xa9);
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;

/** A whole number that a double surely holds: at most fifteen digits. */
export const integerEnd: ValueEnd = (bytes, at) => {
  // corpora have most of them in spans: numbers of one to three digits
  if (bytes[at]! > ZERO && bytes[at]! <= NINE) {
    if (!isDigit(bytes[at + 1]!)) return at + 1;
    if (!isDigit(bytes[at + 2]!)) return at + 2;
    if (!isDigit(bytes[at + 3]!)) return at + 3;
  }
  const first = bytes[at] === MINUS ? at + 1 : at;
  let end = first;
  while (isDigit(bytes[end]!)) end++;
  if (end === first || end - first > 15) return -1;
  // no 007, and no -0, which is written as 0
  return bytes[first] === ZERO && (end - first > 1 || first > at) ? -1 : end;
};

/** A string or a whole number. */
export const nameEnd: ValueEnd = (bytes, at) => (bytes[at] === QUOTE ? stringEnd(bytes, at) : integerEnd(bytes, at));

/** `[start,end]` */
export const spanEnd: ValueEnd = (bytes, at) => {
  if (bytes[at] !== OPEN) return -1;
  const comma = integerEnd(bytes, at + 1);
  if (comma < 0 || bytes[comma] !== COMMA) return -1;
  const end = integerEnd(bytes, comma + 1);
  return end < 0 || bytes[end] !== CLOSE ? -1 : end + 1;
};

/** An array of such values. */
export const arrayEnd =
  (itemEnd: ValueEnd): ValueEnd =>
  (bytes, at) => {
    if (bytes[at] !== OPEN) return -1;
    if (bytes[at + 1] === CLOSE) return at + 2;
    let end = at;
    do {
      end = itemEnd(bytes, end + 1);
      if (end < 0) return -1;
    } while (bytes[end] === COMMA);
    return bytes[end] === CLOSE ? end + 1 : -1;
  };
