/**
 * What goes along the rows of a matrix: sums, maxima, and what softmax makes of them; a row is gone through several times while it is in
 * the cache. Sums are of 16 columns side by side, then of halves of these: the same on all processors.
 */
import { R8, R9, RAX, RBX, RCX, RDX, RSI, type Assembler, type Memory } from './assembler.js';
import { FUNCTIONS } from './functions.js';
import { argument, next } from './tape.js';
import { BLOCK_COLUMNS, vectors, type VectorSet, type Vectors } from './vectors.js';

/** What is made of a row: one number, two (`sumExp`), or a row. */
export type RowFunction = 'sum' | 'max' | 'logSumExp' | 'sumExp' | 'softmax' | 'logSoftmax';

/** The arguments: rows, bytes of whole blocks of 16 columns, the rest's mask or 0; where rows and results are, and their distances. */
export const rowWords = (
  rows: number,
  { whole, mask }: { whole: number; mask: number },
  x: readonly [address: number, distance: number],
  y: readonly [address: number, distance: number],
): number[] => [rows, whole, mask, ...x, ...y];

const BLOCK_BYTES = 4 * BLOCK_COLUMNS;
const [X, Y, ROWS, COLUMN, WHOLE, MASK] = [RSI, RBX, R8, RCX, RDX, R9];

/** Command: of each row what the function makes. */
export function rowFunction(set: VectorSet, name: RowFunction): (code: Assembler) => void {
  return (code) => {
    const v = vectors(code, set);
    code.load(ROWS, argument(0));
    code.load(WHOLE, argument(1));
    code.load(MASK, argument(2));
    code.load(X, argument(3));
    code.load(Y, argument(5));
    const [row, done] = [code.label(), code.label()];
    code.bind(row);
    code.subtract(ROWS, { number: 1 });
    code.jump(done, 'less');
    ROW_FUNCTIONS[name](code, v);
    code.addFrom(X, argument(4));
    code.addFrom(Y, argument(6));
    code.jump(row);
    code.bind(done);
    next(code, 7);
  };
}

/** Vectors of a block by number: the accumulators of so many, one a vector. */
const vectorsOf = (v: Vectors): number[] => Array.from({ length: BLOCK_COLUMNS / v.lanes }, (_, i) => i);

// registers of vectors: accumulators 0 and 1, then these
const [LARGEST, SUM, VALUE, RESULT, FIRST_SPARE, SECOND_SPARE, OUTSIDE] = [2, 3, 4, 5, 6, 7, 8];
const SPARE_REGISTERS = [FIRST_SPARE, SECOND_SPARE];
/** the largest of each of `AT_ONCE` blocks, which do not wait for each other */
const LARGEST_OF = [LARGEST, 9, 10, 11];

/** Blocks that are gone through without a look at where the row ends. */
const AT_ONCE = LARGEST_OF.length;

/** A vector of a row: which of its block, of which one of those at once, where it lies in a row that begins at a register, and whether it is cut. */
interface Place {
  vector: number;
  block: number;
  of: (row: number) => Memory;
  cut: boolean;
}

/** Goes along a row. */
function along(code: Assembler, v: Vectors, each: (place: Place) => void): void {
  const [many, one, rest, done] = [code.label(), code.label(), code.label(), code.label()];
  const of =
    (block: number, vector: number): Place['of'] =>
    (row) => ({ base: row, index: COLUMN, offset: block * BLOCK_BYTES + vector * v.size });
  const blocks = (count: number): void => {
    for (let block = 0; block < count; block++)
      for (const vector of vectorsOf(v)) each({ vector, block, of: of(block, vector), cut: false });
    code.add(COLUMN, { number: count * BLOCK_BYTES });
  };
  code.clear(COLUMN);
  code.bind(many);
  code.address(RAX, { base: COLUMN, offset: AT_ONCE * BLOCK_BYTES });
  code.compare(WHOLE, RAX);
  code.jump(one, 'less');
  blocks(AT_ONCE);
  code.jump(many);
  code.bind(one);
  code.compare(COLUMN, WHOLE);
  code.jump(rest, 'atLeast');
  blocks(1);
  code.jump(one);
  code.bind(rest);
  code.isZero(MASK);
  code.jump(done, 'equal');
  for (const vector of vectorsOf(v)) {
    v.setTail({ base: MASK, offset: vector * v.size }, RAX);
    each({ vector, block: 0, of: of(0, vector), cut: true });
  }
  code.bind(done);
}

