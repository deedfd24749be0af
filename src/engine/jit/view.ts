/** Tensors as they lie in memory while a program runs: an address and distances. Moving axes about, cutting and repeating make another view and move no number. */

/** Bytes of a number. */
export const NUMBER = 4;

export interface View {
  /** of the first number, in bytes */
  address: number;
  shape: readonly number[];
  /** from one number to the next along each axis, in numbers; 0 where one serves all */
  strides: readonly number[];
  /** all of it is zeros, and is only read */
  zero?: boolean;
}

export { countOf } from '../blocks.js';

/** Row-major, without gaps. */
export function contiguous(address: number, shape: readonly number[]): View {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; stride *= shape[axis--]!) strides[axis] = stride;
  return { address, shape, strides };
}

/** Are its numbers row-major, without gaps? */
export function isDense({ shape, strides }: View): boolean {
  const wanted = contiguous(0, shape).strides;
  return shape.every((size, axis) => size === 1 || strides[axis] === wanted[axis]);
}

/** Do numbers along the last axis lie side by side? */
export const isAlong = ({ shape, strides }: View): boolean => (shape.at(-1) ?? 1) === 1 || strides.at(-1) === 1;

/** A part along an axis. */
export function part({ address, shape, strides }: View, axis: number, begin: number, size: number): View {
  return { address: address + NUMBER * begin * strides[axis]!, shape: shape.with(axis, size), strides };
}

/** The view at one place of the first axis, which goes away. */
export function at({ address, shape, strides }: View, place: number): View {
  return { address: address + NUMBER * place * strides[0]!, shape: shape.slice(1), strides: strides.slice(1) };
}

export const permuted = ({ address, shape, strides }: View, order: readonly number[]): View => ({
  address,
  shape: order.map((axis) => shape[axis]!),
  strides: order.map((axis) => strides[axis]!),
});

export const inserted = ({ address, shape, strides }: View, axis: number): View => ({
  address,
  shape: shape.toSpliced(axis, 0, 1),
  strides: strides.toSpliced(axis, 0, 0),
});

export const removed = ({ address, shape, strides }: View, axis: number): View => ({
  address,
  shape: shape.toSpliced(axis, 1),
  strides: strides.toSpliced(axis, 1),
});

/** Repeated to a larger shape, as numpy broadcasts. */
export function broadcast({ address, shape, strides }: View, to: readonly number[]): View {
  const more = to.length - shape.length;
  return { address, shape: to, strides: to.map((size, i) => (i < more || (shape[i - more] === 1 && size !== 1) ? 0 : strides[i - more]!)) };
}

/** numpy's broadcasting. */
export function commonShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = shapes.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: rank }, (_, i) =>
    shapes.reduce((size, shape) => {
      const own = shape[i - rank + shape.length] ?? 1;
      return own === 1 ? size : own;
    }, 1),
  );
}

/** One loop: how often, and how far each operand moves on, in numbers. */
export interface Loop {
  size: number;
  strides: number[];
}

/**
 * Loops that go through all elements of operands of one shape, the innermost first: axes that lie in one piece in every operand are one,
 * and axes of size 1 are none.
 *
 * @param strides of each operand
 * @param inner the innermost loop, where it is given: its strides are those that the kernel has
 */
export function loops(shape: readonly number[], strides: readonly (readonly number[])[], inner?: Loop): Loop[] {
  const found = inner ? [inner] : [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const last = found.at(-1);
    if (last && strides.every((own, i) => own[axis] === last.strides[i]! * last.size)) last.size *= size;
    else found.push({ size, strides: strides.map((own) => own[axis]!) });
  }
  return found;
}

/** All axes but the last as one; undefined where they are not at one distance. */
export function asMatrix({ address, shape, strides }: View): View | undefined {
  const [rows = { size: 1, strides: [0] }, ...more] = loops(shape.slice(0, -1), [strides.slice(0, -1)]);
  if (more.length > 0) return undefined;
  return { address, shape: [rows.size, shape.at(-1)!], strides: [rows.strides[0]!, strides.at(-1)!] };
}
