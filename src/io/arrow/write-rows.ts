/** What a step has made of rows as Arrow columns, without a record: the bytes are those that the records would give. */
import type * as Arrow from 'apache-arrow';
import type { Lists, NewRows } from '../../formats/rows.js';
import { text, type Column } from './columns.js';
import { joinedRows, type Part } from './handed.js';
import { TableRows } from './rows.js';

/** The columns of the rows [begin, end), the last of which is what fits no other column: nothing. */
type Columns = (begin: number, end: number) => Arrow.Data[];

/**
 * For columns that are open: what makes them of rows; undefined where rows have what these do not hold as it lies, and must become records.
 */
export function rowColumns(arrow: typeof Arrow, columns: readonly Column[]): (made: NewRows) => Columns | undefined {
  const rest = alike(text(arrow), undefined);
  const sames = new Map<Column, { value: unknown; maker: Maker }>();
  /** of the value that rows have had, which is that of the next ones, too, where it is their network */
  const sameMaker = (column: Column, value: unknown): Maker => {
    const last = sames.get(column);
    if (last?.value === value) return last!.maker;
    const maker = alike(column, value);
    sames.set(column, { value, maker });
    return maker;
  };
  return (made) => {
    const tables = made.rows.filter((rows) => rows instanceof TableRows);
    const makers = columns.map((column) => makerOf(arrow, column, made, tables, sameMaker));
    const known = new Set([...columns.map(({ name }) => name), ...made.without]);
    const fits =
      tables.length === made.rows.length &&
      makers.every((maker) => maker !== undefined) &&
      tables.every(({ names }) => names.every((name) => known.has(name))) &&
      [...Object.keys(made.matrices), ...Object.keys(made.same)].every((name) => known.has(name));
    return fits ? (begin, end) => [...makers, rest].map((maker) => maker(begin, end)) : undefined;
  };
}

/** A column of one value. Windows are of like length, so it is made once. */
function alike({ data }: Pick<Column, 'data'>, value: unknown): Maker {
  let last: { length: number; data: Arrow.Data } | undefined;
  return (begin, end) => {
    const length = end - begin;
    if (last?.length !== length) last = { length, data: data(new Array<unknown>(length).fill(value)) };
    return last.data;
  };
}

/** How many numbers a row has in matrices that were made. */
export function numbersOf({ matrices }: NewRows, row: number): number {
  let numbers = 0;
  for (const { begins, width } of Object.values(matrices)) numbers += (begins[row + 1]! - begins[row]!) * width;
  return numbers;
}

type Maker = (begin: number, end: number) => Arrow.Data;

function makerOf(
  arrow: typeof Arrow,
  column: Column,
  made: NewRows,
  tables: readonly TableRows[],
  sameMaker: (column: Column, value: unknown) => Maker,
): Maker | undefined {
  const { name, type } = column;
  if (Object.hasOwn(made.matrices, name)) return matrixMaker(arrow, type, made.matrices[name]!);
  if (Object.hasOwn(made.same, name)) {
    const value = made.same[name];
    return column.fits(value) ? sameMaker(column, value) : undefined;
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
