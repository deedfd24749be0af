/** `Ops` on TensorFlow.js tensors: every operation is computed at once. */
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Ops } from '../ops.js';

type Tensor = TensorFlow.Tensor;

/**
 * The operations, and what gives the memory of their constants back.
 *
 * @param learning gradients will be asked for
 */
export function tensorOps(tf: typeof TensorFlow, learning: boolean): { ops: Ops<Tensor>; dispose: () => void } {
  // constants are the weights: the same arrays in every run, so they are made into tensors once
  const constants = new Map<Float32Array, Tensor>();
  const constant = (shape: readonly number[], data: Float32Array): Tensor => {
    const known = constants.get(data);
    if (known) return known;
    const made = tf.keep(tf.tensor(data, [...shape]));
    constants.set(data, made);
    return made;
  };
  const carried = learning ? withoutDenormals(tf) : (state: Tensor) => state;
  const ops: Ops<Tensor> = {
    constant,
    zeros: (like, axis, width) => tf.zeros([like.shape[axis]!, width]),
    matmul: (a, b) => {
      if (b.shape.length > 2) return tf.matMul(a, b);
      const flat = tf.matMul(tf.reshape(a, [-1, a.shape.at(-1)!]), b);
      return tf.reshape(flat, [...a.shape.slice(0, -1), b.shape[1]!]);
    },
    add: (a, b) => tf.add(a, b),
    subtract: (a, b) => tf.sub(a, b),
    multiply: (a, b) => tf.mul(a, b),
    divide: (a, b) => tf.div(a, b),
    atLeast: (a, b) => tf.cast(tf.greaterEqual(a, b), 'float32'),
    exp: (x) => tf.exp(x),
    log: (x) => tf.log(x),
    sigmoid: (x) => tf.sigmoid(x),
    tanh: (x) => tf.tanh(x),
    abs: (x) => tf.abs(x),
    softmax: (x) => tf.softmax(x),
    // its own operation keeps memory for ever in the WASM backend
    logSoftmax: (x) => tf.sub(x, tf.logSumExp(x, -1, true)),
    crossEntropy: (logits, ids) => {
      // the WASM backend has no gradient of gather
      const chosen = tf.cast(tf.oneHot(tf.cast(ids, 'int32'), logits.shape.at(-1)!), 'float32');
      return tf.sub(tf.logSumExp(logits, -1), tf.sum(tf.mul(logits, chosen), -1));
    },
    logSumExp: (x, axis) => tf.logSumExp(x, axis),
    sum: (x, axes, keep = false) => tf.sum(x, [...axes], keep),
    max: (x, axis) => tf.max(x, axis),
    concat: (parts, axis) => tf.concat([...parts], axis),
    split: (x, parts, axis) => tf.split(x, typeof parts === 'number' ? parts : [...parts], axis),
    transpose: (x, order) => tf.transpose(x, [...order]),
    unsqueeze: (x, axis) => tf.expandDims(x, axis),
    squeeze: (x, axis) => tf.squeeze(x, [axis]),
    reverseSequence: (x, lengths) => reversed(tf, x, lengths),
    gather: (table, ids) => tf.gather(table, ids),
    pick: (x, places) => picked(tf, x, places),
    logProbabilityAt: (x, places) => {
      const logSumExp = tf.logSumExp(x, -1);
      return { logProbability: tf.sub(picked(tf, x, places), logSumExp), logSumExp };
    },
    mostProbable: (logits, count) => {
      const { values, indices } = tf.topk(logits, count);
      return { logProbabilities: tf.sub(values, tf.logSumExp(logits, -1, true)), places: tf.cast(indices, 'float32') };
    },
    selectRows: (x, places) => selected(tf, x, places),
    scan: ({ initial, inputs, step }) => {
      const slices = inputs.map((input) => tf.unstack(input));
      const outputs: Tensor[][] = [];
      let state = [...initial];
      for (let t = 0; t < slices[0]!.length; t++) {
        const made = step(
          state.map((value) => carried(value)),
          slices.map((slice) => slice[t]!),
        );
        state = made.state;
        outputs.push(made.outputs);
      }
      return outputs[0]!.map((_, k) => tf.stack(outputs.map((at) => at[k]!)));
    },
  };
  return { ops, dispose: () => constants.forEach((tensor) => tensor.dispose()) };
}

/** The WASM backend has no gradient of `gather`, so it is the product with a one-hot. */
function picked(tf: typeof TensorFlow, x: Tensor, places: Tensor): Tensor {
  const chosen = tf.oneHot(tf.cast(places, 'int32'), x.shape.at(-1)!);
  return tf.sum(tf.mul(x, tf.cast(chosen, 'float32')), -1);
}

/** The rows of each sentence in reverse up to its length; its gradient is the same again, since the WASM backend has none for `gather`. */
function reversed(tf: typeof TensorFlow, x: Tensor, lengths: Tensor): Tensor {
  const [timeSteps, batch] = x.shape as [number, number];
  const real = lengths.dataSync();
  const rows = Int32Array.from({ length: timeSteps * batch }, (_, i) => {
    const [t, row] = [Math.floor(i / batch), i % batch];
    return (t < real[row]! ? real[row]! - 1 - t : t) * batch + row;
  });
  const reverse = (value: Tensor): Tensor =>
    tf.reshape(tf.gather(tf.reshape(value, [timeSteps * batch, -1]), tf.tensor1d(rows, 'int32')), value.shape);
  return tf.customGrad((value) => ({ value: reverse(value as Tensor), gradFunc: (dy: Tensor) => reverse(dy) }))(x);
}

/** Rows by their places; the way back is a gather too, of the gradient's rows or of a row of zeros. */
function selected(tf: typeof TensorFlow, x: Tensor, places: Tensor): Tensor {
  const width = x.shape.at(-1)!;
  const flat = (value: Tensor): Tensor => tf.reshape(value, [-1, width]);
  const from = Int32Array.from(places.dataSync());
  const back = new Int32Array(x.size / width).fill(from.length);
  from.forEach((place, row) => (back[place] = row));
  return tf.customGrad((value) => ({
    value: tf.gather(flat(value as Tensor), tf.tensor1d(from, 'int32')),
    gradFunc: (dy: Tensor) => tf.reshape(tf.gather(tf.concat([dy, tf.zeros([1, width])]), tf.tensor1d(back, 'int32')), x.shape),
  }))(x);
}

/**
 * The state itself, but with a gradient in which numbers below 1e-25 are zero: WebAssembly cannot flush denormal numbers, and a
 * vanishing gradient becomes them, which takes ten times as long.
 */
function withoutDenormals(tf: typeof TensorFlow): (state: Tensor) => Tensor {
  const tiny = 1e-18;
  return tf.customGrad<Tensor>((state) => ({
    value: tf.clone(state as Tensor),
    gradFunc: (dy: Tensor) => tf.sub(tf.add(dy, tiny), tiny),
  }));
}
