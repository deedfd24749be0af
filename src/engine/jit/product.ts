/**
 * Products of matrices, C = I + A·B or C = I + A·B + A₂·B₂: what goes over a matrix panel by panel of B's columns, and tile by tile of rows
 * within a panel, whose numbers a tile's code (`tile.ts`) has in registers. So a panel of B stays in the cache while all rows are multiplied
 * with it; and of two products the sum of the first never leaves the registers.
 */
import { R12, R13, R14, R15, R8, R9, RAX, RBX, RCX, RDX, RSI, RSP, type Assembler, type Memory } from './assembler.js';
import { argument, next } from './tape.js';
import { vectors, type VectorSet } from './vectors.js';

/** Vectors that a panel is wide. */
export const PANEL_VECTORS = 2;

/** What a product's code is written for. */
export interface Form {
  /** two products */
  two: boolean;
  /** I is rows of a table: where it would be lie their addresses, one after another */
  chosen: boolean;
}
export const FORMS = [0, 1, 2, 3].map((index): Form => ({ two: index >= 2, chosen: index % 2 === 1 }));
export const formIndex = ({ two, chosen }: Form): number => 2 * Number(two) + Number(chosen);

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

/** Those of a second one. */
const SECOND = ['a2', 'aRow2', 'b2', 'bPanel2', 'k2', 'tallStep2', 'lowStep2'] as const;

type First = (typeof ARGUMENTS)[number];
type Argument = First | (typeof SECOND)[number];
export type Product = Readonly<Record<First, number> & Partial<Record<(typeof SECOND)[number], number>>>;

const argumentsOf = ({ two }: Form): readonly Argument[] => [...ARGUMENTS, ...(two ? SECOND : [])];
export const productWords = (form: Form, product: Product): number[] => argumentsOf(form).map((name) => product[name]!);
export const of = (name: Argument): Memory => argument([...ARGUMENTS, ...SECOND].indexOf(name));

/**
 * What registers hold when a tile's code is called; C and I are where the tile begins, and the code moves them on by its rows. Of chosen rows I
 * is where their addresses are, and in place of its distance stands the panel's first column, in bytes. A tile of two products loses A.
 */
export const [A, A_ROW, A_3_ROWS] = [RSI, R8, R9] as const;
export const [B, B_ROW] = [RDX, RAX] as const;
export const [C, C_ROW, INITIAL, INITIAL_ROW] = [RBX, R12, R13, R14] as const;
/** A tile's code may lose it. */
export const SCRATCH = RCX;
const TILES = R15;

/** On the stack, so many bytes from where it is. */
const onStack = (offset: number): Memory => ({ base: RSP, offset });
/** Where the next tile's A is, the byte of the panel's first column, panels that are left; where the next tile's A₂ is, and the panel of B₂. */
const [TILE, COLUMN, PANELS] = [onStack(0), onStack(8), onStack(16)];
const [TILE_2, PANEL_2] = [24, 32];
/** As a tile's code sees them, above where it returns to. */
export const [A_2, B_2] = [onStack(TILE_2 + 8), onStack(PANEL_2 + 8)];

/** Command: a product, by the code of its tiles. */
export function product(set: VectorSet, form: Form): (code: Assembler) => void {
  return (code) => {
    const v = vectors(code, set);
    if (!form.two) loadRow(code, 'aRow');
    else {
      code.load(SCRATCH, of('b2'));
      code.store(onStack(PANEL_2), SCRATCH);
    }
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
    onePanel(code, form, 'tallCode', 'lowCode');
    code.addFrom(B, of('bPanel'));
    if (form.two) {
      code.load(SCRATCH, of('bPanel2'));
      code.add(onStack(PANEL_2), SCRATCH);
    }
    code.add(COLUMN, { number: PANEL_VECTORS * v.size });
    code.jump(panel);
    code.bind(edge);
    code.load(SCRATCH, of('edgeMask'));
    code.isZero(SCRATCH);
    code.jump(done, 'equal');
    v.setTail({ base: SCRATCH }, SCRATCH);
    onePanel(code, form, 'tallEdgeCode', 'lowEdgeCode');
    code.bind(done);
    next(code, argumentsOf(form).length);
  };
}

/** How far A's rows are apart, and three of them. */
export function loadRow(code: Assembler, name: 'aRow' | 'aRow2'): void {
  code.load(A_ROW, of(name));
  code.address(A_3_ROWS, { base: A_ROW, index: A_ROW, scale: 2 });
}

/** All tiles of a panel, one below the other. */
function onePanel(code: Assembler, { two, chosen }: Form, tallCode: First, lowCode: First): void {
  code.load(SCRATCH, of('a'));
  code.store(TILE, SCRATCH);
  if (two) {
    code.load(SCRATCH, of('a2'));
    code.store(onStack(TILE_2), SCRATCH);
  }
  code.load(C, of('c'));
  code.addFrom(C, COLUMN);
  code.load(INITIAL, of('initial'));
  if (chosen) code.load(INITIAL_ROW, COLUMN);
  else {
    const without = code.label();
    code.isZero(INITIAL);
    code.jump(without, 'equal');
    code.addFrom(INITIAL, COLUMN);
    code.bind(without);
  }
  for (const [count, step, step2, tile] of [
    ['tall', 'tallStep', 'tallStep2', tallCode],
    ['low', 'lowStep', 'lowStep2', lowCode],
  ] as const) {
    const [each, all] = [code.label(), code.label()];
    code.load(TILES, of(count));
    code.bind(each);
    code.subtract(TILES, { number: 1 });
    code.jump(all, 'less');
    if (two) loadRow(code, 'aRow');
    code.load(A, TILE);
    code.callAt(of(tile));
    code.load(SCRATCH, of(step));
    code.add(TILE, SCRATCH);
    if (two) {
      code.load(SCRATCH, of(step2));
      code.add(onStack(TILE_2), SCRATCH);
    }
    code.jump(each);
    code.bind(all);
  }
}
