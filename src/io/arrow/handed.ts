/**
 * Columns that are handed on as they lie: at whose fields nobody looks between an Arrow input and an Arrow output. Their values never
 * become strings and arrays. Only `read.ts` puts them into records and only `write.ts` takes them out.
 */
import type * as Arrow from 'apache-arrow';
import { PipeError } from '../../errors.js';
import { LINE, type Batch, type SentenceRecord } from '../../formats/record.js';
import type { Cell } from './values.js';

/** A column of one batch that was read; it stands in each of its records in place of the value. */
export class Handed {
  /** @param firstLine of the column's first record */
  constructor(
    readonly data: Arrow.Data,
    readonly cell: Cell,
    readonly firstLine: number,
  ) {}

  row(record: SentenceRecord): number {
    return record[LINE]! - this.firstLine;
  }
}

/** Rows [begin, end) of a column. */
export interface Part {
  data: Arrow.Data;
  begin: number;
  end: number;
}

/** The rows of columns of this type in which the field of all records lies; undefined if some do not lie in one. */
export function handedRows(arrow: typeof Arrow, batch: Batch, name: string, type: Arrow.DataType): Part[] | undefined {
  const rows: Part[] = [];
  let last: Handed | undefined;
  for (const record of batch) {
    const handed = Object.hasOwn(record, name) ? record[name] : undefined;
    if (!(handed instanceof Handed)) return undefined;
    const row = handed.row(record);
    const open = rows.at(-1);
    if (handed === last && open!.end === row) open!.end++;
    else {
      // in this order: what is read is an integer of 32 bits, and ours is of the class of these
      if (handed !== last && !arrow.util.compareTypes(handed.data.type, type)) return undefined;
      rows.push({ data: handed.data, begin: row, end: row + 1 });
      last = handed;
    }
  }
  return rows;
}

/** The rows as one column. All that they need has been looked at by `isSound`. */
export function joinedRows(arrow: typeof Arrow, type: Arrow.DataType, rows: readonly Part[]): Arrow.Data {
  const { DataType, makeData } = arrow;
  const length = rows.reduce((sum, { begin, end }) => sum + end - begin, 0);
  if (DataType.isFixedSizeList(type)) {
    const size = type.listSize;
    const inside = rows.map(({ data, begin, end }) => ({ data: data.children[0]!, begin: begin * size, end: end * size }));
    return makeData({ type, length, nullCount: 0, child: joinedRows(arrow, type.valueType as Arrow.DataType, inside) });
  }
  if (DataType.isList(type) || DataType.isUtf8(type)) {
    const valueOffsets = joinedOffsets(rows, length);
    const inside = rows.map(({ data, begin, end }) => {
      const offsets = data.valueOffsets as Int32Array;
      return { data: data.children[0] ?? data, begin: offsets[begin]!, end: offsets[end]! };
    });
    if (DataType.isUtf8(type)) return makeData({ type, length, nullCount: 0, valueOffsets, data: joinedValues(inside) as Uint8Array });
    return makeData({ type, length, nullCount: 0, valueOffsets, child: joinedRows(arrow, type.valueType as Arrow.DataType, inside) });
  }
  if (DataType.isFloat(type)) return makeData({ type, length, nullCount: 0, data: joinedValues(rows) as Float64Array });
  if (DataType.isInt(type)) return makeData({ type, length, nullCount: 0, data: joinedValues(rows) as Int32Array });
  throw new PipeError('bug', `columns of type ${type.typeId} are not handed on`);
}

function joinedOffsets(rows: readonly Part[], length: number): Int32Array {
  const joined = new Int32Array(length + 1);
  let at = 0;
  for (const { data, begin, end } of rows) {
    const offsets = data.valueOffsets as Int32Array;
    const by = joined[at]! - offsets[begin]!;
    for (let row = begin; row < end; row++) joined[++at] = offsets[row + 1]! + by;
  }
  return joined;
}

function joinedValues(rows: readonly Part[]): Uint8Array | Int32Array | Float64Array {
  const parts = rows.map(({ data, begin, end }) => (data.values as Uint8Array).subarray(begin, end));
  if (parts.length === 1) return parts[0]!;
  const joined = new (parts[0]!.constructor as Uint8ArrayConstructor)(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
