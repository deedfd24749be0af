/** Kernels that choose numbers of rows: by their places, or the largest. */
import { R10, R11, R12, R8, R9, RAX, RBP, RBX, RCX, RDX, RSI, RSP, type Assembler, type Memory } from './assembler.js';
import { acrossRow, loadChoice, setMask, times } from './counting.js';
import { argument, next } from './tape.js';
import { vectors, type VectorSet } from './vectors.js';

/** Command: how many rows; where the integers are and how far they are apart; where x is, its distance, how many numbers a row has; where the results are and how far apart. Of each row the number at its place. */
export function pick(code: Assembler): void {
  atPlaces(code, (place, y) => {
    code.loadShort(RAX, place);
    code.storeShort(y, RAX);
  });
}

/** Command: as `pick`, but the numbers are added to x at the places. */
export function addAt(set: VectorSet): (code: Assembler) => void {
  return (code) => {
    const v = vectors(code, set);
    atPlaces(code, (place, number) => {
      v.broadcast(0, place);
      v.broadcast(1, number);
      v.add(0, 0, 1);
      v.storeFirst(place, 0);
    });
  };
}

/** Does the work for the number at each row's place, and the row's own number. */
function atPlaces(code: Assembler, work: (place: Memory, own: Memory) => void): void {
  const [count, integers, x, numbers] = [R8, R9, RSI, RBX];
  code.load(count, argument(0));
  code.load(integers, argument(1));
  code.load(x, argument(3));
  code.load(numbers, argument(6));
  times(code, count, () => {
    loadChoice(code, RAX, { base: integers }, 5);
    work({ base: x, index: RAX, scale: 4 }, { base: numbers });
    code.addFrom(integers, argument(2));
    code.addFrom(x, argument(4));
    code.addFrom(numbers, argument(7));
  });
  next(code, 8);
}

/** The largest numbers of rows: what registers hold. */
const [FOUND, NUMBER, OTHER, OUTSIDE] = [0, 1, 2, 3];
const PLACE = { base: RSP, offset: 0 };

/**
 * Command: rows; bytes of whole vectors in a row, the rest's mask or 0; where x is and its distance; how many are wanted, 4 bytes each;
 * where those stand that were found in columns before and their distance; where their places stand, as floats, and theirs; the place of the
 * first column. What is larger is put among them: the largest first, and of equals the first.
 */
export function largest(set: VectorSet): (code: Assembler) => void {
  return (code) => {
    const v = vectors(code, set);
    const [rows, whole, x, wanted, values, places, column, found, at, each] = [R8, R9, RSI, R10, RBX, RBP, RCX, RDX, R11, R12];
    code.load(rows, argument(0));
    code.load(whole, argument(1));
    setMask(code, v, 2);
    code.load(x, argument(3));
    code.load(wanted, argument(5));
    code.load(values, argument(6));
    code.load(places, argument(8));
    v.broadcast(OUTSIDE, { value: -Infinity });

    /** a number is put before all that are smaller */
    const insert = (): void => {
      const [shift, here] = [code.label(), code.label()];
      code.move(at, wanted);
      code.bind(shift);
      code.subtract(at, { number: 4 });
      code.jump(here, 'equal');
      v.broadcast(OTHER, { base: values, index: at, offset: -4 });
      v.more(RAX, NUMBER, OTHER);
      code.isZero(RAX);
      code.jump(here, 'equal');
      v.storeFirst({ base: values, index: at }, OTHER);
      code.loadShort(RAX, { base: places, index: at, offset: -4 });
      code.storeShort({ base: places, index: at }, RAX);
      code.jump(shift);
      code.bind(here);
      v.storeFirst({ base: values, index: at }, NUMBER);
      code.address(RAX, { base: column, index: each, scale: 4 });
      code.shiftRight(RAX, 2);
      code.addFrom(RAX, argument(10));
      code.storeShort(PLACE, RAX);
      v.broadcast(NUMBER, PLACE);
      v.fromIntegers(NUMBER, NUMBER);
      v.storeFirst({ base: places, index: at }, NUMBER);
      v.broadcast(FOUND, { base: values, index: wanted, offset: -4 });
    };

    /** looks through a vector for numbers that are larger than the smallest that was found */
    const look = (cut: boolean): void => {
      const [again, none] = [code.label(), code.label()];
      if (cut) {
        v.loadTail(NUMBER, { base: x, index: column });
        v.selectTail(NUMBER, NUMBER, OUTSIDE);
      } else v.load(NUMBER, { base: x, index: column });
      v.more(found, NUMBER, FOUND);
      code.bind(again);
      code.isZero(found);
      code.jump(none, 'equal');
      code.lowestBit(each, found);
      code.address(RAX, { base: found, offset: -1 });
      code.and(found, RAX);
      code.address(RAX, { base: column, index: each, scale: 4 });
      v.broadcast(NUMBER, { base: x, index: RAX });
      v.more(RAX, NUMBER, FOUND);
      code.isZero(RAX);
      code.jump(again, 'equal');
      insert();
      code.jump(again);
      code.bind(none);
    };

    times(code, rows, () => {
      v.broadcast(FOUND, { base: values, index: wanted, offset: -4 });
      acrossRow(code, v, column, whole, 2, look);
      code.addFrom(x, argument(4));
      code.addFrom(values, argument(7));
      code.addFrom(places, argument(9));
    });
    next(code, 11);
  };
}
