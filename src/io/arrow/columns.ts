/**
 * Fields of records as Arrow columns. What has a natural column gets it: texts, ids, lists of tokens and numbers, tensors.
 * Everything else is JSON text in a column marked so, and comes back as it was.
 */
import type * as Arrow from 'apache-arrow';
import { FIELDS, toJson, type Batch, type SentenceRecord } from '../../formats/record.js';
import { Spans } from '../../formats/spans.js';
import { Tensor } from '../../formats/tensor.js';
import { Handed } from './handed.js';

type ArrowModule = typeof Arrow;
/** One value a record; undefined where the record lacks the field. */
type Values = readonly unknown[];

/** One way to store the values of a field. */
interface Storage {
  type: Arrow.DataType;
  /** whether this value comes back exactly as it was */
  fits: (value: unknown) => boolean;
  data: (values: Values) => Arrow.Data;
  json?: true;
}

export interface Column extends Storage {
  name: string;
}

/** The key of a column's metadata, and of what it marks: JSON text of a field, or of an object with whatever fits no column. */
export const MARK = 'rnn-pipe';

/** The own enumerable field, which `__proto__` may be; null is a value, undefined is none. What was handed on becomes a value. */
export function own(record: SentenceRecord, name: string): unknown {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return value instanceof Handed ? value.cell(value.row(record)) : value;
}

/** The columns for records like these, in the order of their fields. */
export function columnsFor(arrow: ArrowModule, batch: Batch): Column[] {
  return namesOf(batch).map((name) => {
    const values = batch.map((record) => own(record, name)).filter((value) => value !== undefined);
    return { name, ...storageFor(arrow, name, values) };
  });
}

/** A field new to the list goes behind the one that it follows in its record. */
function namesOf(batch: Batch): string[] {
  const names: string[] = [];
  const known = new Set<string>();
  for (const record of batch) {
    let before = -1;
    for (const name of Object.keys(record)) {
      // Arrow's names are UTF-8, and an empty one is none
      if (record[name] === undefined || name === '' || !isWellFormed(name)) continue;
      if (!known.has(name)) names.splice(before + 1, 0, name);
      known.add(name);
      before = names[before + 1] === name ? before + 1 : names.indexOf(name);
    }
  }
  return names;
}

const LONE_SURROGATE = /\p{Surrogate}/u;
/** Whether UTF-8 can hold it. */
const isWellFormed = (value: unknown): boolean => typeof value === 'string' && !LONE_SURROGATE.test(value);
const isInt32 = (value: unknown): boolean => typeof value === 'number' && (value | 0) === value;
const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isInt32);
/** Item by item: `every` takes ten times as long for numbers. */
const listOf =
  (fits: (value: unknown) => boolean) =>
  (value: unknown): boolean => {
    if (!Array.isArray(value)) return false;
    for (const item of value) if (!fits(item)) return false;
    return true;
  };

function storageFor(arrow: ArrowModule, name: string, values: Values): Storage {
  const json = jsonText(arrow);
  const typed = Object.hasOwn(FIELDS, name) ? knownField(arrow, name as keyof typeof FIELDS, values) : undefined;
  // a known field's odd values are put aside one by one; a field of the user's is of the type that all its values have
  if (typed) return values.some(typed.fits) ? typed : json;
  const whole = name === 'id' || name === 'label' ? [long(arrow)] : [];
  return [text(arrow), ...whole, double(arrow)].find(({ fits }) => values.every(fits)) ?? json;
}

function knownField(arrow: ArrowModule, name: keyof typeof FIELDS, values: Values): Storage | undefined {
  const { List } = arrow;
  const int = whole(arrow);
  const width = (rank: number): number => {
    const tensor = values.find((value) => value instanceof Tensor && value.shape.length === rank && value.data.length > 0);
    return (tensor as Tensor | undefined)?.shape.at(-1) ?? 0;
  };
  switch (FIELDS[name].kind) {
    case 'string':
      return text(arrow);
    case 'number':
      return double(arrow);
    case 'integer':
      return int;
    case 'span':
      return fixed(arrow, int, 2, isPair);
    case 'strings':
      return list(arrow, text(arrow), listOf(isWellFormed));
    case 'integers':
      return integers(arrow);
    case 'spans':
      return spans(arrow);
    case 'vector':
      return vectors(arrow, width(1));
    case 'matrix': {
      const dim = width(2);
      const rows = vectors(arrow, dim);
      const type = new List(new arrow.Field('item', rows.type, true));
      const fits = (value: unknown): boolean =>
        value instanceof Tensor && value.shape.length === 2 && (value.shape[0] === 0 || value.shape[1] === dim) && dim > 0;
      const rowCount = (value: unknown): number => (value as Tensor | undefined)?.shape[0] ?? 0;
      return {
        type,
        fits,
        data: (all) =>
          arrow.makeData({
            type,
            length: all.length,
            ...validity(all),
            valueOffsets: offsets(all, rowCount),
            child: rows.data(all.filter(Boolean)),
          }),
      };
    }
    default:
      return undefined;
  }
}

