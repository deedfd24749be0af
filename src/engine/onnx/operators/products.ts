/** Products of matrices; those with weights of 8 bits are ONNX Runtime's own operator. */
import type { QuantizedProduct } from '../../graph/operations/products.js';
import type { QuantizedWeights } from '../../ops.js';
import { named, type OnnxWriter, type Operators } from './operator.js';

/** A number x in -1 … 1 is ZERO + 127·x in eight bits without a sign, as ONNX Runtime's products are fastest. */
const [STEP, ZERO] = [1 / 127, 128];

export const products = {
  matmul: named('MatMul'),
  gemm: (write, inputs, { attributes: { left, right } }) => write.node('Gemm', inputs, { transA: left ? 1 : 0, transB: right ? 1 : 0 }),
  quantizedProduct: (write, [a, bias], { operation }) => {
    const { integers, scales, zeros } = roundedOperands(write, (operation as QuantizedProduct).weights);
    const [step, zero] = [write.constant([], Float32Array.of(STEP)), write.constant([], Uint8Array.of(ZERO))];
    const [rounded] = write.node('QuantizeLinear', [a!, step, zero]);
    const operands = [rounded!, integers, step, scales, zero, zeros];
    return write.node('com.microsoft.MatMulIntegerToFloat', [...operands, ...(bias === undefined ? [] : [bias])]);
  },
} satisfies Operators;

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
