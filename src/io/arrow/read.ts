/**
 * Arrow IPC, stream or file, to batches of records. Tensors are views of the bytes read, not copies.
 * Files of other programs are read too, where their columns are text, numbers, booleans, lists and structs.
 */
import type * as Arrow from 'apache-arrow';
import { PipeError, show } from '../../errors.js';
import { FIELDS, fromJson, LINE, type Batch, type SentenceRecord } from '../../formats/record.js';
import { firstNotFinite, Tensor } from '../../formats/tensor.js';
import { Spans } from '../../formats/spans.js';
import { parseJson } from '../parse.js';
import type { Source } from '../source.js';
import { MARK } from './columns.js';
import { damaged, messages } from './messages.js';
import { cells, put, type Cell } from './values.js';

interface Reading {
  name: string;
  /** json: the cell is JSON text; rest: of an object with more fields; checked: no check is needed any more */
  as: 'json' | 'rest' | 'checked' | 'value';
  cell: Cell;
}

/**
 * Fields that are null are absent from the record.
 *
 * @throws PipeError('data') for what is cut, damaged, or holds what no record can; its line is the number of the record
 */
export async function* readArrow(source: Source): AsyncGenerator<Batch> {
  const arrow = await import('apache-arrow');
  let row = 0;
  try {
    const reader = await arrow.RecordBatchReader.from(messages(arrow, source.bytes, source.name));
    for await (const table of reader) {
      const readings = table.schema.fields.map((field, i) => readingOf(arrow, field, table.data.children[i]!));
      const batch: Batch = [];
      for (let i = 0; i < table.numRows; i++) batch.push(recordAt(readings, i, ++row));
      if (batch.length > 0) yield batch;
    }
  } catch (error) {
    if (error instanceof PipeError) throw error.at({ file: source.name, ...(row > 0 && { line: row }) });
    throw damaged(source.name, (error as Error).message, error);
  }
}

function readingOf(arrow: typeof Arrow, { name, metadata }: Arrow.Field, data: Arrow.Data): Reading {
  const mark = metadata.get(MARK);
  const checked = mark ? undefined : (tensorCell(arrow, name, data) ?? spansCell(arrow, name, data));
  if (checked) return { name, as: 'checked', cell: checked };
  return { name, as: mark === 'json' || mark === 'rest' ? mark : 'value', cell: cells(arrow, data, name) };
}

/** The tensors of a column of 32-bit floats, each a view. */
function tensorCell({ DataType, Precision }: typeof Arrow, name: string, data: Arrow.Data): Cell | undefined {
  const kind = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof typeof FIELDS].kind : undefined;
  if (kind !== 'vector' && kind !== 'matrix') return undefined;
  const rows = kind === 'vector' ? data : DataType.isList(data.type) ? data.children[0]! : undefined;
  if (!rows || !DataType.isFixedSizeList(rows.type) || (kind === 'matrix' && rows.nullCount > 0)) return undefined;
  const [dim, numbers] = [rows.type.listSize, rows.children[0]!];
  if (!DataType.isFloat(numbers.type) || numbers.type.precision !== Precision.SINGLE || numbers.nullCount > 0) return undefined;
  const { values } = numbers as { values: Float32Array };
  const at = kind === 'matrix' ? (data.valueOffsets as Int32Array) : undefined;
  return (row) => {
    if (!data.getValid(row)) return undefined;
    const [begin, end] = at ? [at[row]!, at[row + 1]!] : [row, row + 1];
    const view = values.subarray(begin * dim, end * dim);
    const bad = firstNotFinite(view);
    if (bad >= 0)
      throw new PipeError('data', `the field "${name}" has ${view[bad]} at index ${bad}`, {
        expected: 'finite numbers',
        hint: 'see what made it',
      });
    return new Tensor(at ? [end - begin, dim] : [dim], view);
  };
}

/** The spans of a column of lists of pairs, each a view. */
function spansCell({ DataType }: typeof Arrow, name: string, data: Arrow.Data): Cell | undefined {
  if (!Object.hasOwn(FIELDS, name) || FIELDS[name as keyof typeof FIELDS].kind !== 'spans' || !DataType.isList(data.type)) return undefined;
  const pairs = data.children[0]!;
  if (!DataType.isFixedSizeList(pairs.type) || pairs.type.listSize !== 2 || pairs.nullCount > 0) return undefined;
  const numbers = pairs.children[0]!;
  const { values } = numbers as { values: unknown };
  if (!(values instanceof Int32Array) || numbers.nullCount > 0) return undefined;
  const at = data.valueOffsets as Int32Array;
  return (row) => (data.getValid(row) ? new Spans(values.subarray(2 * at[row]!, 2 * at[row + 1]!)) : undefined);
}

function recordAt(readings: readonly Reading[], row: number, line: number): SentenceRecord {
  // everything but what was checked as a column, which goes through the check that JSON goes through
  const plain: Record<string, unknown> = {};
  const whole = new Map<string, unknown>();
  const names: string[] = [];
  for (const { name, as, cell } of readings) {
    const value = cell(row);
    if (as !== 'rest') names.push(name);
    if (value === undefined) continue;
    if (as === 'checked') whole.set(name, value);
    else if (as === 'value') put(plain, name, value);
    else if (as === 'json') put(plain, name, parseJson(value as string));
    else for (const [more, part] of Object.entries(objectOf(value))) put(plain, more, part);
  }
  const checked = fromJson(plain);
  const record: SentenceRecord = { [LINE]: line };
  for (const name of new Set([...names, ...Object.keys(checked)])) {
    if (whole.has(name)) put(record, name, whole.get(name));
    else if (Object.hasOwn(checked, name)) put(record, name, checked[name]);
  }
  return record;
}

function objectOf(text: unknown): object {
  const value = parseJson(String(text));
  if (typeof value === 'object' && value !== null) return value;
  throw new PipeError('data', 'the column of other fields holds no JSON object', { found: show(text), hint: 'leave that column out' });
}