/** The bitmap of values that are there; bit 0 of byte 0 is the first. */
function validity(values: Values): { nullCount: number; nullBitmap: Uint8Array } {
  const nullBitmap = new Uint8Array(((values.length + 63) >> 6) << 3);
  let nullCount = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === undefined) nullCount++;
    else nullBitmap[i >> 3]! |= 1 << (i & 7);
  }
  return { nullCount, nullBitmap };
}

function offsets(values: Values, size: (value: unknown) => number): Int32Array {
  const result = new Int32Array(values.length + 1);
  for (let i = 0; i < values.length; i++) result[i + 1] = result[i]! + size(values[i]);
  return result;
}

/** Bytes of text that are encoded in one call. */
const TOGETHER = 1 << 20;

/** Of a string without lone surrogates. */
function utf8Length(string: string): number {
  if (string.length > 100) return Buffer.byteLength(string);
  let length = string.length;
  for (let i = 0; i < string.length; i++) {
    const unit = string.charCodeAt(i);
    if (unit >= 0x80) length += unit < 0x800 || (unit & 0xf800) === 0xd800 ? 1 : 2;
  }
  return length;
}

export function text(arrow: ArrowModule): Storage {
  const type = new arrow.Utf8();
  const data = (values: Values): Arrow.Data => {
    const valueOffsets = offsets(values, (value) => (value === undefined ? 0 : utf8Length(value as string)));
    const bytes = Buffer.allocUnsafeSlow(valueOffsets.at(-1)!);
    // one call into native code for many short strings
    for (let at = 0, end = at; at < values.length; at = end) {
      while (end < values.length && (end === at || valueOffsets[end + 1]! - valueOffsets[at]! < TOGETHER)) end++;
      bytes.write(values.slice(at, end).join(''), valueOffsets[at]!);
    }
    return arrow.makeData({ type, length: values.length, ...validity(values), valueOffsets, data: bytes });
  };
  return { type, fits: isWellFormed, data };
}

function jsonText(arrow: ArrowModule): Storage {
  const { type, data } = text(arrow);
  const asText = (value: unknown): string => toJson({ value }).slice('{"value":'.length, -1);
  return { type, json: true, fits: () => true, data: (values) => data(eachOnce(values, asText)) };
}

/** Of neighbours that are one value, as the network of all records is, the text is made once. */
function eachOnce(values: Values, textOf: (value: unknown) => string): (string | undefined)[] {
  const texts = new Array<string | undefined>(values.length);
  for (let i = 0; i < values.length; i++)
    if (values[i] !== undefined) texts[i] = i > 0 && values[i] === values[i - 1] ? texts[i - 1] : textOf(values[i]);
  return texts;
}

function whole(arrow: ArrowModule): Storage {
  const type = new arrow.Int32();
  return {
    type,
    fits: isInt32,
    data: (values) => arrow.makeData({ type, length: values.length, ...validity(values), data: new Int32Array(values as number[]) }),
  };
}

function long(arrow: ArrowModule): Storage {
  const type = new arrow.Int64();
  const data = (values: Values): Arrow.Data =>
    arrow.makeData({
      type,
      length: values.length,
      ...validity(values),
      data: BigInt64Array.from(values as unknown[], (value) => BigInt((value as number | undefined) ?? 0)),
    });
  return { type, fits: Number.isSafeInteger, data };
}

function double(arrow: ArrowModule): Storage {
  const type = new arrow.Float64();
  const data = (values: Values): Arrow.Data =>
    arrow.makeData({
      type,
      length: values.length,
      ...validity(values),
      data: Float64Array.from(values as unknown[], (value) => (value as number | undefined) ?? 0),
    });
  return { type, fits: Number.isFinite, data };
}

function list(arrow: ArrowModule, items: Storage, fits: (value: unknown) => boolean): Storage {
  const type = new arrow.List(new arrow.Field('item', items.type, true));
  const size = (value: unknown): number => (value as unknown[] | undefined)?.length ?? 0;
  const data = (values: Values): Arrow.Data => {
    const valueOffsets = offsets(values, size);
    const child = items.data(joined(values as (unknown[] | undefined)[], new Array<unknown>(valueOffsets.at(-1)!)));
    return arrow.makeData({ type, length: values.length, ...validity(values), valueOffsets, child });
  };
  return { type, fits, data };
}

