/** Bytes put one after another into memory that grows. It knows nothing of what they mean. */

const ZERO = 0x30;

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

  put(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Whole numbers from 0 to 2^31 with commas between. */
  numbers(numbers: Int32Array): void {
    this.#room(11 * numbers.length);
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = 0; i < numbers.length; i++) {
      if (i > 0) bytes[at++] = COMMA;
      const end = at + digitsOf(numbers[i]!);
      let rest = numbers[i]!;
      for (let digit = end - 1; digit >= at; digit--) {
        const tenth = (rest / 10) | 0;
        bytes[digit] = ZERO + rest - 10 * tenth;
        rest = tenth;
      }
      at = end;
    }
    this.length = at;
  }

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.length + more));
    larger.set(this.bytes());
    this.#bytes = larger;
  }
}

const COMMA = 0x2c;

function digitsOf(number: number): number {
  let digits = 1;
  for (let power = 10; power <= number; power *= 10) digits++;
  return digits;
}
