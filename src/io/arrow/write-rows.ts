/** What a step has made of rows as Arrow columns, without a record: the bytes are those that the records would give. */
import type * as Arrow from 'apache-arrow';
import type { Lists, NewRows } from '../../formats/rows.js';
import { text, type Column } from './columns.js';
import { joinedRows, type Part } from './handed.js';
import { TableRows } from './rows.js';

/** The columns of the rows [begin, end), the last of which is what fits no other column: nothing. */
type Columns = (begin: number, end: number) => Arrow.Data[];

/** @param columns that are open. @returns undefined where rows have what these do not hold as it lies: they must become records */
export function columnsOfRows(arrow: typeof Arrow, columns: readonly Column[], made: NewRows): Columns | undefined {
  const tables = made.rows.filter((rows) => rows instanceof TableRows);
  const makers = columns.map((column) => makerOf(arrow, column, made, tables));
  const known = new Set([...columns.map(({ name }) => name), ...made.without]);
  const fits =
    tables.length === made.rows.length &&
    makers.every((maker) => maker !== undefined) &&
    tables.every(({ names }) => names.every((name) => known.has(name))) &&
    [...Object.keys(made.matrices), ...Object.keys(made.same)].every((name) => known.has(name));
  if (!fits) return undefined;
  return (begin, end) => [...makers.map((maker) => maker(begin, end)), text(arrow).data(new Array<undefined>(end - begin).fill(undefined))];
}

/** How many numbers a row has in matrices that were made. */
export function numbersOf({ matrices }: NewRows, row: number): number {
  let numbers = 0;
  for (const { begins, width } of Object.values(matrices)) numbers += (begins[row + 1]! - begins[row]!) * width;
  return numbers;
}

type Maker = (begin: number, end: number) => Arrow.Data;

function makerOf(arrow: typeof Arrow, column: Column, made: NewRows, tables: readonly TableRows[]): Maker | undefined {
  const { name, type } = column;
  if (Object.hasOwn(made.matrices, name)) return matrixMaker(arrow, type, made.matrices[name]!);
  if (Object.hasOwn(made.same, name)) {
    const value = made.same[name];
    return column.fits(value) ? (begin, end) => column.data(new Array<unknown>(end - begin).fill(value)) : undefined;
  }
  if (column.json || made.without.includes(name)) return undefined;
  const parts = tables.map((table) => ({ table, data: table.handed(name)?.data }));
  // in this order: what is read is an integer of 32 bits, and ours is of the class of these
  if (!parts.every(({ data }) => data && arrow.util.compareTypes(data.type, type))) return undefined;
  return (begin, end) => {
    const within: Part[] = [];
    let at = 0;
    for (const { table, data } of parts) {
      const [from, to] = [Math.max(begin - at, 0), Math.min(end - at, table.length)];
      if (from < to) within.push({ data: data!, begin: table.begin + from, end: table.begin + to });
      at += table.length;
    }
    return joinedRows(arrow, type, within);
  };
}

function matrixMaker(arrow: typeof Arrow, type: Arrow.DataType, { values, begins, width }: Lists<Float32Array>): Maker | undefined {
  const { DataType, makeData } = arrow;
  if (!DataType.isList(type)) return undefined;
  const row = type.valueType as Arrow.DataType;
  if (!DataType.isFixedSizeList(row) || row.listSize !== width) return undefined;
  return (begin, end) => {
    const [first, behind] = [begins[begin]!, begins[end]!];
    const data = values.subarray(first * width, behind * width);
    const numbers = makeData({ type: new arrow.Float32(), length: data.length, nullCount: 0, data });
    const child = makeData({ type: row, length: behind - first, nullCount: 0, child: numbers });
    const valueOffsets = begins.slice(begin, end + 1).map((before) => before - first);
    return makeData({ type, length: end - begin, nullCount: 0, valueOffsets, child });
  };
}
