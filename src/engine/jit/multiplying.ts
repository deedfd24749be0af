/** Products of views as commands: B put in panels, and tiles of rows that are as even as can be. */
import { each, type Copying } from './copying.js';
import type { Kernels } from './kernels.js';
import { productWords } from './product.js';
import { AT_ONCE, bytesOf } from './quantizing.js';
import type { Tape } from './tape.js';
import type { Edge, Kind } from './tile.js';
import { asMatrix, broadcast, countOf, isAlong, loops, NUMBER, type View } from './view.js';

/** A right side of a product, in panels. */
export interface Packed {
  address: number;
  /** from panel to panel */
  panelBytes: number;
}

/** Rows of bytes, so far apart. */
export interface Rounded {
  address: number;
  row: number;
}

export function multiplying(kernels: Kernels, tape: Tape, { takeNumbers, copy, copied, through, matrix }: Copying) {
  const { tileRows, panelColumns } = kernels;

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
        oneProduct(
          kind,
          { address: aAt!, row: aRow!, column: a.strides.at(-1)! },
          a.zero ? 0 : a.shape.at(-1)!,
          right,
          { address: cAt!, row: cRow! },
          { address: initialAt, row: initialRow },
          [rows.size, columns],
        ),
    );
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
  function bytesProduct(a: Rounded, b: Packed, c: View, initial?: View): void {
    if (countOf(c.shape) === 0) return;
    const into = asMatrix(c);
    if (!into || !isAlong(c)) {
      through(c, (there) => bytesProduct(a, b, there, initial));
      return;
    }
    const begun = initial && matrix(broadcast(initial, c.shape));
    oneProduct(
      kernels.bytes,
      { address: a.address, row: a.row / NUMBER, column: 0 },
      a.row / AT_ONCE,
      b,
      { address: into.address, row: into.strides[0]! },
      { address: begun?.address ?? 0, row: begun?.strides[0] ?? 0 },
      into.shape as [number, number],
    );
  }

  /** How a's rows or columns lie in one piece; undefined: neither does. */
  function kindOf(a: View): Kind | undefined {
    if (isAlong(a)) return 'rows';
    return a.shape.length === 2 && a.strides[0] === 1 ? 'columns' : undefined;
  }

  function oneProduct(
    kind: Kind,
    a: { address: number; row: number; column: number },
    k: number,
    b: View | Packed,
    c: { address: number; row: number },
    initial: { address: number; row: number },
    [rows, columns]: readonly [number, number],
  ): void {
    const tiles = Math.ceil(rows / tileRows(kind));
    const low = Math.floor(rows / tiles);
    const tall = rows - low * tiles;
    const lanes = panelColumns / 2;
    const edge = columns % panelColumns;
    const cut: Edge = edge <= lanes ? 'first' : 'second';
    const code = (count: number, height: number, at: Edge): number => (count > 0 ? kernels.tile(kind, height, at) : 0);
    const direct = 'strides' in b;
    const step = NUMBER * (kind === 'columns' ? 1 : a.row);
    tape.command(
      kernels.product(),
      ...productWords({
        a: a.address,
        aRow: NUMBER * a.row,
        aColumn: NUMBER * a.column,
        b: b.address,
        bRow: NUMBER * (direct ? b.strides[0]! : panelColumns),
        bPanel: direct ? NUMBER * panelColumns : b.panelBytes,
        c: c.address,
        cRow: NUMBER * c.row,
        initial: initial.address,
        initialRow: NUMBER * initial.row,
        k,
        panels: Math.floor(columns / panelColumns),
        tall,
        low: tiles - tall,
        tallStep: (low + 1) * step,
        lowStep: low * step,
        tallCode: code(tall, low + 1, 'whole'),
        lowCode: code(tiles - tall, low, 'whole'),
        tallEdgeCode: edge === 0 ? 0 : code(tall, low + 1, cut),
        lowEdgeCode: edge === 0 ? 0 : code(tiles - tall, low, cut),
        // a vector that is cut may be whole
        edgeMask: edge === 0 ? 0 : kernels.maskOf(edge % lanes === 0 ? lanes : edge % lanes),
      }),
    );
  }

  /** The panels from a column on, which is the first of one. */
  const panelsFrom = ({ address, panelBytes }: Packed, column: number): Packed => ({
    address: address + panelBytes * (column / panelColumns),
    panelBytes,
  });

  return { pack, packedSize, panelsFrom, product, rounded, bytesProduct };
}
