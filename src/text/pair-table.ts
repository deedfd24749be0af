/** Numbers of pairs of numbers, in flat arrays: a Map would need a string or a sum of both as its key, and find it by a hash of that. */

/** Of the places there are at most so many are taken. */
const FULL = 1 / 2;

export class PairTable {
  /** how many pairs there are */
  size = 0;
  /** two numbers a place */
  readonly #pairs: Int32Array;
  /** 0 where a place is free */
  readonly #values: Int32Array;

  /** @param count how many pairs there will be, at most */
  constructor(count: number) {
    const places = 2 ** Math.ceil(Math.log2(Math.max(1, count) / FULL));
    this.#pairs = new Int32Array(2 * places);
    this.#values = new Int32Array(places);
  }

  /** @param value not 0 */
  set(first: number, second: number, value: number): void {
    const place = this.#placeOf(first, second);
    if (this.#values[place] === 0) this.size++;
    this.#pairs[2 * place] = first;
    this.#pairs[2 * place + 1] = second;
    this.#values[place] = value;
  }

  /** 0 where the pair has none */
  get(first: number, second: number): number {
    return this.#values[this.#placeOf(first, second)]!;
  }

  /** Where the pair is, or the free place where it belongs. */
  #placeOf(first: number, second: number): number {
    const pairs = this.#pairs;
    const values = this.#values;
    const last = values.length - 1;
    const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77);
    for (let place = (hash ^ (hash >>> 15)) & last; ; place = (place + 1) & last)
      if (values[place] === 0 || (pairs[2 * place] === first && pairs[2 * place + 1] === second)) return place;
  }
}
