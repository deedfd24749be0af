/** Rows chosen by their places: what lets a head compute real time steps alone, and no padding. */
import type { Expression } from '../expression.js';
import type { Operation, OnnxWriter } from './operation.js';

/** x […, width], places [n] → [n, width]; no place stands twice, so the way back only has to put rows in their places */
export const selectRows: Operation = {
  name: 'selectRows',
  shapes: ([x, places]) => [[places![0]!, x!.at(-1)!]],
  gradient: (ops, { inputs: [x, places] }, [g]) => [ops.apply(putRows, [g!, places!, x!]), undefined],
  onnx: (write, [x, places], { inputs }) => write.node('Gather', [matrix(write, x!, inputs[0]!), places!]),
};

/** rows [n, width], places [n] → zeros in the shape of the third value, with the rows in their places */
const putRows: Operation = {
  name: 'putRows',
  shapes: ([, , like]) => [like!],
  onnx: (write, [rows, places, like], { inputs }) => {
    const [shape] = write.node('Shape', [like!]);
    const zeros = matrix(write, write.node('ConstantOfShape', [shape!], {})[0]!, inputs[2]!);
    const indices = write.node('Unsqueeze', [write.node('Cast', [places!], { to: 7 })[0]!, write.integers(1)])[0]!;
    return write.node('Reshape', [write.node('ScatterND', [zeros, indices, rows!])[0]!, shape!]);
  },
};

const matrix = (write: OnnxWriter, x: string, { shape }: Expression): string => write.node('Flatten', [x], { axis: shape.length - 1 })[0]!;
