/**
 * Texts as bytes, each with a number: the first that is added has 0. A Map of strings would need a string made of the bytes before it
 * could be asked, which costs more than the asking.
 */

import { larger } from './bytes.js';

/** The texts are JSON strings without their quotes, so that all of them are one JSON array. */
export class TextTable {
  size = 0;
  /** open addressing: the number of the text with this hash, plus one; at most half are taken */
  #slots = new Int32Array(1 << 10);
  #hashes = new Int32Array(1 << 9);
  /** where each text begins in `#pool`; it ends three bytes before the next */
  #begins = new Int32Array((1 << 9) + 1);
  /** `"text","text",` */
  #pool: Uint8Array = new Uint8Array(1 << 13);

  constructor() {
    this.#begins[0] = 1;
  }

  /** The number of the text bytes[start, end), or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#slots[this.#slotOf(bytes, start, end, hashOf(bytes, start, end))]! - 1;
  }

  /** The number of the text, which gets one if it has none. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const slot = this.#slotOf(bytes, start, end, hash);
    if (this.#slots[slot]! > 0) return this.#slots[slot]! - 1;
    const number = this.size++;
    this.#slots[slot] = this.size;
    this.#hashes[number] = hash;
    this.#keep(bytes.subarray(start, end), number);
    if (this.size === this.#hashes.length) this.#grow();
    return number;
  }

  /** All texts by their numbers, as a JSON array. */
  json(): Uint8Array {
    return Buffer.concat([OPEN, this.#pool.subarray(0, Math.max(0, this.#begins[this.size]! - 2)), CLOSE]);
  }

  /** The slot of the text, or the free one where it belongs. */
  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const number = slots[slot]! - 1;
      if (number < 0 || (this.#hashes[number] === hash && this.#isText(number, bytes, start, end))) return slot;
    }
  }

  #isText(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const begin = this.#begins[number]!;
    if (this.#begins[number + 1]! - begin - 3 !== end - start) return false;
    for (let i = start, j = begin; i < end; i++, j++) if (bytes[i] !== this.#pool[j]) return false;
    return true;
  }

  #keep(text: Uint8Array, number: number): void {
    const begin = this.#begins[number]!;
    const end = begin + text.length;
    if (end + 4 > this.#pool.length) this.#pool = larger(this.#pool, new Uint8Array(2 * (end + 4)));
    this.#pool[begin - 1] = QUOTE;
    this.#pool.set(text, begin);
    this.#pool[end] = QUOTE;
    this.#pool[end + 1] = COMMA;
    this.#begins[number + 1] = end + 3;
  }

  #grow(): void {
    this.#hashes = larger(this.#hashes, new Int32Array(2 * this.#hashes.length));
    this.#begins = larger(this.#begins, new Int32Array(2 * this.#begins.length));
    this.#slots = new Int32Array(2 * this.#slots.length);
    const last = this.#slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = this.#hashes[number]! & last;
      while (this.#slots[slot]! > 0) slot = (slot + 1) & last;
      this.#slots[slot] = number + 1;
    }
  }
}

/** The table in which each of the texts has its index as its number; where two are the same it is smaller than their list. */
export function tableOf(texts: readonly string[]): TextTable {
  const table = new TextTable();
  const json = Buffer.from(JSON.stringify(texts));
  for (let start = 2, end = 0; start < json.length; start = end + 3) {
    end = start;
    while (json[end] !== QUOTE) end += json[end] === BACKSLASH ? 2 : 1;
    table.add(json, start, end);
  }
  return table;
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN, CLOSE] = [Buffer.from('['), Buffer.from(']')];

/** FNV-1a over the bytes, stirred at the end so that its low bits depend on all of them. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
