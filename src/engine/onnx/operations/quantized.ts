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
  const [outputs] = weights.shape;
  return {
    name: 'quantizedProduct',
    shapes: ([a]) => [[...a!.slice(0, -1), outputs!]],
    onnx: (write, [a, bias]) => {
      const { integers, scales, zeros } = roundedOperands(write, weights);
      const [step, zero] = [write.constant([], Float32Array.of(STEP)), write.constant([], Uint8Array.of(ZERO))];
      const [rounded] = write.node('QuantizeLinear', [a!, step, zero]);
      const operands = [rounded!, integers, step, scales, zero, zeros];
      return write.node('com.microsoft.MatMulIntegerToFloat', [...operands, ...(bias === undefined ? [] : [bias])]);
    },
  };
}

/** The integers as those operators want them, […, inputs, outputs]; the zero points are zeros. */
export function roundedOperands(
  write: OnnxWriter,
  { shape, integers, scales }: QuantizedWeights,
): { integers: string; scales: string; zeros: string } {
  const [outputs, inputs] = shape.slice(-2) as [number, number];
  const outer = shape.slice(0, -2);
  const turned = new Int8Array(integers.length);
  for (let begin = 0; begin < integers.length; begin += outputs * inputs)
    for (let output = 0; output < outputs; output++)
      for (let input = 0; input < inputs; input++) turned[begin + input * outputs + output] = integers[begin + output * inputs + input]!;
  return {
    integers: write.constant([...outer, inputs, outputs], turned),
    scales: write.constant([...outer, outputs], scales),
    zeros: write.constant([...outer, outputs], new Int8Array(scales.length)),
  };
}
