/**
 * Which units are shown, in which order, and how many share one cell of a strip.
 * A band of several units shows the signed value furthest from zero, since a mean would pale everything; of gates, which have no
 * sign, it shows the mean.
 */
import { levelOf, type Scale } from './palette.js';

/** [most units, height of a cell in px] */
const HEIGHTS: readonly (readonly [number, number])[] = [
  [16, 14],
  [32, 6],
  [64, 2],
];
/** Cells of a strip at most; above, units share cells. */
const MOST_CELLS = 128;
/** Gates are smaller: px of a unit, and of the whole strip. */
const GATE_CELL = 6;
const GATE_HEIGHT = 64;

export interface Bands {
  /** the units of each cell */
  units: readonly (readonly number[])[];
  cellHeight: number;
  /** units a cell */
  size: number;
}

function divided(order: readonly number[], most: number): Pick<Bands, 'units' | 'size'> {
  const size = Math.max(Math.ceil(order.length / most), 1);
  const units = Array.from({ length: Math.ceil(order.length / size) }, (_, i) => order.slice(i * size, (i + 1) * size));
  return { units, size };
}

/** The cells of a state or vector of these units. */
export function bandsOf(order: readonly number[]): Bands {
  const height = HEIGHTS.find(([most]) => order.length <= most)?.[1] ?? 1;
  return { ...divided(order, MOST_CELLS), cellHeight: height };
}

/** The cells of a gate. */
export function gateBandsOf(order: readonly number[]): Bands {
  const bands = divided(order, GATE_HEIGHT);
  return { ...bands, cellHeight: Math.max(Math.min(GATE_CELL, Math.floor(GATE_HEIGHT / Math.max(bands.units.length, 1))), 1) };
}

/** The cells of a strip no higher than `height`, whatever its units. */
export function thinBands(order: readonly number[], height: number): Bands {
  const bands = divided(order, height);
  return { ...bands, cellHeight: height / Math.max(bands.units.length, 1) };
}

/** What each cell shows, and whether a value in it lies beyond the range. */
export function cellsOf(
  row: Float32Array,
  { units }: Bands,
  scale: Scale,
  limit: number,
): { values: number[]; levels: number[]; beyond: number[] } {
  const values = units.map((band) => {
    if (band.length === 1) return row[band[0]!]!;
    if (scale === 'share') return band.reduce((sum, unit) => sum + row[unit]!, 0) / band.length;
    return band.reduce((furthest, unit) => (Math.abs(row[unit]!) > Math.abs(furthest) ? row[unit]! : furthest), 0);
  });
  return {
    values,
    levels: values.map((value) => levelOf(value, scale, limit)),
    beyond: values.flatMap((value, cell) => (Math.abs(value) > limit ? [cell] : [])),
  };
}

/** Units in the order of their value in one row, the largest first; equal ones as they stand. */
export function orderBy(row: Float32Array, units: readonly number[]): number[] {
  return [...units].sort((a, b) => row[b]! - row[a]! || a - b);
}