/** Lists of numbers: masks and ids are most of what is written beside tensors. */
function integers(arrow: ArrowModule): Storage {
  const item = new arrow.Int32();
  const type = new arrow.List(new arrow.Field('item', item, true));
  const size = (value: unknown): number => (value as number[] | undefined)?.length ?? 0;
  const data = (values: Values): Arrow.Data => {
    const valueOffsets = offsets(values, size);
    const numbers = joined(values as (number[] | undefined)[], new Int32Array(valueOffsets.at(-1)!));
    const child = arrow.makeData({ type: item, length: numbers.length, nullCount: 0, data: numbers });
    return arrow.makeData({ type, length: values.length, ...validity(values), valueOffsets, child });
  };
  return { type, fits: listOf(isInt32), data };
}

/** Puts the items of all lists into one; `flatMap` takes five times as long, and `set` ten times for a short list of numbers. */
function joined<Item, All extends { [index: number]: Item }>(lists: readonly (ArrayLike<Item> | undefined)[], all: All): All {
  let at = 0;
  for (const items of lists) if (items) for (let i = 0; i < items.length; i++) all[at++] = items[i]!;
  return all;
}

/** Lists of pairs, from the flat arrays that they are. */
function spans(arrow: ArrowModule): Storage {
  const pair = new arrow.FixedSizeList(2, new arrow.Field('item', new arrow.Int32(), true));
  const type = new arrow.List(new arrow.Field('item', pair, true));
  const data = (values: Values): Arrow.Data => {
    const flat = values.map((value) => (value as Spans | undefined)?.flat);
    const valueOffsets = offsets(values, (value) => (value as Spans | undefined)?.length ?? 0);
    const length = valueOffsets.at(-1)!;
    const data = joined(flat, new Int32Array(2 * length));
    const numbers = arrow.makeData({ type: new arrow.Int32(), length: data.length, nullCount: 0, data });
    const child = arrow.makeData({ type: pair, length, nullCount: 0, child: numbers });
    return arrow.makeData({ type, length: values.length, ...validity(values), valueOffsets, child });
  };
  return { type, data, fits: (value) => value instanceof Spans && Array.prototype.every.call(value.flat, isInt32) };
}

/** Arrays of one size; an absent one takes as much room as the others. */
function fixed(arrow: ArrowModule, items: Storage, size: number, fits: (value: unknown) => boolean): Storage {
  const type = new arrow.FixedSizeList(size, new arrow.Field('item', items.type, true));
  const none = new Array<number>(size).fill(0);
  const data = (values: Values): Arrow.Data =>
    arrow.makeData({
      type,
      length: values.length,
      ...validity(values),
      child: items.data(
        joined(
          values.map((value) => (value as unknown[] | undefined) ?? none),
          new Array<unknown>(size * values.length),
        ),
      ),
    });
  return { type, fits, data };
}

/** The tensors' own memory, where they lie in it one after another: a batch of a network's states does. */
function neighbours(values: Values): Float32Array | undefined {
  const first = values[0];
  if (!(first instanceof Tensor)) return undefined;
  let end = first.data.byteOffset;
  for (const value of values) {
    if (!(value instanceof Tensor) || value.data.buffer !== first.data.buffer || value.data.byteOffset !== end) return undefined;
    end += value.data.byteLength;
  }
  return new Float32Array(first.data.buffer, first.data.byteOffset, (end - first.data.byteOffset) / 4);
}

function copied(values: Values, width: number): Float32Array {
  const sizes = offsets(values, (value) => (value instanceof Tensor ? value.data.length : width));
  const numbers = new Float32Array(sizes.at(-1)!);
  values.forEach((value, i) => value instanceof Tensor && numbers.set(value.data, sizes[i]));
  return numbers;
}

/** The rows of tensors, all of one width, in one block of floats. */
function vectors(arrow: ArrowModule, width: number): Storage {
  const type = new arrow.FixedSizeList(width, new arrow.Field('item', new arrow.Float32(), true));
  const data = (values: Values): Arrow.Data => {
    const numbers = neighbours(values) ?? copied(values, width);
    const ofVectors = values.every((value) => value === undefined || (value as Tensor).shape.length === 1);
    const length = ofVectors ? values.length : numbers.length / width;
    const child = arrow.makeData({ type: new arrow.Float32(), length: numbers.length, nullCount: 0, data: numbers });
    return arrow.makeData({ type, length, ...(ofVectors ? validity(values) : { nullCount: 0 }), child });
  };
  return { type, data, fits: (value) => value instanceof Tensor && value.shape.length === 1 && value.shape[0] === width && width > 0 };
}
