import fc from 'fast-check';
import { shortest } from '../../src/formats/shortest.js';
import { firstNotFinite, Tensor, tensorFromJson, tensorToJson } from '../../src/formats/tensor.js';

// no denormal numbers: a session of ONNX Runtime in the same process makes the processor take them for zero
const float = fc.float({ noNaN: true, noDefaultInfinity: true }).map((x) => (Math.abs(x) < 2 ** -126 ? 0 : x));

test('shortest: by hand', () => {
  expect(shortest(Math.fround(0.1))).toBe(0.1);
  expect(shortest(Math.fround(-1 / 3))).toBe(-0.33333334);
  expect(shortest(16777216)).toBe(16777216);
  expect(shortest(-0)).toBe(0);
});

test('rows are written as the shortest decimals, whatever the numbers', () => {
  const float = fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.float({ min: -2, max: 2, noNaN: true }),
    // few digits, powers of ten and their neighbours
    fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -9, max: 9 })).map(([n, e]) => Math.fround(n * 10 ** e)),
  );
  fc.assert(
    fc.property(fc.array(float, { maxLength: 30 }), (numbers) => {
      // read from there: in a process where ONNX Runtime has computed the smallest floats, denormal ones, are zeros
      const data = Float32Array.from(numbers);
      expect(tensorToJson(new Tensor([data.length], data))).toBe(`[${Array.from(data, (x) => String(shortest(x))).join(',')}]`);
    }),
    { numRuns: 3000 },
  );
});

test('shortest reads back as the same float, in at most nine digits', () => {
  fc.assert(
    fc.property(float, (x) => {
      const text = String(shortest(x));
      expect(Math.fround(Number(text))).toBe(x);
      if (Math.abs(x) < 1e7 && Math.abs(x) > 1e-6) expect(text.replace(/^-?0?\.?0*|[-.]|e.*$/g, '').length).toBeLessThanOrEqual(9);
    }),
    { numRuns: 2000 },
  );
});

test('a matrix survives JSON, float for float', () => {
  const matrix = fc
    .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 5 }))
    .chain(([rows, columns]) =>
      fc
        .array(float, { minLength: rows * columns, maxLength: rows * columns })
        .map((data) => new Tensor([rows, rows ? columns : 0], Float32Array.from(data))),
    );
  fc.assert(
    fc.property(matrix, (tensor) => {
      expect(tensorFromJson(JSON.parse(tensorToJson(tensor)), 2)).toEqual(tensor);
    }),
  );
});

test.each([
  [[[1, 2], [3]], 2, 'has 1 numbers in row 1 and 2 in row 0'],
  [[[1, null]], 2, 'has null in place of a number at index 1 of row 0'],
  [[1e39], 1, 'has 1e+39 at index 0, which is no finite 32-bit float'],
  ['x', 1, 'is not an array'],
] as const)('%j is refused', (value, rank, words) => {
  expect(tensorFromJson(value, rank)).toBe(words);
});

test('firstNotFinite', () => {
  expect(firstNotFinite(Float32Array.of(1, 2, NaN))).toBe(2);
  expect(firstNotFinite(Float32Array.of(1, 2))).toBe(-1);
});

test('firstNotFinite finds one wherever it stands, among numbers of any size', () => {
  const bad = fc.constantFrom(NaN, Infinity, -Infinity);
  fc.assert(
    fc.property(fc.array(float, { maxLength: 20 }), fc.array(float, { maxLength: 20 }), bad, (before, after, number) => {
      expect(firstNotFinite(Float32Array.of(...before, ...after))).toBe(-1);
      expect(firstNotFinite(Float32Array.of(...before, number, ...after))).toBe(before.length);
    }),
  );
});
