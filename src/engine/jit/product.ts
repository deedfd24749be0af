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

/** On the stack: where the next tile's A is, the byte of the panel's first column, panels that are left. */
const [TILE, COLUMN, PANELS] = [0, 8, 16].map((offset): Memory => ({ base: RSP, offset })) as [Memory, Memory, Memory];

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
    code.store(COLUMN, SCRATCH);
    code.load(SCRATCH, of('panels'));
    code.store(PANELS, SCRATCH);
    const [panel, edge, done] = [code.label(), code.label(), code.label()];
    code.bind(panel);
    code.subtract(PANELS, { number: 1 });
    code.jump(edge, 'less');
    onePanel(code, 'tallCode', 'lowCode');
    code.addFrom(B, of('bPanel'));
    code.add(COLUMN, { number: PANEL_VECTORS * v.size });
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
  code.load(SCRATCH, of('a'));
  code.store(TILE, SCRATCH);
  code.load(C, of('c'));
  code.addFrom(C, COLUMN);
  code.load(INITIAL, of('initial'));
  code.isZero(INITIAL);
  code.jump(without, 'equal');
  code.addFrom(INITIAL, COLUMN);
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
    code.load(A, TILE);
    code.callAt(of(tile));
    code.load(SCRATCH, of(step));
    code.add(TILE, SCRATCH);
    code.jump(each);
    code.bind(all);
  }
}
