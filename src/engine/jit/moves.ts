/** Kernels that move numbers about: one by one, by rows that numbers choose, and backwards through time. */
import { R10, R11, R12, R13, R14, R8, R9, RAX, RBP, RBX, RCX, RDI, RDX, RSI, type Assembler, type Memory } from './assembler.js';
import { acrossRow, loadChoice, setMask, times } from './counting.js';
import { argument, next } from './tape.js';
import { vectors, type VectorSet, type Vectors } from './vectors.js';

/** Command: groups, rows, columns; from where, from group to group, from row to row, from column to column; the same of where to. Numbers one by one, however they lie. */
export function copyNumbers(code: Assembler): void {
  const [groups, rows, columns, from, to, fromColumn, toColumn, fromRow, toRow] = [R8, R9, R10, RSI, RBX, R11, R12, R13, R14];
  const [fromGroup, toGroup] = [RBP, RDX];
  code.load(groups, argument(0));
  code.load(fromGroup, argument(3));
  code.load(toGroup, argument(7));
  code.load(fromColumn, argument(6));
  code.load(toColumn, argument(10));
  times(code, groups, () => {
    code.move(fromRow, fromGroup);
    code.move(toRow, toGroup);
    code.load(rows, argument(1));
    times(code, rows, () => {
      code.move(from, fromRow);
      code.move(to, toRow);
      code.load(columns, argument(2));
      times(code, columns, () => {
        code.loadShort(RAX, { base: from });
        code.storeShort({ base: to }, RAX);
        code.add(from, fromColumn);
        code.add(to, toColumn);
      });
      code.addFrom(fromRow, argument(5));
      code.addFrom(toRow, argument(9));
    });
    code.addFrom(fromGroup, argument(4));
    code.addFrom(toGroup, argument(8));
  });
  next(code, 11);
}

/**
 * Command: how many pieces, and where their numbers lie; what is put together; how many sources, and each one's address. A piece has four
 * numbers of 32 bits: which source, where it begins there and here, and how long it is; or, where there is one source, the last three of them.
 */
export const copyPieces =
  (each: 3 | 4) =>
  (code: Assembler): void => {
    const [piece, count, to, tape, number] = [R8, R9, R10, R12, RAX];
    const argumentAt = (index: number): Memory => ({ ...argument(index), base: tape });
    const part = (index: number): Memory => ({ base: piece, offset: 4 * (each - 3 + index) });
    code.move(tape, RDI);
    code.load(count, argument(0));
    code.load(piece, argument(1));
    code.load(to, argument(2));
    times(code, count, () => {
      if (each === 4) code.loadShort(number, { base: piece });
      code.load(RSI, each === 4 ? { ...argumentAt(4), index: number, scale: 8 } : argumentAt(4));
      code.loadShort(number, part(0));
      code.address(RSI, { base: RSI, index: number, scale: 4 });
      code.loadShort(number, part(1));
      code.address(RDI, { base: to, index: number, scale: 4 });
      code.loadShort(RCX, part(2));
      code.shiftLeft(RCX, 2);
      code.copyBytes();
      code.add(piece, { number: 4 * each });
    });
    code.load(number, argumentAt(3));
    code.address(RDI, { ...argumentAt(4), index: number, scale: 8 });
    code.jumpTo({ base: RDI });
  };

/** The argument that says where the mask of a row's rest lies, of the commands that copy rows. */
const MASK = 4;

/** A row of so many bytes of whole vectors, and what is left of it. @param ahead what will be read next: it is fetched into the cache meanwhile */
function copyRow(code: Assembler, v: Vectors, from: number, to: number, column: number, whole: number, ahead?: number): void {
  acrossRow(code, v, column, whole, MASK, (cut) => {
    if (cut) {
      v.loadTail(0, { base: from, index: column });
      v.storeTail({ base: to, index: column }, 0);
      return;
    }
    if (ahead !== undefined) code.prefetch({ base: ahead, index: column });
    v.load(0, { base: from, index: column });
    v.store({ base: to, index: column }, 0);
  });
}

