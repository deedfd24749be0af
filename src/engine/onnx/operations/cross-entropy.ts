/**
 * Cross-entropy against ids: what a softmax over a vocabulary learns by. It is an operation of its own because its gradient,
 * softmax - 1 at the id, is then one pass over the logits and not the five that the rules of its parts would make.
 */
import { type Operation, type OnnxWriter } from './operation.js';

/** logits […, n], ids […] → -log softmax(logits)[id], and for the way back log softmax(logits) */
export const crossEntropy: Operation = {
  name: 'crossEntropy',
  shapes: ([logits]) => [logits!.slice(0, -1), logits!],
  lift: (attributes, sliced) => (sliced.every(Boolean) ? attributes : undefined),
  gradient: (ops, { inputs: [, ids], outputs: [, logProbabilities] }, [g]) => [
    ops.apply(addAt, [
      ops.multiply(ops.exp(logProbabilities!), ops.unsqueeze(g!, g!.shape.length)),
      ids!,
      ops.multiply(g!, ops.number(-1)),
    ]),
    undefined,
  ],
  onnx: (write, [logits, ids], { inputs }) => {
    const axis = inputs[1]!.shape.length;
    const [logProbabilities] = write.node('LogSoftmax', [logits!], { axis });
    const [chosen] = write.node('GatherElements', [logProbabilities!, column(write, ids!, axis)], { axis });
    const [loss] = write.node('Neg', write.node('Squeeze', [chosen!, write.integers(axis)]));
    return [loss!, logProbabilities!];
  },
};

/** x […, n], ids […], numbers […] → x with the number added at x[…, id] */
const addAt: Operation = {
  name: 'addAt',
  shapes: ([x]) => [x!],
  onnx: (write, [x, ids, numbers], { inputs }) => {
    const axis = inputs[1]!.shape.length;
    return write.node('ScatterElements', [x!, column(write, ids!, axis), column(write, numbers!, axis)], { axis, reduction: 'add' });
  },
};

const column = (write: OnnxWriter, x: string, axis: number): string => write.node('Unsqueeze', [x, write.integers(axis)])[0]!;
