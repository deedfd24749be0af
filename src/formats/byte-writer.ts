/** Bytes put one after another into memory that grows. It knows nothing of what they mean. */

const ZERO = 0x30;
const SHORT = 100;

export class ByteWriter {
  /** how many bytes there are */
  length = 0;
  #bytes: Uint8Array;

  /** @param expected bytes that will probably be enough */
  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(64, expected));
  }

  /** What was written; it shares the memory. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** bytes[start, end) */
  put(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const to = this.room(end - start);
    // what is short is copied sooner than the call is made that copies it
    if (end - start < SHORT) for (let from = start, at = this.length; from < end; from++, at++) to[at] = bytes[from]!;
    else to.set(bytes.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** Whole numbers from 0 to 2^31 with commas between. */
  numbers(numbers: Int32Array): void {
    const bytes = this.room((DIGITS + 1) * numbers.length);
    let at = this.length;
    for (let i = 0; i < numbers.length; i++) {
      if (i > 0) bytes[at++] = COMMA;
      at = putNumber(bytes, at, numbers[i]!);
    }
    this.length = at;
  }

  /** The memory, with room for so many bytes more behind `length`: who writes there moves `length`. */
  room(more: number): Uint8Array {
    if (this.length + more > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (this.length + more));
      larger.set(this.bytes());
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

const COMMA = 0x2c;

/** The most digits that `putNumber` writes. */
export const DIGITS = 10;

/** Writes a whole number from 0 to 2^31 at `at`; gives the place behind it. */
export function putNumber(bytes: Uint8Array, at: number, number: number): number {
  if (number < 10) {
    bytes[at] = ZERO + number;
    return at + 1;
  }
  if (number < 100) {
    const tens = (number / 10) | 0;
    bytes[at] = ZERO + tens;
    bytes[at + 1] = ZERO + number - 10 * tens;
    return at + 2;
  }
  let end = at + 1;
  for (let power = 10; power <= number; power *= 10) end++;
  for (let digit = end - 1, rest = number; digit >= at; digit--) {
    const tenth = (rest / 10) | 0;
    bytes[digit] = ZERO + rest - 10 * tenth;
    rest = tenth;
  }
  return end;
}
