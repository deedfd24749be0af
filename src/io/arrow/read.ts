/**
 * Arrow IPC, stream or file, to batches of records. Tensors are views of the bytes read, not copies.
 * Files of other programs are read too, where their columns are text, numbers, booleans, lists and structs.
 */
import type * as Arrow from 'apache-arrow';
import { PipeError } from '../../errors.js';
import type { Memory } from '../../formats/memory.js';
import { fieldFromJson, FIELDS, type Batch } from '../../formats/record.js';
import { firstNotFinite, Tensor } from '../../formats/tensor.js';
import { Spans } from '../../formats/spans.js';
import { parseJson } from '../parse.js';
import type { Source } from '../source.js';
import { MARK } from './columns.js';
import { Handed } from './handed.js';
import { loadArrow } from './library.js';
import { damaged, messages } from './messages.js';
import { TableRows, type Reading } from './rows.js';
import { isWhole } from './sound.js';
import { cells, type Cell } from './values.js';

/** What may be left to others. */
interface Reader {
  /** the only fields that anybody will look at before the records are written as Arrow; undefined: all */
  lookedAt?: ReadonlySet<string> | undefined;
  /** tensors whose numbers are refused later where they are not finite */
  refusedLater?: ReadonlySet<string> | undefined;
}

/**
 * Fields that are null are absent from the record.
 *
 * @throws PipeError('data') for what is cut, damaged, or holds what no record can; its line is the number of the record
 */
export async function* readArrow(source: Source, reader: Reader = {}): AsyncGenerator<Batch> {
  for await (const rows of readRows(source, reader)) yield rows.records();
}

/**
 * The same records as columns, those of a message together.
 *
 * @param memory for what is read: rows that are released give it back
 */
export async function* readRows(source: Source, reader: Reader = {}, memory?: Memory): AsyncGenerator<TableRows> {
  const arrow = loadArrow();
  const bytes = messages(arrow, source.bytes, source.name, memory);
  let row = 0;
  try {
    for await (const { schema, data, numRows } of await arrow.RecordBatchReader.from(bytes)) {
      if (numRows === 0) continue;
      const columns = schema.fields.map((field, i) => ({ field, data: data.children[i]! }));
      const [others, own] = [columns.filter(isRest), columns.filter((column) => !isRest(column))];
      const readings = own.map(({ field, data }) => readingOf(arrow, field, data, row + 1, reader));
      const rest = others.filter(({ data }) => data.nullCount < data.length).map(({ field, data }) => cells(arrow, data, field.name));
      yield TableRows.of({ file: source.name, line: row + 1, length: numRows, readings, rest, memory });
      row += numRows;
    }
  } catch (error) {
    if (error instanceof PipeError) throw error.at({ file: source.name, ...(row > 0 && { line: row }) });
    throw damaged(source.name, (error as Error).message, error);
  } finally {
    // the library does not tell its source that nobody reads on
    await bytes.return(undefined);
  }
}

const isRest = ({ field }: { field: Arrow.Field }): boolean => field.metadata.get(MARK) === 'rest';

function readingOf(arrow: typeof Arrow, { name, metadata }: Arrow.Field, data: Arrow.Data, firstLine: number, reader: Reader): Reading {
  if (metadata.get(MARK) === 'json') return { name, cell: jsonCell(name, cells(arrow, data, name)) };
  const tensors = tensorReading(arrow, name, data, reader.refusedLater?.has(name));
  if (tensors) return tensors;
  if (!isOurs(arrow, name, data.type) || !isWhole(arrow, data)) {
    const cell = cells(arrow, data, name);
    return { name, cell: (row) => ifThere(cell(row), (value) => fieldFromJson(name, value)) };
  }
  const cell = kindOf(name) === 'spans' ? spansCell(data) : cells(arrow, data, name);
  if (data.nullCount > 0) return { name, cell };
  const handed = new Handed(data, cell, firstLine);
  const isLookedAt = reader.lookedAt?.has(name) ?? true;
  return { name, cell: isLookedAt ? cell : () => handed, handed };
}

const ifThere = (value: unknown, use: (value: unknown) => unknown): unknown => (value === undefined ? undefined : use(value));

