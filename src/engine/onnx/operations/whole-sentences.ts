/** Operations of a graph that reads ids and lengths itself, which a program of ours is handed ready. */
import type { Operation } from './operation.js';

/** ONNX's numbers for types of elements. */
export const TO = { float: 1, int: 6 } as const;

export const cast: Operation = {
  name: 'cast',
  shapes: ([shape]) => [shape!],
  onnx: (write, inputs, { attributes }) => write.node('Cast', inputs, { to: attributes['to'] as number }),
};

/** [timeSteps, …] → 0, 1, 2, … as floats, [timeSteps, 1, 1] */
export const positions: Operation = {
  name: 'positions',
  shapes: ([like]) => [[like![0]!, 1, 1]],
  onnx: (write, [like]) => {
    const scalar = (value: bigint): string => write.constant([], BigInt64Array.of(value));
    const size = write.node('Squeeze', write.node('Shape', [like!], { start: 0, end: 1 }));
    const range = write.node('Range', [scalar(0n), size[0]!, scalar(1n)]);
    return write.node('Reshape', [write.node('Cast', range, { to: TO.float })[0]!, write.integers(-1, 1, 1)]);
  },
};
