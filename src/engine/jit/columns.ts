/** What goes down the columns of matrices, one matrix after another: sums in the order of the rows, and maxima. */
import { R10, R11, R8, R9, RAX, RBX, RCX, RDX, RSI, type Assembler, type Label } from './assembler.js';
import { argument, next } from './tape.js';
import { vectors, type VectorSet, type Vectors } from './vectors.js';

/** The arguments: matrices, rows, bytes of whole vectors in a row, the rest's mask or 0; x with its distances from matrix to matrix and row to row; y from row to row. */
export const columnWords = (
  matrices: number,
  rows: number,
  { whole, mask }: { whole: number; mask: number },
  x: readonly [address: number, matrix: number, row: number],
  y: readonly [address: number, row: number],
): number[] => [matrices, rows, whole, mask, ...x, ...y];

const [X, Y, MATRICES, ROWS, COLUMN, WHOLE, AT, X_ROW, LEFT] = [RSI, RBX, R8, RDX, RCX, R9, R10, R11, RAX];

/** Vectors that are gone down side by side. */
const SIDE_BY_SIDE = 4;

/** Command: of each column of each matrix its sum or its largest number. */
export function columnFunction(set: VectorSet, name: 'sum' | 'max'): (code: Assembler) => void {
  return (code) => {
    const v = vectors(code, set);
    const [matrix, several, one, rest, matrixDone, done]: Label[] = Array.from({ length: 6 }, () => code.label());
    const hasMask = code.label();
    code.load(RAX, argument(3));
    code.isZero(RAX);
    code.jump(hasMask, 'equal');
    v.setTail({ base: RAX }, RAX);
    code.bind(hasMask);
    code.load(MATRICES, argument(0));
    code.load(WHOLE, argument(2));
    code.load(X, argument(4));
    code.load(X_ROW, argument(6));
    code.load(Y, argument(7));
    code.bind(matrix!);
    code.subtract(MATRICES, { number: 1 });
    code.jump(done!, 'less');
    code.clear(COLUMN);
    code.bind(several!);
    code.address(LEFT, { base: COLUMN, offset: SIDE_BY_SIDE * v.size });
    code.compare(LEFT, WHOLE);
    code.jump(one!, 'more');
    down(code, v, name, SIDE_BY_SIDE, false);
    code.jump(several!);
    code.bind(one!);
    code.compare(COLUMN, WHOLE);
    code.jump(rest!, 'atLeast');
    down(code, v, name, 1, false);
    code.jump(one!);
    code.bind(rest!);
    code.load(LEFT, argument(3));
    code.isZero(LEFT);
    code.jump(matrixDone!, 'equal');
    down(code, v, name, 1, true);
    code.bind(matrixDone!);
    code.addFrom(X, argument(5));
    code.addFrom(Y, argument(8));
    code.jump(matrix!);
    code.bind(done!);
    next(code, 9);
  };
}

/** So many vectors of columns, from the first row to the last. */
function down(code: Assembler, v: Vectors, name: 'sum' | 'max', width: number, cut: boolean): void {
  const [row, done] = [code.label(), code.label()];
  const VALUE = width;
  for (let i = 0; i < width; i++) v.broadcast(i, { value: name === 'sum' ? 0 : -Infinity });
  code.address(AT, { base: X, index: COLUMN });
  code.load(ROWS, argument(1));
  code.bind(row);
  code.subtract(ROWS, { number: 1 });
  code.jump(done, 'less');
  for (let i = 0; i < width; i++) {
    const at = { base: AT, offset: i * v.size };
    if (cut) v.loadTail(VALUE, at);
    else v.load(VALUE, at);
    v[name === 'sum' ? 'add' : 'max'](i, i, VALUE);
  }
  code.add(AT, X_ROW);
  code.jump(row);
  code.bind(done);
  for (let i = 0; i < width; i++) {
    const at = { base: Y, index: COLUMN, offset: i * v.size };
    if (cut) v.storeTail(at, i);
    else v.store(at, i);
  }
  code.add(COLUMN, { number: width * v.size });
}
