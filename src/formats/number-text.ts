/**
 * Rows of 32-bit floats as JSON. Records are mostly such numbers, so that their digits are written as bytes, without a string for each.
 */

import { decimalsOf, isUsual, POWERS, shortest } from './shortest.js';

const [ZERO, MINUS, POINT, COMMA, OPEN, CLOSE] = [48, 45, 46, 44, 91, 93];

/** Bytes of the longest number, such as -1.2345678e-38 or 20 digits and a sign, and of a comma. */
const LONGEST = 26;

let scratch = new Uint8Array(1 << 12);
const decoder = new TextDecoder();

/** `[0.1,-2]`: the numbers from `begin` to `end`, which are finite. */
export function rowToJson(numbers: Float32Array, begin: number, end: number): string {
  const most = (end - begin) * LONGEST + 2;
  if (scratch.length < most) scratch = new Uint8Array(most);
  let at = 0;
  scratch[at++] = OPEN;
  for (let i = begin; i < end; i++) {
    if (i > begin) scratch[at++] = COMMA;
    at = write(scratch, at, numbers[i]!);
  }
  scratch[at++] = CLOSE;
  return decoder.decode(scratch.subarray(0, at));
}

/** Writes what `String(shortest(x))` is. @returns where it ends */
function write(bytes: Uint8Array, begin: number, x: number): number {
  let at = begin;
  if (isUsual(x)) {
    const decimals = decimalsOf(x);
    if (x < 0) bytes[at++] = MINUS;
    return writeDecimal(bytes, at, Math.abs(Math.round(x * POWERS[decimals]!)), decimals);
  }
  const text = String(shortest(x));
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}

/** integer / 10^decimals, without zeros at its end; the integer has at most nine digits, and the number is not 0 */
function writeDecimal(bytes: Uint8Array, at: number, integer: number, decimals: number): number {
  let [rest, places] = [integer | 0, decimals];
  for (let next = (rest / 10) | 0; places > 0 && rest === 10 * next; next = (rest / 10) | 0) [rest, places] = [next, places - 1];
  const point = at + Math.max(digitsOf(rest) - places, 1);
  if (places === 0) {
    writeDigits(bytes, at, point, rest);
    return point;
  }
  const end = point + 1 + places;
  const whole = writeDigits(bytes, point + 1, end, rest);
  bytes[point] = POINT;
  writeDigits(bytes, at, point, whole);
  return end;
}

/** The last digits of n, as many as there is room for. @returns n without them */
function writeDigits(bytes: Uint8Array, begin: number, end: number, n: number): number {
  let rest = n;
  for (let to = end - 1; to >= begin; to--) {
    const next = (rest / 10) | 0;
    bytes[to] = ZERO + rest - 10 * next;
    rest = next;
  }
  return rest;
}

function digitsOf(n: number): number {
  if (n < 1e5) return n < 10 ? 1 : n < 100 ? 2 : n < 1e3 ? 3 : n < 1e4 ? 4 : 5;
  return n < 1e6 ? 6 : n < 1e7 ? 7 : n < 1e8 ? 8 : 9;
}
