/**
 * safetensors: named tensors in one file, read from bytes and written to bytes (github.com/huggingface/safetensors).
 * It opens no file and knows no framework's names.
 *
 *     8 bytes  n, the header's length, little-endian
 *     n bytes  JSON {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [start, end]}, …}
 *     the rest the numbers, offsets counted from here
 */
import { PipeError, show } from '../errors.js';
import { Tensor } from '../formats/tensor.js';

const HINT = 'write the file again with safetensors.torch.save_file or safetensors.numpy.save_file';
const WIDTHS = new Map([
  ['F64', 8],
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
]);

interface Entry {
  name: string;
  dtype: string;
  shape: number[];
  start: number;
  end: number;
}

/**
 * The named tensors of a safetensors file, in the order of their data, in its memory; F64, F16 and BF16 become 32-bit floats, in memory of their own.
 * Every length is checked against the bytes that are there before anything is allocated.
 *
 * @throws PipeError('mismatch') that names the tensor or the part of the file that is wrong
 */
export function readWeights(bytes: Uint8Array): Map<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { entries, dataStart } = readHeader(bytes, view);
  return new Map(
    entries.map(({ name, dtype, shape, start, end }) => [
      name,
      new Tensor(shape, numbers(view, dtype, dataStart + start, dataStart + end)),
    ]),
  );
}

/** The texts that a safetensors file carries beside its tensors. @throws PipeError('mismatch') as `readWeights` */
export function readMetadata(bytes: Uint8Array): ReadonlyMap<string, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { metadata } = readHeader(bytes, view);
  return new Map(Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/**
 * The bytes of a safetensors file: tensors sorted by name, so that the same tensors give the same bytes.
 *
 * @param metadata texts that the file carries beside them
 */
export function writeWeights(tensors: ReadonlyMap<string, Tensor>, metadata?: Readonly<Record<string, string>>): Uint8Array {
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  let end = 0;
  const parts = sorted.map(([name, { shape, data }]) => {
    const start = end;
    end += data.length * 4;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype: 'F32', shape, data_offsets: [start, end] })}`;
  });
  if (metadata) parts.unshift(`"__metadata__":${JSON.stringify(metadata)}`);
  const json = new TextEncoder().encode(`{${parts.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length).set(json, 8);
  let at = 8 + length;
  for (const [, { data }] of sorted) {
    // the header's length is a multiple of 8; every processor that Node runs on is little-endian
    new Float32Array(bytes.buffer, at, data.length).set(data);
    at += 4 * data.length;
  }
  return bytes;
}

function wrong(what: string, expected: string, found: string): PipeError {
  return new PipeError('mismatch', what, { expected, found, hint: HINT });
}

function readHeader(bytes: Uint8Array, view: DataView): { entries: Entry[]; dataStart: number; metadata: object } {
  if (bytes.length < 8) throw wrong('not a safetensors file', 'at least 8 bytes', `${bytes.length}`);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8))
    throw wrong('not a safetensors file, or one that was cut', `a header of at most ${bytes.length - 8} bytes`, `${length}`);
  const dataStart = 8 + Number(length);
  const header = parse(bytes.subarray(8, dataStart));
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => entryOf(name, value))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let at = 0;
  for (const { name, start, end } of entries) {
    if (start !== at)
      throw wrong(`the data of tensor ${show(name)} overlaps another's or leaves a gap`, `a start at byte ${at}`, `${start}`);
    at = end;
  }
  if (dataStart + at !== bytes.length) throw wrong('the safetensors file is cut or too long', `${dataStart + at} bytes`, `${bytes.length}`);
  const { __metadata__: metadata } = header as { __metadata__?: unknown };
  return { entries, dataStart, metadata: typeof metadata === 'object' && metadata !== null ? metadata : {} };
}

function parse(header: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // told below
  }
  throw wrong('the header of the safetensors file cannot be read', 'a JSON object', 'other bytes');
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function entryOf(name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  const width = WIDTHS.get(String(dtype));
  if (width === undefined) throw wrong(`tensor ${show(name)} has another type of numbers`, [...WIDTHS.keys()].join(', '), show(dtype));
  if (!Array.isArray(shape) || !shape.every(isCount)) throw wrong(`tensor ${show(name)} has no shape`, 'whole numbers', show(shape));
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw wrong(`tensor ${show(name)} has no place in the file`, 'data_offsets [start, end]', show(offsets));
  const [start, end] = offsets as [number, number];
  const size = shape.reduce((product, one) => product * one, width);
  if (end - start !== size)
    throw wrong(`tensor ${show(name)} does not fill its place`, `${size} bytes for [${shape.join(', ')}]`, `${end - start}`);
  return { name, dtype: String(dtype), shape, start, end };
}

function numbers(view: DataView, dtype: string, start: number, end: number): Float32Array {
  const width = WIDTHS.get(dtype)!;
  const [begin, count] = [view.byteOffset + start, (end - start) / width];
  const memory = view.buffer as ArrayBuffer;
  // as they lie, if a typed array may begin there: every processor that Node runs on is little-endian
  if (dtype === 'F32')
    return begin % width === 0 ? new Float32Array(memory, begin, count) : new Float32Array(memory.slice(begin, begin + end - start));
  const data = new Float32Array(count);
  const bits = new DataView(new ArrayBuffer(4));
  for (let i = 0, at = start; i < data.length; i++, at += width) {
    if (dtype === 'F64') data[i] = view.getFloat64(at, true);
    else if (dtype === 'F16') data[i] = half(view.getUint16(at, true));
    else {
      bits.setUint32(0, view.getUint16(at, true) << 16);
      data[i] = bits.getFloat32(0);
    }
  }
  return data;
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
