/**
 * Weights rounded to 8 bits for prediction, as ONNX Runtime's own tool rounds them (quantize_dynamic, per channel):
 *
 *     w ≈ scale × integer,    scale = max|w| / 64 of the row (one unit of one gate),    integer = round(w / scale) in -64 … 64
 *
 * Seven bits of the eight are used (the tool's `reduce_range`): processors without VNNI add two products in 16 bits, and
 * those of larger integers would be cut off. Rounded is what hidden states are multiplied with: they lie in -1 … 1 by their equations, so
 * one scale that is known before serves them all, and no row's answer depends on what else is in its batch. What the first layer makes of word
 * vectors is computed in floats, once for each different vector.
 */
import type { FusedLayer, HostTensor, Ops, QuantizedWeights } from '../engine/ops.js';
import { PipeError } from '../errors.js';
import { gatesOf, inputSizeOf, type NetworkShape, type NetworkWeights } from './shape.js';

const LARGEST = 64;
/** below it 32-bit floats lose digits */
const SMALLEST = 2 ** -126;

/** @throws PipeError('usage') for a cell of which ONNX Runtime has no operator with rounded weights, for files that others run */
export function checkQuantizable({ cell }: NetworkShape): void {
  if (cell !== 'lstm')
    throw new PipeError('usage', '--quantize int8 does not apply to this model', {
      expected: 'an LSTM',
      found: cell.toUpperCase(),
      hint: 'leave --quantize out: ONNX Runtime has no 8-bit operator of that cell',
    });
}

/** The layer for ONNX Runtime's `DynamicQuantizeLSTM`, with all its weights rounded; the biases stay floats. */
export function quantizedLayer(layer: FusedLayer): FusedLayer {
  const [inputWeights, recurrentWeights] = [layer.inputWeights, layer.recurrentWeights].map((matrix) => quantized(matrix as HostTensor));
  return { ...layer, inputWeights: inputWeights!, recurrentWeights: recurrentWeights! };
}

/** A constant matrix [inputs, outputs] for the right side of a product, rounded. */
export function quantizedConstant<T>(
  ops: Pick<Ops<T>, 'constant' | 'quantizedMatrix'>,
  { shape, data }: { shape: readonly number[]; data: Float32Array },
): T {
  const [inputs, outputs] = shape as [number, number];
  if (!ops.quantizedMatrix) return ops.constant(shape, roundedColumns(data, inputs, outputs));
  const turned = Float32Array.from(data, (_, i) => data[(i % inputs) * outputs + Math.floor(i / inputs)]!);
  return ops.quantizedMatrix(quantized({ shape: [outputs, inputs], data: turned }));
}

/** @param matrix […, outputs, inputs], such as [directions, gates × units, inputs] */
export function quantized({ shape, data }: HostTensor): QuantizedWeights {
  const width = shape.at(-1)!;
  const integers = new Int8Array(data.length);
  const scales = new Float32Array(data.length / width);
  for (let row = 0; row < scales.length; row++) {
    const weights = data.subarray(row * width, (row + 1) * width);
    const scale = scaleOf(weights);
    scales[row] = scale;
    for (let i = 0; i < width; i++) integers[row * width + i] = Math.round(weights[i]! / scale);
  }
  return { shape, integers, scales };
}

function scaleOf(weights: Float32Array | Int32Array): number {
  let largest = 0;
  for (let i = 0; i < weights.length; i++) largest = Math.max(largest, Math.abs(weights[i]!));
  const scale = Math.fround(largest / LARGEST);
  return scale >= SMALLEST ? scale : 1;
}

/** The numbers that the rounded weights stand for. */
export function roundedWeights(shape: NetworkShape, weights: NetworkWeights): NetworkWeights {
  const width = gatesOf(shape).length * shape.units;
  return weights.map((directions, layer) =>
    directions.map(({ kernel, recurrentKernel, ...biases }) => ({
      ...biases,
      kernel: layer === 0 ? kernel : roundedColumns(kernel, inputSizeOf(shape, layer), width),
      recurrentKernel: roundedColumns(recurrentKernel, shape.units, width),
    })),
  );
}

/** @param matrix [rows, width], each column with a scale of its own */
function roundedColumns(matrix: Float32Array, rows: number, width: number): Float32Array {
  const rounded = new Float32Array(matrix.length);
  for (let column = 0; column < width; column++) {
    const scale = scaleOf(Float32Array.from({ length: rows }, (_, row) => matrix[row * width + column]!));
    for (let row = 0; row < rows; row++) rounded[row * width + column] = scale * Math.round(matrix[row * width + column]! / scale);
  }
  return rounded;
}
