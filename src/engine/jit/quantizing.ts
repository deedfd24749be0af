/** What products of 8 bits are made from: rows rounded to bytes as they come, and weights packed once. */
import { R8, RAX, RBX, RCX, RDX, RSI, type Assembler } from './assembler.js';
import type { QuantizedWeights } from '../ops.js';
import { acrossRow, setMask, times } from './counting.js';
import { argument, next } from './tape.js';
import { NUMBER } from './view.js';
import { vectors, type VectorSet } from './vectors.js';

/** What is multiplied lies in -1 … 1; it becomes ZERO + MOST·a. */
const [ZERO, MOST] = [128, 127];
/** Bytes of a row of rounded numbers: a multiple of a vector's numbers. */
export const bytesOf = (k: number): number => Math.ceil(k / 16) * 16;
/** So many neighbours of k are multiplied at once. */
export const AT_ONCE = 4;

/** Command: rows; bytes of whole vectors in a row, the rest's mask or 0; where they are and their distance; where the bytes go, and theirs. */
export function round(set: VectorSet): (code: Assembler) => void {
  return (code) => {
    const v = vectors(code, set);
    const [rows, whole, from, to, column] = [R8, RDX, RSI, RBX, RCX];
    code.load(rows, argument(0));
    code.load(whole, argument(1));
    code.load(from, argument(3));
    code.load(to, argument(5));
    setMask(code, v, 2);
    v.broadcast(1, { value: MOST });
    v.broadcast(2, { value: ZERO });
    const vector = (cut: boolean): void => {
      if (cut) v.loadTail(0, { base: from, index: column });
      else v.load(0, { base: from, index: column });
      v.multiplyByAdd(0, 1, 2);
      v.toIntegers(0, 0);
      // a byte for each number
      code.address(RAX, { base: column });
      code.shiftRight(RAX, 2);
      v.storeBytes({ base: to, index: RAX }, 0, 3);
    };
    times(code, rows, () => {
      acrossRow(code, v, column, whole, 2, vector);
      code.addFrom(from, argument(4));
      code.addFrom(to, argument(6));
    });
    next(code, 7);
  };
}

/** Weights [inputs, outputs] in panels of so many columns, each behind its head (`tile.ts`). */
export function panelsOfBytes({ shape, integers, scales }: QuantizedWeights, columns: number): { bytes: Uint8Array; panelBytes: number } {
  const [inputs, outputs] = shape as [number, number];
  const fours = bytesOf(inputs) / AT_ONCE;
  // two numbers a column: integers, and floats
  const head = 2 * NUMBER * columns;
  const panelBytes = head + fours * AT_ONCE * columns;
  const panels = Math.ceil(outputs / columns);
  const packed = new Uint8Array(panels * panelBytes);
  for (let panel = 0; panel < panels; panel++) {
    const begin = panel * panelBytes;
    const count = Math.min(columns, outputs - panel * columns);
    const corrections = new Int32Array(packed.buffer, begin, columns);
    const factors = new Float32Array(packed.buffer, begin + NUMBER * columns, columns);
    const weights = new Int8Array(packed.buffer, begin + head);
    for (let column = 0; column < count; column++) {
      let sum = 0;
      for (let input = 0, at = panel * columns + column; input < inputs; input++, at += outputs) {
        const weight = integers[at]!;
        sum += weight;
        weights[((input >> 2) * columns + column) * AT_ONCE + (input & 3)] = weight;
      }
      corrections[column] = -ZERO * sum;
      factors[column] = scales[panel * columns + column]! / MOST;
    }
  }
  return { bytes: packed, panelBytes };
}
