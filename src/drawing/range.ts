/** The ranges of the colour scales: zero fixed, the limit taken from the real time steps and rounded up to a number that people read. */
import { realSteps, rowOf, type Matrix, type Scene } from './scene.js';

export interface Range {
  /** the value of the end colour, of either sign */
  limit: number;
  /** how many of the values lie beyond it */
  beyond: number;
}

/** Word vectors, cell states, and hidden states with the candidate, each by itself; gates are always 0 … 1. */
export interface Ranges {
  x: Range;
  c: Range;
  h: Range;
}

export type RangeName = keyof Ranges;

const STEPS = [1, 1.5, 2, 3, 5, 7.5, 10];
const SHARE = 0.995;

/** @example niceLimit(0.83) // 1 */
export function niceLimit(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = STEPS.find((one) => one * power >= value * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(3));
}

/** The 99.5 % quantile of |value|, made nice; at most `most`. */
function rangeOf(values: Float32Array, most: number, given: number | undefined): Range {
  const sizes = values.map(Math.abs).sort();
  const quantile = sizes.length === 0 ? 0 : sizes[Math.min(Math.ceil(sizes.length * SHARE), sizes.length) - 1]!;
  const limit = given ?? Math.min(niceLimit(quantile), most);
  let beyond = 0;
  for (let at = sizes.length - 1; at >= 0 && sizes[at]! > limit; at--) beyond++;
  return { limit, beyond };
}

/** The numbers of the real time steps of all these matrices. */
function valuesOf(scene: Scene, matrices: readonly (Matrix | undefined)[]): Float32Array {
  const rows = matrices.flatMap((matrix) => (matrix ? realSteps(scene).flatMap((t) => rowOf(matrix, t) ?? []) : []));
  const all = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    all.set(row, at);
    at += row.length;
  }
  return all;
}

/** The ranges of several scenes together, so that pictures that are compared share them. */
export function rangesOf(scenes: readonly Scene[], given: Partial<Record<RangeName, number>> = {}): Ranges {
  const gather = (matrices: (scene: Scene) => (Matrix | undefined)[]): Float32Array => {
    const parts = scenes.map((scene) => valuesOf(scene, matrices(scene)));
    if (parts.length === 1) return parts[0]!;
    return Float32Array.from(parts.flatMap((part) => Array.from(part)));
  };
  const candidates = ({ lanes }: Scene): Matrix[] =>
    lanes.flatMap(({ gates }) => gates.filter(({ name }) => name === 'candidate').map(({ values }) => values));
  return {
    x: rangeOf(
      gather(({ embeddings }) => [embeddings]),
      Infinity,
      given.x,
    ),
    c: rangeOf(
      gather(({ lanes }) => lanes.map(({ cellStates }) => cellStates)),
      Infinity,
      given.c,
    ),
    // both come out of tanh or are averages of what does
    h: rangeOf(
      gather((scene) => [...scene.lanes.map(({ hiddenStates }) => hiddenStates), ...candidates(scene)]),
      1,
      given.h,
    ),
  };
}
