/** One product of rows as a command: tiles that are as even as can be, and their code. */
import type { Copying } from './copying.js';
import type { Kernels } from './kernels.js';
import { productWords } from './product.js';
import type { Tape } from './tape.js';
import type { Edge, Kind } from './tile.js';
import { NUMBER, type View } from './view.js';

/** A right side of a product, in panels. */
export interface Packed {
  address: number;
  /** from panel to panel */
  panelBytes: number;
}

/** Rows of a table that integers choose, [all, n] and [rows]: a product may begin with them where they lie. */
export interface Chosen {
  table: View;
  ids: View;
}

/** What tiles take for rows of A or C: where it begins, and how far its rows are apart, in numbers. */
export interface Rows {
  address: number;
  row: number;
}

export interface OneProduct {
  kind: Kind;
  a: Rows & { column: number };
  b: View | Packed;
  k: number;
  c: Rows;
  initial?: Rows | Chosen | undefined;
  /** a second product */
  second?: { a: Rows; b: Packed; k: number } | undefined;
  size: readonly [rows: number, columns: number];
}

/** @returns what writes the command */
export function tiling(kernels: Kernels, tape: Tape, { takeNumbers, dense, matrix }: Copying): (product: OneProduct) => void {
  const { tileRows, panelColumns } = kernels;

  /** Where the chosen rows lie, one address after another. */
  function addressesOf({ table, ids }: Chosen, rows: number): number {
    const from = matrix(table);
    const to = takeNumbers(2 * rows);
    tape.command(kernels.chooseRows(), rows, dense(ids).address, from.address, NUMBER * from.strides[0]!, from.shape[0]!, to);
    return to;
  }

  return function oneProduct({ kind, a, b, k, c, initial, second, size: [rows, columns] }: OneProduct): void {
    const chosen = initial !== undefined && 'table' in initial;
    const form = { two: second !== undefined, chosen };
    const tiles = Math.ceil(rows / tileRows(kind));
    const low = Math.floor(rows / tiles);
    const tall = rows - low * tiles;
    const lanes = panelColumns / 2;
    const edge = columns % panelColumns;
    const cut: Edge = edge <= lanes ? 'first' : 'second';
    const code = (count: number, height: number, at: Edge): number => (count > 0 ? kernels.tile(kind, height, at, form) : 0);
    const direct = 'strides' in b;
    const step = NUMBER * (kind === 'columns' ? 1 : a.row);
    const begun = chosen ? { address: addressesOf(initial, rows), row: 0 } : (initial ?? { address: 0, row: 0 });
    tape.command(
      kernels.product(form),
      ...productWords(form, {
        a: a.address,
        aRow: NUMBER * a.row,
        aColumn: NUMBER * a.column,
        b: b.address,
        bRow: NUMBER * (direct ? b.strides[0]! : panelColumns),
        bPanel: direct ? NUMBER * panelColumns : b.panelBytes,
        c: c.address,
        cRow: NUMBER * c.row,
        initial: begun.address,
        initialRow: NUMBER * begun.row,
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
        ...(second && {
          a2: second.a.address,
          aRow2: NUMBER * second.a.row,
          b2: second.b.address,
          bPanel2: second.b.panelBytes,
          k2: second.k,
          tallStep2: NUMBER * (low + 1) * second.a.row,
          lowStep2: NUMBER * low * second.a.row,
        }),
      }),
    );
  };
}
