/** The cells of an Arrow column as the values that JSON knows. */
import { isUtf8 } from 'node:buffer';
import type * as Arrow from 'apache-arrow';
import { PipeError } from '../../errors.js';

/** The value of a row: undefined where the column has none. */
export type Cell = (row: number) => unknown;

/** Sets an own field, whatever its name. */
export function put(record: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') record[name] = value;
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

/** @throws PipeError('data') for types that are no JSON: dates, decimals, bytes and the like */
export function cells(arrow: typeof Arrow, data: Arrow.Data, name: string): Cell {
  const read = present(arrow, data, name);
  if (data.nullCount === 0) return read;
  return (row) => (data.getValid(row) ? read(row) : undefined);
}

function present(arrow: typeof Arrow, data: Arrow.Data, name: string): Cell {
  const { DataType, Precision } = arrow;
  const { type } = data;
  if (DataType.isUtf8(type)) return texts(data, name);
  if (DataType.isList(type)) {
    const item = items(arrow, data, name);
    const offsets = data.valueOffsets as ArrayLike<number>;
    return (row) => some(item, Number(offsets[row]), Number(offsets[row + 1]));
  }
  if (DataType.isFixedSizeList(type)) {
    const item = items(arrow, data, name);
    return (row) => some(item, row * type.listSize, (row + 1) * type.listSize);
  }
  if (DataType.isStruct(type)) {
    const fields = type.children.map((field, i) => [field.name, cells(arrow, data.children[i]!, `${name}.${field.name}`)] as const);
    return (row) => {
      const object: Record<string, unknown> = {};
      for (const [key, cell] of fields) put(object, key, cell(row) ?? null);
      return object;
    };
  }
  if (DataType.isInt(type) || (DataType.isFloat(type) && type.precision !== Precision.HALF)) {
    const values = data.values as ArrayLike<number | bigint>;
    return (row) => number(values[row]!, name);
  }
  if (DataType.isNull(type)) return () => undefined;
  const plain: Arrow.DataType = DataType.isDictionary(type) ? (type.dictionary as Arrow.DataType) : type;
  if (!DataType.isBool(plain) && !DataType.isUtf8(plain) && !DataType.isLargeUtf8(plain) && !DataType.isUtf8View(plain))
    throw new PipeError('data', `the column "${name}" has a type that no record has`, {
      expected: 'text, numbers, booleans, lists or structs',
      found: type[Symbol.toStringTag] || `type ${type.typeId}`,
      hint: 'leave the column out, or make it text',
    });
  const vector = new arrow.Vector([data]);
  return (row) => vector.get(row) as unknown;
}

function some(item: Cell, begin: number, end: number): unknown[] {
  const values = new Array<unknown>(end - begin);
  for (let i = begin; i < end; i++) values[i - begin] = item(i);
  return values;
}

/** Absent items of a list are null, as in JSON. */
function items(arrow: typeof Arrow, data: Arrow.Data, name: string): Cell {
  const child = data.children[0]!;
  const item = cells(arrow, child, name);
  if (child.nullCount === 0 && !arrow.DataType.isNull(child.type)) return item;
  return (row) => item(row) ?? null;
}

function texts({ values, valueOffsets }: Arrow.Data, name: string): Cell {
  const bytes = Buffer.from((values as Uint8Array).buffer, (values as Uint8Array).byteOffset, (values as Uint8Array).length);
  if (!isUtf8(bytes)) throw new PipeError('data', `the column "${name}" is no UTF-8`, { hint: 'see what wrote the file' });
  const offsets = valueOffsets as Int32Array;
  return (row) => bytes.toString('utf8', offsets[row], offsets[row + 1]);
}

function number(value: number | bigint, name: string): number {
  const result = Number(value);
  if (typeof value === 'bigint' ? Number.isSafeInteger(result) : Number.isFinite(result)) return result;
  throw new PipeError('data', `the column "${name}" has a number that JSON cannot hold`, {
    found: String(value),
    expected: 'finite numbers; whole ones up to 2^53',
    hint: 'make the column text, or put nulls where there is no number',
  });
}
