/** Rows chosen by their places: what lets a head compute real time steps alone, and no padding. */
import type { Operation } from './operation.js';

/** x […, width], places [n] → [n, width]; no place stands twice, so the way back only has to put rows in their places */
export const selectRows: Operation = {
  name: 'selectRows',
  shapes: ([x, places]) => [[places![0]!, x!.at(-1)!]],
  gradient: (ops, { inputs: [x, places] }, [g]) => [ops.apply(putRows, [g!, places!, x!]), undefined],
};

/** rows [n, width], places [n] → zeros in the shape of the third value, with the rows in their places */
const putRows: Operation = {
  name: 'putRows',
  shapes: ([, , like]) => [like!],
};
