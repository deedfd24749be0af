/**
 * What a program is fed for some sentences of a data set: word vectors gathered from the tables, lengths, masks, dropout.
 * Also the way back: the gradient of the vectors summed to the rows of the tables that they came from.
 */
import type { HostTensor } from '../../engine/ops.js';
import type { HeadDefinition } from '../../formats/model.js';
import { stepNames } from '../pooling.js';
import type { Random } from '../random.js';
import type { Sentences } from '../sentences.js';

/** A table of vectors with the ids that choose its rows. */
export interface Table {
  name: string;
  dim: number;
  numbers: Float32Array;
  ids: Int32Array;
}

export interface Part {
  rows: ArrayLike<number>;
  lengths: Int32Array;
  timeSteps: number;
}

export function partOf({ offsets }: Pick<Sentences, 'offsets'>, rows: ArrayLike<number>): Part {
  const lengths = Int32Array.from(rows, (row) => offsets[row + 1]! - offsets[row]!);
  return { rows, lengths, timeSteps: lengths.reduce((longest, length) => Math.max(longest, length), 1) };
}

/** @param keep draws whether a token keeps its word; without it all do. The id that stands in is 1, `<unk>` */
export function chosenIds({ ids }: Table, offsets: Int32Array, { rows, lengths, timeSteps }: Part, keep?: () => boolean): Int32Array {
  const chosen = new Int32Array(timeSteps * rows.length);
  for (let row = 0; row < rows.length; row++) {
    const begin = offsets[rows[row]!]!;
    for (let t = 0; t < lengths[row]!; t++) chosen[t * rows.length + row] = keep && !keep() ? 1 : ids[begin + t]!;
  }
  return chosen;
}

/** [timeSteps, batch, Σ dim]; zeros at padding, whose id is 0. */
export function gathered(tables: readonly Table[], chosen: readonly Int32Array[], { rows, timeSteps }: Part): HostTensor {
  const width = tables.reduce((sum, { dim }) => sum + dim, 0);
  const data = new Float32Array(timeSteps * rows.length * width);
  let column = 0;
  for (const [i, { dim, numbers }] of tables.entries()) {
    const ids = chosen[i]!;
    for (let place = 0; place < ids.length; place++) {
      const id = ids[place]!;
      if (id === 0) continue;
      data.set(numbers.subarray(id * dim, (id + 1) * dim), place * width + column);
    }
    column += dim;
  }
  return { shape: [timeSteps, rows.length, width], data };
}

/** Which rows of a table a batch has touched, and the gradient of each. */
export interface SparseGradient {
  ids: Int32Array;
  /** [ids, dim] */
  rows: Float32Array;
}

/** The gradients of gathered vectors, summed by the row that they are of; rows stand in the order in which they first came. */
export function scattered(
  gradient: Float32Array,
  width: number,
  column: number,
  dim: number,
  chosen: Int32Array,
  places: Int32Array,
): SparseGradient {
  const touched: number[] = [];
  for (const id of chosen)
    if (id !== 0 && places[id] === 0) {
      touched.push(id);
      places[id] = touched.length;
    }
  const rows = new Float32Array(touched.length * dim);
  for (let place = 0; place < chosen.length; place++) {
    const id = chosen[place]!;
    if (id === 0) continue;
    const [from, to] = [place * width + column, (places[id]! - 1) * dim];
    for (let k = 0; k < dim; k++) rows[to + k]! += gradient[from + k]!;
  }
  for (const id of touched) places[id] = 0;
  return { ids: Int32Array.from(touched), rows };
}

/** What tells real time steps from padding, as far as the head needs it. */
export function stepFeeds(head: HeadDefinition, { rows, lengths, timeSteps }: Part): Record<string, HostTensor> {
  const batch = rows.length;
  const made = (value: (t: number, length: number) => number): HostTensor => {
    const data = new Float32Array(timeSteps * batch);
    for (let row = 0; row < batch; row++) for (let t = 0; t < lengths[row]!; t++) data[t * batch + row] = value(t, lengths[row]!);
    return { shape: [timeSteps, batch, 1], data };
  };
  const values = {
    mask: () => 1,
    share: (_: number, length: number) => 1 / length,
    last: (t: number, length: number) => (t === length - 1 ? 1 : 0),
    first: (t: number) => (t === 0 ? 1 : 0),
  };
  return Object.fromEntries(stepNames(head).map((name) => [name, made(values[name])]));
}

/** Dropout's factors: 0 with the probability, else 1/(1 - probability); drawn to 1/65,536. */
export function dropout(shape: readonly number[], probability: number, next: Random): HostTensor {
  const data = new Float32Array(shape.reduce((product, one) => product * one, 1));
  const kept = 1 / (1 - probability);
  const limit = Math.round(probability * 65_536);
  for (let i = 0; i < data.length; i += 2) {
    // 32 random bits serve two numbers
    const bits = Math.floor(next() * 2 ** 32);
    data[i] = (bits & 0xffff) < limit ? 0 : kept;
    if (i + 1 < data.length) data[i + 1] = bits >>> 16 < limit ? 0 : kept;
  }
  return { shape, data };
}