/** The largest number of the row at each place of LARGEST. */
function largest(code: Assembler, v: Vectors): void {
  v.broadcast(OUTSIDE, { value: -Infinity });
  for (const register of LARGEST_OF) v.broadcast(register, { value: -Infinity });
  along(code, v, ({ block, of, cut }) => {
    if (cut) {
      v.loadTail(VALUE, of(X));
      v.selectTail(VALUE, VALUE, OUTSIDE);
    } else v.load(VALUE, of(X));
    v.max(LARGEST_OF[block]!, LARGEST_OF[block]!, VALUE);
  });
  for (const register of LARGEST_OF.slice(1)) v.max(LARGEST, LARGEST, register);
  v.fold('max', LARGEST, VALUE);
}

/** The sum of what is made of each number, at each place of SUM. @param made writes to VALUE, which holds the number */
function summed(code: Assembler, v: Vectors, made: (of: (row: number) => Memory, cut: boolean) => void): void {
  for (const vector of vectorsOf(v)) v.clear(vector);
  v.clear(OUTSIDE);
  along(code, v, ({ vector, of, cut }) => {
    if (cut) v.loadTail(VALUE, of(X));
    else v.load(VALUE, of(X));
    made(of, cut);
    if (cut) v.selectTail(VALUE, VALUE, OUTSIDE);
    v.add(vector, vector, VALUE);
  });
  for (const vector of vectorsOf(v).slice(1)) v.add(0, 0, vector);
  v.move(SUM, 0);
  v.fold('add', SUM, VALUE);
}

/** exp(x - the largest) of what VALUE holds. */
function exponential(v: Vectors): void {
  v.subtract(VALUE, VALUE, LARGEST);
  FUNCTIONS['exp']!(v, RESULT, VALUE, SPARE_REGISTERS);
  v.move(VALUE, RESULT);
}

/** log Σ exp of the row less its largest, at each place of RESULT. */
function logOfSum(code: Assembler, v: Vectors): void {
  largest(code, v);
  summed(code, v, () => exponential(v));
  FUNCTIONS['log']!(v, RESULT, SUM, SPARE_REGISTERS);
}

const ROW_FUNCTIONS: Readonly<Record<RowFunction, (code: Assembler, v: Vectors) => void>> = {
  sum(code, v) {
    summed(code, v, () => {});
    v.storeFirst({ base: Y }, SUM);
  },
  max(code, v) {
    largest(code, v);
    v.storeFirst({ base: Y }, LARGEST);
  },
  logSumExp(code, v) {
    logOfSum(code, v);
    v.add(RESULT, RESULT, LARGEST);
    v.storeFirst({ base: Y }, RESULT);
  },
  // the largest number and Σ exp of what is less by it, of columns before and these
  sumExp(code, v) {
    const [most, sum] = [{ base: Y }, { base: Y, offset: 4 }];
    largest(code, v);
    v.broadcast(VALUE, most);
    v.max(LARGEST, LARGEST, VALUE);
    summed(code, v, () => exponential(v));
    v.broadcast(VALUE, most);
    exponential(v);
    v.broadcast(RESULT, sum);
    v.multiplyAdd(SUM, VALUE, RESULT);
    v.storeFirst(most, LARGEST);
    v.storeFirst(sum, SUM);
  },
  softmax(code, v) {
    largest(code, v);
    summed(code, v, (of, cut) => {
      exponential(v);
      if (cut) v.storeTail(of(Y), VALUE);
      else v.store(of(Y), VALUE);
    });
    v.broadcast(VALUE, { value: 1 });
    v.divide(SUM, VALUE, SUM);
    along(code, v, ({ of, cut }) => {
      if (cut) v.loadTail(VALUE, of(Y));
      else v.load(VALUE, of(Y));
      v.multiply(VALUE, VALUE, SUM);
      if (cut) v.storeTail(of(Y), VALUE);
      else v.store(of(Y), VALUE);
    });
  },
  logSoftmax(code, v) {
    logOfSum(code, v);
    along(code, v, ({ of, cut }) => {
      if (cut) v.loadTail(VALUE, of(X));
      else v.load(VALUE, of(X));
      v.subtract(VALUE, VALUE, LARGEST);
      v.subtract(VALUE, VALUE, RESULT);
      if (cut) v.storeTail(of(Y), VALUE);
      else v.store(of(Y), VALUE);
    });
  },
};
