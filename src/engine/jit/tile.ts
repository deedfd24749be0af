/**
 * A tile of a product: where nearly all time goes. After Goto and van de Geijn (Anatomy of High-Performance Matrix Multiplication, 2008), so
 * many rows and two vectors of columns of C stay in registers while k runs; for each k one number of each row of A is multiplied with two
 * vectors of B. A number of C is one sum in the order of k, each product added with one rounding: it depends neither on the tile that it
 * lies in nor on the width of the vectors.
 *
 * A lies in rows, or in columns (transposed) where a row's numbers are one after another. B lies in panels, or as it is.
 *
 * In 8 bits four neighbours of k are multiplied at once: those of A are 128 + 127·a, without a sign, those of B are integers of -64 … 64; the sum is
 * exact, also where it is made in two steps: two products and no more fit into 16 bits (255·64·2 < 2¹⁵). A panel of B begins with what its columns' sums begin with (-128·Σ b) and are multiplied with.
 */
import { R10, R11, RBP, type Assembler, type Memory } from './assembler.js';
import { A, A_2, A_3_ROWS, A_ROW, B, B_2, B_ROW, C, C_ROW, loadRow, of, PANEL_VECTORS, SCRATCH, type Form } from './product.js';
import { begin, beginAtCorrections, scale, type Layout } from './tile-initial.js';
import { vectors, type VectorSet, type Vectors } from './vectors.js';

/** How A and B lie: A's rows or its columns in one piece each, or rows of 8 bits, for processors with VNNI and for those without. */
export type Kind = 'rows' | 'columns' | 'bytes' | 'bytesInPairs';
const isBytes = (kind: Kind): boolean => kind === 'bytes' || kind === 'bytesInPairs';

/** What of a panel's columns is there: all; fewer, so that the second vector is cut; or so few that there is only a first one, which is cut. */
export type Edge = 'whole' | 'second' | 'first';

/** Rows of the largest tile: what the registers hold beside B's two vectors and A's number. */
const ROWS = { avx2: 6, avx512: 14 } as const;
export const tileRows = (set: VectorSet, kind: Kind): number => ROWS[set] - (kind === 'bytesInPairs' ? 1 : 0);
/** Columns of a panel. */
export const panelColumns = (set: VectorSet): number => PANEL_VECTORS * (set === 'avx512' ? 16 : 8);

/** Vectors before a panel of 8 bits: what sums begin with, and what they are multiplied with. */
const HEAD_VECTORS = 2 * PANEL_VECTORS;

const [A_5, A_10, B_AT] = [R10, R11, RBP];
/** So many steps of k are written one after another. */
const UNROLLED = 4;

/** The code of a tile of so many rows, as `product.ts` calls it. */
export function tile(set: VectorSet, kind: Kind, rows: number, edge: Edge, form: Form): (code: Assembler) => void {
  return (code) => {
    const v = vectors(code, set);
    const width = edge === 'first' ? 1 : PANEL_VECTORS;
    const registers = kind === 'bytesInPairs' ? onesOf(v) - 1 : v.registers;
    // two registers by turns where there are so many, so that one is filled while the other is used
    const spare = registers - (rows + 1) * width;
    const layout: Layout = {
      chosen: form.chosen,
      rows,
      width,
      sum: (row, column) => row * width + column,
      ofB: (column) => rows * width + column,
      ofA: (row) => (rows + 1) * width + (spare > 1 ? row % 2 : 0),
      isCut: (column) => edge !== 'whole' && column === width - 1,
    };
    if (isBytes(kind)) beginAtCorrections(v, layout);
    else begin(code, v, layout);
    code.address(B_AT, { base: B, offset: isBytes(kind) ? HEAD_VECTORS * v.size : 0 });
    multiply(code, v, kind, layout, 'k');
    if (form.two) {
      loadRow(code, 'aRow2');
      code.load(A, A_2);
      code.load(B_AT, B_2);
      multiply(code, v, kind, layout, 'k2');
    }
    if (isBytes(kind)) scale(code, v, layout);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < width; column++) {
        const at = { base: C, offset: column * v.size };
        if (layout.isCut(column)) v.storeTail(at, layout.sum(row, column));
        else v.store(at, layout.sum(row, column));
      }
      code.add(C, C_ROW);
    }
    code.return();
  };
}

/** Without VNNI: the register of ones by which pairs are added, and the one before it, for the pairs. */
const onesOf = (v: Vectors): number => v.registers - 1;

/** Adds the product of a number of A, or four, and a vector of B to a sum. */
function addProduct(v: Vectors, kind: Kind, sum: number, ofA: number, ofB: number): void {
  if (kind === 'bytes') v.addDotProducts(sum, ofA, ofB);
  else if (kind === 'bytesInPairs') {
    const ones = onesOf(v);
    v.pairsOfBytes(ones - 1, ofA, ofB);
    v.pairsOfShorts(ones - 1, ones - 1, ones);
    v.addIntegers(sum, sum, ones - 1);
  } else v.multiplyAdd(sum, ofA, ofB);
}

/** The sums over k. */
function multiply(code: Assembler, v: Vectors, kind: Kind, { rows, width, sum, ofB, ofA }: Layout, k: 'k' | 'k2'): void {
  const inRows = kind !== 'columns';
  const bases = inRows ? [A, ...(rows > 5 ? [A_5] : []), ...(rows > 10 ? [A_10] : [])] : [];
  if (inRows) {
    if (rows > 5) code.address(A_5, { base: A_ROW, index: A_ROW, scale: 4 });
    if (rows > 10) code.address(A_10, { base: A, index: A_5, scale: 2 });
    if (rows > 5) code.add(A_5, A);
  } else code.load(A_5, of('aColumn'));
  if (kind === 'bytesInPairs') v.broadcast(onesOf(v), { bits: 0x0001_0001 });
  code.load(SCRATCH, of(k));
  const [four, rest, one, done] = [code.label(), code.label(), code.label(), code.label()] as const;
  const step = (at: number): void => {
    for (let column = 0; column < width; column++) v.load(ofB(column), { base: B_AT, offset: column * v.size });
    code.add(B_AT, B_ROW);
    for (let row = 0; row < rows; row++) {
      v.broadcast(ofA(row), inRows ? rowOfA(row, at) : { base: A, offset: 4 * row });
      for (let column = 0; column < width; column++) addProduct(v, kind, sum(row, column), ofA(row), ofB(column));
    }
    if (!inRows) code.add(A, A_5);
  };
  const moved = (steps: number): void => bases.forEach((base) => code.add(base, { number: 4 * steps }));
  code.bind(four);
  code.subtract(SCRATCH, { number: UNROLLED });
  code.jump(rest, 'less');
  for (let at = 0; at < UNROLLED; at++) step(at);
  moved(UNROLLED);
  code.jump(four);
  code.bind(rest);
  code.add(SCRATCH, { number: UNROLLED });
  code.bind(one);
  code.subtract(SCRATCH, { number: 1 });
  code.jump(done, 'less');
  step(0);
  moved(1);
  code.jump(one);
  code.bind(done);
}

/** Where A has the number of a row, so many steps of k on: three rows and multiples of the distance reach all of them. */
function rowOfA(row: number, at: number): Memory {
  const base = [A, A_5, A_10][Math.floor(row / 5)]!;
  const [index, scale] = ([[], [A_ROW, 1], [A_ROW, 2], [A_3_ROWS, 1], [A_ROW, 4]] as const)[row % 5]!;
  return { base, ...(index === undefined ? {} : { index, scale }), offset: 4 * at };
}
