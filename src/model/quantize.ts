/**
 * Weights rounded to 8 bits for prediction, as ONNX Runtime's own tool rounds them (quantize_dynamic, per channel):
 *
 *     w ≈ scale × integer,    scale = max|w| / 64 of the column (one unit of one gate),    integer = round(w / scale) in -64 … 64
 *
 * Seven bits of the eight are used (the tool's `reduce_range`): processors without VNNI add two products in 16 bits, and
 * those of larger integers would be cut off. Rounded is what hidden states are multiplied with: they lie in -1 … 1 by their equations, so
 * one scale that is known before serves them all, and no row's answer depends on what else is in its batch. What the first layer makes of word
 * vectors is computed in floats, once for each different vector.
 */
import type { FusedLayer, HostTensor, Ops, QuantizedWeights } from '../engine/ops.js';
import { PipeError } from '../errors.js';
import { transposedFrom } from './layouts.js';
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
  const rounded = (matrix: FusedLayer['inputWeights']): QuantizedWeights => quantized(turned(matrix as HostTensor));
  return { ...layer, inputWeights: rounded(layer.inputWeights), recurrentWeights: rounded(layer.recurrentWeights) };
}

/** […, outputs, inputs] → […, inputs, outputs] */
function turned({ shape, data }: HostTensor): HostTensor {
  const [outputs, inputs] = shape.slice(-2) as [number, number];
  const columns = new Float32Array(data.length);
  for (let begin = 0; begin < data.length; begin += outputs * inputs)
    columns.set(transposedFrom((data as Float32Array).subarray(begin, begin + outputs * inputs), inputs, outputs, [0]), begin);
  return { shape: [...shape.slice(0, -2), inputs, outputs], data: columns };
}

/** A constant matrix [inputs, outputs] for the right side of a product, rounded. */
export function quantizedConstant<T>(ops: Pick<Ops<T>, 'constant' | 'quantizedMatrix'>, matrix: HostTensor): T {
  const weights = quantized(matrix);
  return ops.quantizedMatrix ? ops.quantizedMatrix(weights) : ops.constant(matrix.shape, numbersOf(weights));
}

/** @param matrix […, inputs, outputs], such as [directions, inputs, gates × units] */
export function quantized({ shape, data }: HostTensor): QuantizedWeights {
  const [inputs, outputs] = shape.slice(-2) as [number, number];
  const integers = new Int8Array(data.length);
  const scales = new Float32Array(data.length / inputs);
  for (let begin = 0, first = 0; begin < data.length; begin += inputs * outputs, first += outputs) {
    const columns = scales.subarray(first, first + outputs);
    for (let input = 0, at = begin; input < inputs; input++)
      for (let column = 0; column < outputs; column++, at++) columns[column] = Math.max(columns[column]!, Math.abs(data[at]!));
    for (let column = 0; column < outputs; column++) columns[column] = scaleOf(columns[column]!);
    for (let input = 0, at = begin; input < inputs; input++)
      for (let column = 0; column < outputs; column++, at++) integers[at] = Math.round(data[at]! / columns[column]!);
  }
  return { shape, integers, scales };
}

function scaleOf(largest: number): number {
  const scale = Math.fround(largest / LARGEST);
  return scale >= SMALLEST ? scale : 1;
}

/** The numbers that rounded weights [inputs, outputs] stand for. */
function numbersOf({ integers, scales }: QuantizedWeights): Float32Array {
  return Float32Array.from(integers, (integer, i) => integer * scales[i % scales.length]!);
}

/** The numbers that the rounded weights stand for. */
export function roundedWeights(shape: NetworkShape, weights: NetworkWeights): NetworkWeights {
  const width = gatesOf(shape).length * shape.units;
  const rounded = (rows: number, data: Float32Array): Float32Array => numbersOf(quantized({ shape: [rows, width], data }));
  return weights.map((directions, layer) =>
    directions.map(({ kernel, recurrentKernel, ...biases }) => ({
      ...biases,
      kernel: layer === 0 ? kernel : rounded(inputSizeOf(shape, layer), kernel),
      recurrentKernel: rounded(shape.units, recurrentKernel),
    })),
  );
}
