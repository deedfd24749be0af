/**
 * Products with weights that are rounded to 8 bits. What they are multiplied with lies in -1 … 1, as hidden states do, and is rounded to
 * 1/127: with one scale for all there is, a row's result is the same whatever else is in its batch.
 */
import type { QuantizedWeights } from '../../ops.js';
import type { OnnxWriter, Operation } from './operation.js';

/** A number x in -1 … 1 is ZERO + 127·x in eight bits without a sign, as ONNX Runtime's products are fastest. */
const [STEP, ZERO] = [1 / 127, 128];

/** […, inputs] · [inputs, outputs]; and with a second operand [outputs] their sum */
export function quantizedProduct(weights: QuantizedWeights): Operation {
  const outputs = weights.shape.at(-1)!;
  return {
    name: 'quantizedProduct',
    shapes: ([a]) => [[...a!.slice(0, -1), outputs]],
    onnx: (write, [a, bias]) => {
      const { integers, scales, zeros } = roundedOperands(write, weights);
      const [step, zero] = [write.constant([], Float32Array.of(STEP)), write.constant([], Uint8Array.of(ZERO))];
      const [rounded] = write.node('QuantizeLinear', [a!, step, zero]);
      const operands = [rounded!, integers, step, scales, zero, zeros];
      return write.node('com.microsoft.MatMulIntegerToFloat', [...operands, ...(bias === undefined ? [] : [bias])]);
    },
  };
}

/** The operands of weights; their zero points are zeros. */
export function roundedOperands(
  write: OnnxWriter,
  { shape, integers, scales }: QuantizedWeights,
): { integers: string; scales: string; zeros: string } {
  const perColumn = shape.filter((_, axis) => axis !== shape.length - 2);
  return {
    integers: write.constant(shape, integers),
    scales: write.constant(perColumn, scales),
    zeros: write.constant(perColumn, new Int8Array(scales.length)),
  };
}