/**
 * Command: how many rows; where the integers are and how far they are apart; bytes of whole vectors in a row, the rest's mask or 0; where the
 * rows are that are chosen, their distance, how many there are; where the others, and theirs. `gather` copies the chosen row to the other, `put` the other way round.
 */
export function moveRows(set: VectorSet, way: 'gather' | 'put'): (code: Assembler) => void {
  return (code) => {
    const v = vectors(code, set);
    const [count, integers, whole, chosen, other, table, row, ahead] = [R8, R9, R10, RSI, RBX, R12, R13, R14];
    code.load(count, argument(0));
    code.load(integers, argument(1));
    code.load(whole, argument(3));
    setMask(code, v, MASK);
    code.load(table, argument(5));
    code.load(row, argument(6));
    code.load(other, argument(8));
    const rowOf = (number: number): void => {
      code.multiply(number, row);
      code.add(number, table);
    };
    times(code, count, () => {
      loadChoice(code, chosen, { base: integers }, 7);
      rowOf(chosen);
      code.addFrom(integers, argument(2));
      if (way === 'gather') {
        // rows of a large table are far away: the next one is on its way while this one is copied
        code.loadShort(ahead, { base: integers });
        rowOf(ahead);
        copyRow(code, v, chosen, other, RCX, whole, ahead);
      } else copyRow(code, v, other, chosen, RCX, whole);
      code.addFrom(other, argument(9));
    });
    next(code, 10);
  };
}

/**
 * Command: how many rows; where the integers are that choose them; where the table is, the distance of its rows, how many there are; where the
 * addresses of the chosen ones go. What is read of each first is on its way to the cache then.
 */
export function chooseRows(code: Assembler): void {
  const [count, integers, chosen, to, table, row] = [R8, R9, RSI, RBX, R12, R13];
  code.load(count, argument(0));
  code.load(integers, argument(1));
  code.load(table, argument(2));
  code.load(row, argument(3));
  code.load(to, argument(5));
  times(code, count, () => {
    loadChoice(code, chosen, { base: integers }, 4);
    code.multiply(chosen, row);
    code.add(chosen, table);
    code.store({ base: to }, chosen);
    for (const offset of [0, CACHE_LINE]) code.prefetch({ base: chosen, offset });
    code.add(integers, { number: 4 });
    code.add(to, { number: 8 });
  });
  next(code, 6);
}

const CACHE_LINE = 64;

/**
 * Command: time steps and sentences; where the lengths are; bytes of whole vectors in a row, the rest's mask or 0; where x is, its distances
 * from time step to time step and from sentence to sentence; the same of y. The first time steps of each sentence in reverse, the others as they are.
 */
export function reverse(set: VectorSet): (code: Assembler) => void {
  return (code) => {
    const v = vectors(code, set);
    const [sentences, lengths, whole, from, to, x, y, length, time] = [R8, R9, R10, RSI, RBX, R12, R13, R14, RBP];
    code.load(sentences, argument(1));
    code.load(lengths, argument(2));
    code.load(whole, argument(3));
    setMask(code, v, MASK);
    code.load(x, argument(5));
    code.load(y, argument(8));
    times(code, sentences, () => {
      loadChoice(code, length, { base: lengths }, 0, true);
      code.add(lengths, { number: 4 });
      // from the last time step back: y[t] = x[t], or x[length - 1 - t] where t < length
      code.load(time, argument(0));
      times(code, time, () => {
        const padding = code.label();
        code.move(RAX, time);
        code.compare(time, length);
        code.jump(padding, 'atLeast');
        code.move(RAX, length);
        code.subtract(RAX, { number: 1 });
        code.subtract(RAX, time);
        code.bind(padding);
        code.load(from, argument(6));
        code.multiply(from, RAX);
        code.add(from, x);
        code.load(to, argument(9));
        code.multiply(to, time);
        code.add(to, y);
        copyRow(code, v, from, to, RCX, whole);
      });
      code.addFrom(x, argument(7));
      code.addFrom(y, argument(10));
    });
    next(code, 11);
  };
}
