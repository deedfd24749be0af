/**
 * Records as columns of memory, of which none has been made an object: what a step may take beside batches, and give, where an input and an
 * output both lie so.
 */
import type { Batch } from './record.js';

/** Values of several numbers each, one a record. */
export interface Lists<Values extends Int32Array | Float32Array> {
  values: Values;
  /** rows before each record's in `values`, and before what follows: one more than there are records; they ascend */
  begins: Int32Array;
  /** numbers of a row */
  width: number;
}

/** Consecutive records, each field in one piece. */
export interface Rows {
  readonly length: number;
  slice(begin: number, end: number): Rows;
  /** the same as records, which nobody may ask for once the memory is released */
  records(): Batch;
  /** whether any record may have the field */
  has(name: string): boolean;
  /** the matrices of a field that all records have, which may hold anything: numbers that are not finite, too */
  matrices(name: string): Lists<Float32Array> | undefined;
  /** the lists of whole numbers of a field that all records have */
  integers(name: string): Lists<Int32Array> | undefined;
  /** whether each field but these can be written as it lies: all records have it, and it holds what we write */
  liesWhole(but: readonly string[]): boolean;
  /** Nobody looks at them any more: their memory may be used again. */
  release(): void;
}

/** What a step has made of rows: fields that it took away or added. All else is handed on. */
export interface NewRows {
  readonly length: number;
  rows: readonly Rows[];
  without: readonly string[];
  /** in their order, behind the others */
  matrices: Readonly<Record<string, Lists<Float32Array>>>;
  /** fields that are one value in all records */
  same: Readonly<Record<string, unknown>>;
  /** the same as records */
  records(): Batch;
  /** Nobody looks at them any more, or at the rows that they come from. */
  release(): void;
}

export const isBatch = (part: Batch | Rows | NewRows): part is Batch => Array.isArray(part);
