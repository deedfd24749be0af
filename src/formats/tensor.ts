/**
 * A tensor as it travels in a record: 32-bit floats in row-major order, and their text.
 * It does no arithmetic: that is the engines' work.
 */

import { rowToJson } from './number-text.js';
import { shortest } from './shortest.js';

/** How many numbers a tensor of that shape has. */
export const countOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** @example new Tensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)) // two rows of three */
export class Tensor {
  constructor(
    readonly shape: readonly number[],
    readonly data: Float32Array,
  ) {}

  /** Row `index` of a matrix, as a view of the same memory. */
  row(index: number): Float32Array {
    const width = this.shape[1] ?? 1;
    return this.data.subarray(index * width, (index + 1) * width);
  }

  /** The same numbers in memory of their own. */
  copy(): Tensor {
    return new Tensor(this.shape, Float32Array.from(this.data));
  }
}

/** `[[…],[…]]`; the caller has made sure that the numbers are finite. */
export function tensorToJson({ shape, data }: Tensor): string {
  let at = 0;
  const level = (depth: number): string => {
    const size = shape[depth] ?? 0;
    if (depth < shape.length - 1) return `[${Array.from({ length: size }, () => level(depth + 1)).join(',')}]`;
    at += size;
    return rowToJson(data, at - size, at);
  };
  return shape.length === 0 ? String(shortest(data[0]!)) : level(0);
}

/**
 * Nested arrays of finite numbers to a tensor of the given rank.
 * A matrix of no rows has shape [0, 0].
 *
 * @returns the tensor, or what is wrong with the value as the end of a sentence
 */
export function tensorFromJson(value: unknown, rank: 1 | 2): Tensor | string {
  if (!Array.isArray(value)) return 'is not an array';
  if (rank === 1) {
    const data = new Float32Array(value.length);
    return fill(data, 0, value) ?? new Tensor([value.length], data);
  }
  const first: unknown = value[0];
  const width = Array.isArray(first) ? first.length : 0;
  const data = new Float32Array(value.length * width);
  for (const [row, numbers] of value.entries()) {
    if (!Array.isArray(numbers)) return `has no array at row ${row}`;
    if (numbers.length !== width) return `has ${numbers.length} numbers in row ${row} and ${width} in row 0`;
    const wrong = fill(data, row * width, numbers);
    if (wrong) return `${wrong} of row ${row}`;
  }
  return new Tensor([value.length, width], data);
}

function fill(data: Float32Array, offset: number, numbers: readonly unknown[]): string | undefined {
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i];
    if (typeof number !== 'number') return `has ${JSON.stringify(number)} in place of a number at index ${i}`;
    data[offset + i] = number;
    if (!Number.isFinite(data[offset + i]!)) return `has ${number} at index ${i}, which is no finite 32-bit float`;
  }
  return undefined;
}

/** Numbers that are looked at in one call: what V8 optimises is then a function that has ended often, which it need not take back. */
const AT_ONCE = 1 << 12;

/** Index of the first NaN or infinity, or -1. */
export function firstNotFinite(data: Float32Array): number {
  for (let begin = 0; begin < data.length; begin += AT_ONCE) {
    const end = Math.min(begin + AT_ONCE, data.length);
    if (areFinite(data, begin, end)) continue;
    for (let i = begin; i < end; i++) if (!Number.isFinite(data[i]!)) return i;
  }
  return -1;
}

function areFinite(data: Float32Array, begin: number, end: number): boolean {
  // a number × 0 is NaN where it is not finite, and so is any sum with it: four sums that do not wait for each other take half the time of comparing
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    a += data[i]! * 0;
    b += data[i + 1]! * 0;
    c += data[i + 2]! * 0;
    d += data[i + 3]! * 0;
  }
  for (; i < end; i++) a += data[i]! * 0;
  return a + b + c + d === 0;
}
