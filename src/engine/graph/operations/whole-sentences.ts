/** Operations of a graph that reads ids and lengths itself, which a program of ours is handed ready. */
import type { Operation } from './operation.js';

/** ONNX's numbers for types of elements. */
export const TO = { float: 1, int: 6 } as const;

export const cast: Operation = {
  name: 'cast',
  shapes: ([shape]) => [shape!],
};

/** [timeSteps, …] → 0, 1, 2, … as floats, [timeSteps, 1, 1] */
export const positions: Operation = {
  name: 'positions',
  shapes: ([like]) => [[like![0]!, 1, 1]],
};
