/** `Ops` on TensorFlow.js tensors: every operation is computed at once. */
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Ops } from '../ops.js';

type Tensor = TensorFlow.Tensor;

/** The operations, and what gives the memory of their constants back. */
export function tensorOps(tf: typeof TensorFlow): { ops: Ops<Tensor>; dispose: () => void } {
  // constants are the weights: the same arrays in every run, so they are made into tensors once
  const constants = new Map<Float32Array, Tensor>();
  const constant = (shape: readonly number[], data: Float32Array): Tensor => {
    const known = constants.get(data);
    if (known) return known;
    const made = tf.keep(tf.tensor(data, [...shape]));
    constants.set(data, made);
    return made;
  };
  const ops: Ops<Tensor> = {
    constant,
    zeros: (like, axis, width) => tf.zeros([like.shape[axis]!, width]),
    matmul: (a, b) => {
      const flat = tf.matMul(tf.reshape(a, [-1, a.shape.at(-1)!]), b);
      return tf.reshape(flat, [...a.shape.slice(0, -1), b.shape[1]!]);
    },
    add: (a, b) => tf.add(a, b),
    subtract: (a, b) => tf.sub(a, b),
    multiply: (a, b) => tf.mul(a, b),
    sigmoid: (x) => tf.sigmoid(x),
    tanh: (x) => tf.tanh(x),
    softmax: (x) => tf.softmax(x),
    concat: (parts, axis) => tf.concat([...parts], axis),
    split: (x, parts, axis) => tf.split(x, parts, axis),
    transpose: (x, order) => tf.transpose(x, [...order]),
    scan: ({ initial, inputs, reverse, step }) => {
      const slices = inputs.map((input) => tf.unstack(input));
      const timeSteps = slices[0]!.length;
      const outputs: Tensor[][] = [];
      let state = [...initial];
      for (let i = 0; i < timeSteps; i++) {
        const t = reverse ? timeSteps - 1 - i : i;
        const made = step(
          state,
          slices.map((slice) => slice[t]!),
        );
        state = made.state;
        outputs[t] = made.outputs;
      }
      return outputs[0]!.map((_, k) => tf.stack(outputs.map((at) => at[k]!)));
    },
  };
  return { ops, dispose: () => constants.forEach((tensor) => tensor.dispose()) };
}