/** The values of JSON text; where neighbours say the same, as of one network all do, they share one. */
function jsonCell(name: string, cell: Cell): Cell {
  let last: { text: unknown; value: unknown } | undefined;
  return (row) =>
    ifThere(cell(row), (text) => {
      if (last?.text !== text) last = { text, value: fieldFromJson(name, parseJson(text as string)) };
      return last!.value;
    });
}

const kindOf = (name: string): string | undefined => (Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof typeof FIELDS].kind : undefined);

/** Whether the type of a column is one that we write for its field, and whatever it holds a value of that field. */
function isOurs({ DataType, Precision }: typeof Arrow, name: string, type: Arrow.DataType): boolean {
  const isInt32 = (type: Arrow.DataType): boolean => DataType.isInt(type) && type.bitWidth === 32 && type.isSigned;
  const isInt64 = (type: Arrow.DataType): boolean => DataType.isInt(type) && type.bitWidth === 64 && type.isSigned;
  const isDouble = (type: Arrow.DataType): boolean => DataType.isFloat(type) && type.precision === Precision.DOUBLE;
  const isPair = (type: Arrow.DataType): boolean =>
    DataType.isFixedSizeList(type) && type.listSize === 2 && isInt32(type.valueType as Arrow.DataType);
  const isListOf = (is: (type: Arrow.DataType) => boolean): boolean => DataType.isList(type) && is(type.valueType as Arrow.DataType);
  switch (kindOf(name)) {
    case 'string':
      return DataType.isUtf8(type);
    case 'id':
      return DataType.isUtf8(type) || isInt64(type);
    case 'label':
      return DataType.isUtf8(type) || isInt64(type) || isDouble(type);
    case 'number':
      return isDouble(type);
    case 'integer':
      return isInt32(type);
    case 'span':
      return isPair(type);
    case 'strings':
      return isListOf((item) => DataType.isUtf8(item));
    case 'integers':
      return isListOf(isInt32);
    case 'spans':
      return isListOf(isPair);
    case undefined:
      return DataType.isUtf8(type) || isDouble(type);
    default:
      return false;
  }
}

/** The tensors of a column of 32-bit floats, each a view. */
function tensorReading(arrow: typeof Arrow, name: string, data: Arrow.Data, refusedLater = false): Reading | undefined {
  const { DataType, Precision } = arrow;
  const kind = kindOf(name);
  if (kind !== 'vector' && kind !== 'matrix') return undefined;
  const rows = kind === 'vector' ? data : DataType.isList(data.type) ? data.children[0]! : undefined;
  if (!rows || !DataType.isFixedSizeList(rows.type) || (kind === 'matrix' && rows.nullCount > 0)) return undefined;
  const [dim, numbers] = [rows.type.listSize, rows.children[0]!];
  if (!DataType.isFloat(numbers.type) || numbers.type.precision !== Precision.SINGLE || numbers.nullCount > 0) return undefined;
  const { values } = numbers as { values: Float32Array };
  const at = kind === 'matrix' ? (data.valueOffsets as Int32Array) : undefined;
  // what lies where a value is absent may be anything
  const finite = data.nullCount === 0 && isWhole(arrow, data, !refusedLater);
  const cell: Cell = (row) => {
    if (!data.getValid(row)) return undefined;
    const [begin, end] = at ? [at[row]!, at[row + 1]!] : [row, row + 1];
    const view = values.subarray(begin * dim, end * dim);
    const bad = finite ? -1 : firstNotFinite(view);
    if (bad >= 0)
      throw new PipeError('data', `the field "${name}" has ${view[bad]} at index ${bad}`, {
        expected: 'finite numbers',
        hint: 'see what made it',
      });
    return new Tensor(at ? [end - begin, dim] : [dim], view);
  };
  return { name, cell, ...(at && finite && { matrices: { values, begins: at, width: dim } }) };
}

/** The spans of a column of lists of pairs, each a view. */
function spansCell(data: Arrow.Data): Cell {
  const { values } = data.children[0]!.children[0]! as { values: Int32Array };
  const at = data.valueOffsets as Int32Array;
  return (row) => (data.getValid(row) ? new Spans(values.subarray(2 * at[row]!, 2 * at[row + 1]!)) : undefined);
}
