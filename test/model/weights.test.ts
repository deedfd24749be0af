import fc from 'fast-check';
import { Tensor } from '../../src/formats/tensor.js';
import { readWeights, writeWeights } from '../../src/model/weights.js';

/** A file by hand: header, then data. */
function file(header: unknown, data: number[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

test('what is written is read back, whatever the names, and the order of the map does not matter', () => {
  const tensors = fc.uniqueArray(fc.tuple(fc.string(), fc.float32Array({ noNaN: true })), { selector: ([name]) => name });
  fc.assert(
    fc.property(tensors, (list) => {
      const named = list
        .filter(([name]) => name !== '__metadata__')
        .map(([name, data]) => [name, new Tensor([data.length], data)] as const);
      const bytes = writeWeights(new Map(named));
      expect(writeWeights(new Map([...named].reverse()))).toEqual(bytes);
      const back = readWeights(bytes);
      expect(back.size).toBe(named.length);
      for (const [name, { data }] of named) expect([...back.get(name)!.data]).toEqual([...data]);
    }),
  );
});

// by hand from IEEE 754: 1.5 is 0x3E00 in binary16, 0x3FC0 in bfloat16; -2^-24 is the smallest negative half, 0x8001
test('half and bfloat16 become floats', () => {
  const entry = (dtype: string, start: number, end: number) => ({ dtype, shape: [(end - start) / 2], data_offsets: [start, end] });
  const read = readWeights(file({ a: entry('F16', 0, 4), b: entry('BF16', 4, 6) }, [0x00, 0x3e, 0x01, 0x80, 0xc0, 0x3f]));
  expect([...read.get('a')!.data]).toEqual([1.5, -(2 ** -24)]);
  expect([...read.get('b')!.data]).toEqual([1.5]);
});

test('floats are read wherever they lie in memory', () => {
  const bytes = (...numbers: number[]) => [...new Uint8Array(Float32Array.from(numbers).buffer)];
  const written = file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, bytes(1.5, -2));
  for (let shift = 0; shift < 4; shift++) {
    const moved = new Uint8Array(written.length + shift);
    moved.set(written, shift);
    expect([...readWeights(moved.subarray(shift)).get('a')!.data]).toEqual([1.5, -2]);
  }
});

test.each([
  ['a header longer than the file', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127), 'not a safetensors file'],
  ['three bytes', Uint8Array.of(1, 2, 3), 'not a safetensors file'],
  [
    'a shape larger than its data',
    file({ w: { dtype: 'F32', shape: [1e9, 1e6], data_offsets: [0, 4] } }, [0, 0, 0, 0]),
    '"w" does not fill',
  ],
  ['data that was cut', file({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, [0, 0, 0, 0]), 'is cut'],
  ['integers', file({ w: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, [0, 0, 0, 0, 0, 0, 0, 0]), 'another type'],
  [
    'tensors that overlap',
    file(
      { a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] }, b: { dtype: 'F32', shape: [1], data_offsets: [2, 6] } },
      [0, 0, 0, 0, 0, 0],
    ),
    '"b" overlaps',
  ],
])('%s is refused by name', (_, bytes, message) => {
  expect(() => readWeights(bytes)).toThrow(message);
});
