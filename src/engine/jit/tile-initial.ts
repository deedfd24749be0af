/** What the sums of a tile begin with, and what those of 8 bits end with. */
import type { Assembler, Memory } from './assembler.js';
import { B, INITIAL, INITIAL_ROW, PANEL_VECTORS, SCRATCH } from './product.js';
import type { Vectors } from './vectors.js';

/** Which registers hold what. */
export interface Layout {
  chosen: boolean;
  rows: number;
  /** vectors */
  width: number;
  sum: (row: number, column: number) => number;
  ofB: (column: number) => number;
  ofA: (row: number) => number;
  isCut: (column: number) => boolean;
}

/** The sums as they begin: I, or zeros. */
export function begin(code: Assembler, v: Vectors, layout: Layout): void {
  const { rows, width, sum, isCut } = layout;
  eachInitial(
    code,
    v,
    layout,
    (row, column, at) => {
      if (isCut(column)) v.loadTail(sum(row, column), at);
      else v.load(sum(row, column), at);
    },
    () => {
      for (let i = 0; i < rows * width; i++) v.clear(i);
    },
  );
}

/**
 * Goes through the vectors of I, if there is one. Of rows that were chosen, which lie far apart, those of the next panel are on their way to the
 * cache meanwhile.
 */
function eachInitial(
  code: Assembler,
  v: Vectors,
  { chosen, rows, width }: Layout,
  work: (row: number, column: number, at: Memory) => void,
  without: () => void = () => {},
): void {
  const columns = Array.from({ length: width }, (_, column) => column * v.size);
  if (chosen) {
    for (let row = 0; row < rows; row++) {
      const at = (offset: number): Memory => ({ base: SCRATCH, index: INITIAL_ROW, offset });
      code.load(SCRATCH, { base: INITIAL, offset: 8 * row });
      columns.forEach((offset, column) => work(row, column, at(offset)));
      for (const offset of columns) code.prefetch(at(PANEL_VECTORS * v.size + offset));
    }
    code.add(INITIAL, { number: 8 * rows });
    return;
  }
  const [none, done] = [code.label(), code.label()];
  code.isZero(INITIAL);
  code.jump(none, 'equal');
  for (let row = 0; row < rows; row++) {
    columns.forEach((offset, column) => work(row, column, { base: INITIAL, offset }));
    code.add(INITIAL, INITIAL_ROW);
  }
  code.jump(done);
  code.bind(none);
  without();
  code.bind(done);
}

/** Of 8 bits: what a panel of B begins with. */
export function beginAtCorrections(v: Vectors, { rows, width, sum, ofB }: Layout): void {
  for (let column = 0; column < width; column++) {
    v.load(ofB(column), { base: B, offset: column * v.size });
    for (let row = 0; row < rows; row++) v.move(sum(row, column), ofB(column));
  }
}

/** Sums of 8 bits as floats, and I added. */
export function scale(code: Assembler, v: Vectors, layout: Layout): void {
  const { rows, width, sum, ofB, isCut } = layout;
  for (let column = 0; column < width; column++) {
    v.load(ofB(column), { base: B, offset: (PANEL_VECTORS + column) * v.size });
    for (let row = 0; row < rows; row++) {
      v.fromIntegers(sum(row, column), sum(row, column));
      v.multiply(sum(row, column), sum(row, column), ofB(column));
    }
  }
  eachInitial(code, v, layout, (row, column, at) => {
    if (isCut(column)) {
      v.loadTail(ofB(0), at);
      v.add(sum(row, column), sum(row, column), ofB(0));
    } else v.add(sum(row, column), sum(row, column), at);
  });
}
