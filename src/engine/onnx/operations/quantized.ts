/** Products with weights that are rounded to 8 bits, by ONNX Runtime's own operators: what the weights are multiplied with is rounded as it comes. */
import type { QuantizedWeights } from '../../ops.js';
import type { OnnxWriter, Operation } from './operation.js';

/** […, inputs] · [inputs, outputs]; and with a second operand [outputs] their sum */
export function quantizedProduct(weights: QuantizedWeights): Operation {
  const [outputs] = weights.shape;
  return {
    name: 'quantizedProduct',
    shapes: ([a]) => [[...a!.slice(0, -1), outputs!]],
    onnx: (write, [a, bias]) => {
      const { integers, scales, zeros } = roundedOperands(write, weights);
      return write.node('com.microsoft.DynamicQuantizeMatMul', [a!, integers, scales, zeros, ...(bias === undefined ? [] : [bias])]);
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
