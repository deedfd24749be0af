/**
 * What a program is fed for some sentences of a data set: word vectors gathered from the tables, lengths, masks, dropout.
 * Also the way back: the gradient of the vectors summed to the rows of the tables that they came from.
 */
import type { HostTensor, PiecedTensor } from '../../engine/ops.js';
import type { HeadDefinition } from '../../formats/model.js';
import { countOf } from '../../formats/tensor.js';
import { stepNames } from '../pooling.js';
import type { Random } from '../random.js';
import type { Space } from './data.js';
import type { Sentences } from '../sentences.js';

/** A table of vectors with the ids that choose its rows: of one field, or of several, whose vectors stand side by side. */
export interface Table {
  name: string;
  dim: number;
  numbers: Float32Array;
  ids: readonly Int32Array[];
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

/** [timeSteps, batch]; @param keep draws whether a token keeps its word; without it all do. The id that stands in is 1, `<unk>` */
export function chosenIds(ids: Int32Array, offsets: Int32Array, { rows, lengths, timeSteps }: Part, keep?: () => boolean): Int32Array {
  const chosen = new Int32Array(timeSteps * rows.length);
  for (let row = 0; row < rows.length; row++) {
    const begin = offsets[rows[row]!]!;
    for (let t = 0; t < lengths[row]!; t++) chosen[t * rows.length + row] = keep && !keep() ? 1 : ids[begin + t]!;
  }
  return chosen;
}

/** What was gathered from tables, and which rows it was. */
export interface Gathered {
  /** [timeSteps, batch, Σ dim]; zeros at padding, whose id is 0 */
  vectors: HostTensor;
  /** of each table, for each of its ids: [timeSteps, batch] */
  chosen: Int32Array[][];
}

export function gathered(tables: readonly Table[], offsets: Int32Array, part: Part, keep?: () => boolean): Gathered {
  const chosen = tables.map(({ ids }) => ids.map((own) => chosenIds(own, offsets, part, keep)));
  const shape = [part.timeSteps, part.rows.length, tables.reduce((sum, { dim, ids }) => sum + dim * ids.length, 0)] as const;
  const data = new Float32Array(shape[0] * shape[1] * shape[2]);
  let column = 0;
  for (const [i, { dim, numbers }] of tables.entries())
    for (const ids of chosen[i]!) {
      for (let place = 0; place < ids.length; place++) {
        const id = ids[place]!;
        if (id === 0) continue;
        data.set(numbers.subarray(id * dim, (id + 1) * dim), place * shape[2] + column);
      }
      column += dim;
    }
  return { vectors: { shape, data }, chosen };
}

/** The same vectors as pieces of the tables, for the thread that computes to gather; those of padding are of id 0 too, which nothing reads. */
export function pieced(tables: readonly Table[], offsets: Int32Array, part: Part): PiecedTensor {
  const places = part.timeSteps * part.rows.length;
  const fields = tables.flatMap(({ dim, ids }, table) => ids.map((own) => ({ table, dim, chosen: chosenIds(own, offsets, part) })));
  const width = fields.reduce((sum, { dim }) => sum + dim, 0);
  const pieces = new Int32Array(4 * places * fields.length);
  let [column, i] = [0, 0];
  for (const { table, dim, chosen } of fields) {
    for (let place = 0; place < places; place++) {
      pieces[i++] = table;
      pieces[i++] = chosen[place]! * dim;
      pieces[i++] = place * width + column;
      pieces[i++] = dim;
    }
    column += dim;
  }
  return { shape: [part.timeSteps, part.rows.length, width], from: tables.map(({ numbers }) => numbers), pieces };
}

/** Which rows of a table a batch has touched, and the gradient of each. */
export interface SparseGradient {
  ids: Int32Array;
  /** [ids, dim]; in memory that threads share, since sending it would take longer than what is done with it */
  rows: Float32Array;
}

/**
 * The gradients of vectors gathered from one table, summed by the row that they are of; rows stand in the order in which they first came.
 *
 * @param gradient [timeSteps, batch, width], where the table's vectors begin at `column`
 * @param places zeros, one a row of the table; given back so
 * @param space for the rows
 */
export function scattered(
  gradient: Float32Array,
  width: number,
  column: number,
  dim: number,
  chosen: readonly Int32Array[],
  places: Int32Array,
  space: Space,
): SparseGradient {
  const touched: number[] = [];
  for (const ids of chosen)
    for (const id of ids)
      if (id !== 0 && places[id] === 0) {
        touched.push(id);
        places[id] = touched.length;
      }
  const rows = space(touched.length * dim).fill(0);
  for (const [i, ids] of chosen.entries())
    for (let place = 0; place < ids.length; place++) {
      const id = ids[place]!;
      if (id === 0) continue;
      const [from, to] = [place * width + column + i * dim, (places[id]! - 1) * dim];
      for (let k = 0; k < dim; k++) rows[to + k]! += gradient[from + k]!;
    }
  for (const id of touched) places[id] = 0;
  return { ids: Int32Array.from(touched), rows };
}

/** What tells real time steps from padding, as far as the head needs it. */
export function stepFeeds(head: HeadDefinition, { rows, lengths, timeSteps }: Part): Record<string, HostTensor> {
  const batch = rows.length;
  const factors = (value: (length: number) => number): HostTensor => {
    const data = new Float32Array(timeSteps * batch);
    for (let row = 0; row < batch; row++) for (let t = 0; t < lengths[row]!; t++) data[t * batch + row] = value(lengths[row]!);
    return { shape: [timeSteps, batch, 1], data };
  };
  const places = (timeStep: (length: number) => number): HostTensor => ({
    shape: [batch],
    data: Int32Array.from(lengths, (length, row) => timeStep(length) * batch + row),
  });
  const make = {
    mask: () => factors(() => 1),
    share: () => factors((length) => 1 / length),
    last: () => places((length) => length - 1),
    first: () => places(() => 0),
  };
  return Object.fromEntries(stepNames(head).map((name) => [name, make[name]()]));
}

/** Dropout's factors: 0 with the probability, else 1/(1 - probability); drawn to 1/65,536. */
export function dropout(shape: readonly number[], probability: number, next: Random): HostTensor {
  const data = new Float32Array(countOf(shape));
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
