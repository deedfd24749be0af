/**
 * Products of matrices, C = A·B + I: what goes over a matrix panel by panel of B's columns, and tile by tile of rows within a panel, whose
 * numbers a tile's code (`tile.ts`) has in registers. So a panel of B stays in the cache while all rows are multiplied with it.
 */
import { R12, R13, R14, R15, R8, R9, RAX, RBX, RCX, RDX, RSI, RSP, type Assembler, type Memory } from './assembler.js';
import { argument, next } from './tape.js';
import { vectors, type VectorSet } from './vectors.js';

/** Vectors that a panel is wide. */
export const PANEL_VECTORS = 2;

/** The arguments of a product, in their order; distances are in bytes. */
const ARGUMENTS = [
  'a',
  /** from row to row of A and from column to column: that within a row, or within a column, is 4 */
  'aRow',
  'aColumn',
  'b',
  /** from row to row of a panel, and from panel to panel */
  'bRow',
  'bPanel',
  'c',
  'cRow',
  /** I: 0 if there is none; a row that serves all has distance 0 */
  'initial',
  'initialRow',
  /** rows of a table that are added, too, chosen by 32-bit integers, one a row of C: where these are, 0 if there is no table; the table and its distance */
  'ids',
  'table',
  'tableRow',
  /** how many numbers a sum has; of 8 bits how many times four */
  'k',
  /** whole panels */
  'panels',
  /** tiles of the most rows, and tiles of one row less: how many, and how far A is moved on after one */
  'tall',
  'low',
  'tallStep',
  'lowStep',
  /** the addresses of their code, for whole panels and for the cut one */
  'tallCode',
  'lowCode',
  'tallEdgeCode',
  'lowEdgeCode',
  /** where the mask of the cut panel lies: 0 if there is none */
  'edgeMask',
] as const;

type Argument = (typeof ARGUMENTS)[number];
export type Product = Readonly<Record<Argument, number>>;

export const productWords = (product: Product): number[] => ARGUMENTS.map((name) => product[name]);
export const of = (name: Argument): Memory => argument(ARGUMENTS.indexOf(name));

/** What registers hold when a tile's code is called; C and I are where the tile begins, and the code moves them on by its rows. */
export const [A, A_ROW, A_3_ROWS] = [RSI, R8, R9] as const;
export const [B, B_ROW] = [RDX, RAX] as const;
export const [C, C_ROW, INITIAL, INITIAL_ROW] = [RBX, R12, R13, R14] as const;
/** A tile's code may lose it. */
export const SCRATCH = RCX;
const TILES = R15;

// on the stack: where the next tile's A is, the byte of the panel's first column, panels that are left, the tile's first integer
const [TILE, COLUMN_AT, PANELS, IDS_AT] = [0, 8, 16, 24] as const;
const slot = (offset: number): Memory => ({ base: RSP, offset });
/** In a tile's code, which has been called: the return address lies before them. */
export const [COLUMN, IDS] = [slot(COLUMN_AT + 8), slot(IDS_AT + 8)] as const;

/** Command: a product, by the code of its tiles. */
export function product(set: VectorSet): (code: Assembler) => void {
  return (code) => {
    const v = vectors(code, set);
    code.load(A_ROW, of('aRow'));
    code.address(A_3_ROWS, { base: A_ROW, index: A_ROW, scale: 2 });
    code.load(B, of('b'));
    code.load(B_ROW, of('bRow'));
    code.load(C_ROW, of('cRow'));
    code.load(INITIAL_ROW, of('initialRow'));
    code.clear(SCRATCH);
    code.store(slot(COLUMN_AT), SCRATCH);
    code.load(SCRATCH, of('panels'));
    code.store(slot(PANELS), SCRATCH);
    const [panel, edge, done] = [code.label(), code.label(), code.label()];
    code.bind(panel);
    code.subtract(slot(PANELS), { number: 1 });
    code.jump(edge, 'less');
    onePanel(code, 'tallCode', 'lowCode');
    code.addFrom(B, of('bPanel'));
    code.add(slot(COLUMN_AT), { number: PANEL_VECTORS * v.size });
    code.jump(panel);
    code.bind(edge);
    code.load(SCRATCH, of('edgeMask'));
    code.isZero(SCRATCH);
    code.jump(done, 'equal');
    v.setTail({ base: SCRATCH }, SCRATCH);
    onePanel(code, 'tallEdgeCode', 'lowEdgeCode');
    code.bind(done);
    next(code, ARGUMENTS.length);
  };
}

/** All tiles of a panel, one below the other. */
function onePanel(code: Assembler, tallCode: Argument, lowCode: Argument): void {
  const without = code.label();
  for (const [name, at] of [
    ['a', TILE],
    ['ids', IDS_AT],
  ] as const) {
    code.load(SCRATCH, of(name));
    code.store(slot(at), SCRATCH);
  }
  code.load(C, of('c'));
  code.addFrom(C, slot(COLUMN_AT));
  code.load(INITIAL, of('initial'));
  code.isZero(INITIAL);
  code.jump(without, 'equal');
  code.addFrom(INITIAL, slot(COLUMN_AT));
  code.bind(without);
  for (const [count, step, tile] of [
    ['tall', 'tallStep', tallCode],
    ['low', 'lowStep', lowCode],
  ] as const) {
    const [each, all] = [code.label(), code.label()];
    code.load(TILES, of(count));
    code.bind(each);
    code.subtract(TILES, { number: 1 });
    code.jump(all, 'less');
    code.load(A, slot(TILE));
    code.callAt(of(tile));
    code.load(SCRATCH, of(step));
    code.add(slot(TILE), SCRATCH);
    code.jump(each);
    code.bind(all);
  }
}
