/** Products of views as commands: B put in panels, and what does not lie as tiles take it copied first. */
import { each, type Copying } from './copying.js';
import type { Kernels } from './kernels.js';
import { AT_ONCE, bytesOf } from './quantizing.js';
import type { Rearranging } from './rearranging.js';
import type { Tape } from './tape.js';
import type { Kind } from './tile.js';
import { tiling, type Chosen, type Packed, type Rows } from './tiling.js';
import { asMatrix, broadcast, contiguous, countOf, isAlong, loops, NUMBER, type View } from './view.js';

/** Rows of bytes, so far apart. */
export interface Rounded {
  address: number;
  row: number;
}

/** What is multiplied. */
export interface Term {
  /** […, k] */
  a: View;
  /** [k, n] */
  b: View | Packed;
}

export function multiplying(kernels: Kernels, tape: Tape, copies: Copying & Rearranging) {
  const { takeNumbers, take, copy, copied, through, matrix, moveRows } = copies;
  const { tileRows, panelColumns } = kernels;
  const oneProduct = tiling(kernels, tape, copies);

  /** B [k, n] in panels; the last one's other columns are anything. */
  function pack(b: View, to?: number): Packed {
    const [k, n] = b.shape as [number, number];
    const panels = Math.ceil(n / panelColumns);
    const address = to ?? takeNumbers(panels * k * panelColumns);
    const whole = Math.floor(n / panelColumns);
    const panelled = (begin: number, count: number, width: number): void => {
      const from = {
        address: b.address + NUMBER * begin * panelColumns * b.strides[1]!,
        shape: [count, k, width],
        strides: [panelColumns * b.strides[1]!, ...b.strides],
      };
      const into = {
        address: address + NUMBER * begin * k * panelColumns,
        shape: [count, k, width],
        strides: [k * panelColumns, panelColumns, 1],
      };
      copy(from, into);
    };
    if (whole > 0) panelled(0, whole, panelColumns);
    if (whole < panels) panelled(whole, 1, n - whole * panelColumns);
    return { address, panelBytes: NUMBER * k * panelColumns };
  }

  /** Numbers of a panelled matrix. */
  const packedSize = (k: number, n: number): number => Math.ceil(n / panelColumns) * k * panelColumns;

  /**
   * c = a · b + initial
   *
   * @param a […, k] @param b [k, n], or packed @param c […, n] @param initial is broadcast to c's shape
   */
  function product(a: View, b: View | Packed, c: View, initial?: View): void {
    if (countOf(c.shape) === 0) return;
    const columns = c.shape.at(-1)!;
    const kind = kindOf(a);
    const begun = initial && broadcast(initial, c.shape);
    // what does not lie as a kernel takes it is copied
    if (!isAlong(c)) {
      through(c, (there) => product(a, b, there, initial));
      return;
    }
    if (begun && !isAlong(begun)) {
      product(a, b, c, copied(begun));
      return;
    }
    if (kind === undefined) {
      product(copied(a), b, c, initial);
      return;
    }
    const operands = [a, c, ...(begun ? [begun] : [])];
    const [rows = { size: 1, strides: [0, 0, 0] }, ...outer] = loops(
      c.shape.slice(0, -1),
      operands.map(({ strides }) => strides.slice(0, -1)),
    );
    if (kind === 'columns' && rows.size > 1 && rows.strides[0] !== 1) {
      product(copied(a), b, c, initial);
      return;
    }
    const right = 'strides' in b ? (rows.size <= tileRows(kind) && outer.length === 0 && b.strides[1] === 1 ? b : pack(b)) : b;
    const [aRow, cRow, initialRow = 0] = rows.strides;
    each(
      outer,
      operands.map(({ address }) => address),
      ([aAt, cAt, initialAt = 0]) =>
        oneProduct({
          kind,
          a: { address: aAt!, row: aRow!, column: a.strides.at(-1)! },
          b: right,
          k: numbersOf(a),
          c: { address: cAt!, row: cRow! },
          initial: { address: initialAt, row: initialRow },
          size: [rows.size, columns],
        }),
    );
  }

  /** c = first + second + initial, or c = first + initial, in one pass over c where all lie as it takes them. @param c […, n] */
  function products([first, second]: readonly [Term, Term?], c: View, initial?: View | Chosen): void {
    if (countOf(c.shape) === 0) return;
    const isChosen = initial !== undefined && 'table' in initial;
    const into = rowsIn(c);
    const begun = initial && !isChosen ? rowsIn(broadcast(initial, c.shape)) : initial;
    const [one, two] = [first, second].map((term) => term && rowsOf(term));
    if (into && one && (two || !second) && (begun || !initial) && (second || isChosen)) {
      const size = [countOf(c.shape.slice(0, -1)), c.shape.at(-1)!] as const;
      oneProduct({ ...one, kind: 'rows', a: { ...one.a, column: 1 }, c: into, initial: begun, second: two, size });
      return;
    }
    product(first.a, first.b, c, isChosen ? together(initial, c.shape) : initial);
    if (second) product(second.a, second.b, c, c);
  }

  /** A term whose A lies in rows and whose B in panels. */
  function rowsOf({ a, b }: Term): { a: Rows; b: Packed; k: number } | undefined {
    const rows = rowsIn(a);
    return rows && !('strides' in b) ? { a: rows, b, k: numbersOf(a) } : undefined;
  }

  /** A view as rows at one distance; undefined where it does not lie so. */
  function rowsIn(view: View): Rows | undefined {
    const found = isAlong(view) ? asMatrix(view) : undefined;
    return found && { address: found.address, row: found.strides[0]! };
  }

  /** Numbers of a sum. */
  const numbersOf = (a: View): number => (a.zero ? 0 : a.shape.at(-1)!);

  /** Chosen rows put together. */
  function together({ table, ids }: Chosen, shape: readonly number[]): View {
    const rows = take([countOf(ids.shape), shape.at(-1)!]);
    moveRows('gather', matrix(table), ids, rows);
    return contiguous(rows.address, shape);
  }

  /** What lies in -1 … 1 rounded to bytes: […, k] → what `bytesProduct` takes, a row for each. */
  function rounded(a: View): Rounded {
    const from = matrix(a);
    const [rows, k] = from.shape as [number, number];
    const row = bytesOf(k);
    const address = takeNumbers((rows * row) / NUMBER);
    const { whole, mask } = kernels.columns(k);
    if (rows > 0) tape.command(kernels.round(), rows, whole, mask, from.address, NUMBER * from.strides[0]!, address, row);
    return { address, row };
  }

  /** The same with weights of 8 bits. */
  function bytesProduct(a: Rounded, b: Packed, c: View, initial?: View | Chosen): void {
    if (countOf(c.shape) === 0) return;
    const into = rowsIn(c);
    if (!into) {
      through(c, (there) => bytesProduct(a, b, there, initial));
      return;
    }
    oneProduct({
      kind: kernels.bytes,
      a: { address: a.address, row: a.row / NUMBER, column: 0 },
      b,
      k: a.row / AT_ONCE,
      c: into,
      initial: initial && 'table' in initial ? initial : initial && rowsIn(matrix(broadcast(initial, c.shape))),
      size: [countOf(c.shape.slice(0, -1)), c.shape.at(-1)!],
    });
  }

  /** How a's rows or columns lie in one piece; undefined: neither does. */
  function kindOf(a: View): Kind | undefined {
    if (isAlong(a)) return 'rows';
    return a.shape.length === 2 && a.strides[0] === 1 ? 'columns' : undefined;
  }

  /** The panels from a column on, which is the first of one. */
  const panelsFrom = ({ address, panelBytes }: Packed, column: number): Packed => ({
    address: address + panelBytes * (column / panelColumns),
    panelBytes,
  });

  return { pack, packedSize, panelsFrom, product, products, rounded, bytesProduct };
}
