/** Whether the numbers inside an Arrow column hang together, looked at column by column: then none of its cells needs to be looked at again. */
import { isUtf8 } from 'node:buffer';
import type * as Arrow from 'apache-arrow';
import { firstNotFinite } from '../../formats/tensor.js';

/** Every value is there, lies inside the column, and is one that a record may hold: text is UTF-8 and numbers are finite, or whole and safe. */
function isSound(arrow: typeof Arrow, data: Arrow.Data, floats: boolean): boolean {
  return data.nullCount === 0 && isWhole(arrow, data, floats);
}

/**
 * The same of a column in which whole values may be absent.
 *
 * @param floats 32-bit floats are to be finite; false: whoever asks does not look at them
 */
export function isWhole(arrow: typeof Arrow, data: Arrow.Data, floats = true): boolean {
  const { DataType } = arrow;
  const { type, length } = data;
  if (DataType.isUtf8(type)) return ascends(data, (data.values as Uint8Array).length) && isText(data);
  if (DataType.isList(type)) return ascends(data, data.children[0]!.length) && isSound(arrow, data.children[0]!, floats);
  if (DataType.isFixedSizeList(type))
    return data.children[0]!.length >= length * type.listSize && isSound(arrow, data.children[0]!, floats);
  const values = data.values as unknown;
  if (values instanceof Int32Array) return values.length >= length;
  if (values instanceof Float32Array) return values.length >= length && (!floats || firstNotFinite(values) < 0);
  if (values instanceof Float64Array) return values.length >= length && values.every(Number.isFinite);
  return values instanceof BigInt64Array && values.length >= length && values.every((value) => Number.isSafeInteger(Number(value)));
}

function ascends({ valueOffsets, length }: Arrow.Data, end: number): boolean {
  const offsets = valueOffsets as Int32Array;
  if (!(offsets instanceof Int32Array) || offsets.length <= length || offsets[0]! < 0 || offsets[length]! > end) return false;
  for (let i = 0; i < length; i++) if (offsets[i]! > offsets[i + 1]!) return false;
  return true;
}

/** UTF-8 that no offset cuts inside a character. */
function isText({ values, valueOffsets, length }: Arrow.Data): boolean {
  const [bytes, offsets] = [values as Uint8Array, valueOffsets as Int32Array];
  if (!isUtf8(bytes)) return false;
  for (let i = 0; i <= length; i++) if ((bytes[offsets[i]!]! & 0xc0) === 0x80) return false;
  return true;
}
