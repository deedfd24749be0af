/** The kernels of this thread, each written when it is first needed and kept: machine code by what it does. */
import { addAt, largest, pick } from './choosing.js';
import { columnFunction } from './columns.js';
import { exit, isSystemV, openNative, written, type Native } from './executable.js';
import { map, type Formula } from './map.js';
import { chooseRows, copyNumbers, copyPieces, moveRows, reverse } from './moves.js';
import { FORMS, formIndex, product, type Form } from './product.js';
import { processorOf, type Processor } from './processor.js';
import { rowFunction, type RowFunction } from './rows.js';
import { round } from './quantizing.js';
import { repeat } from './tape.js';
import { panelColumns, tile, tileRows, type Edge, type Kind } from './tile.js';
import type { Assembler } from './assembler.js';
import { BLOCK_COLUMNS, type VectorSet } from './vectors.js';

/** Bytes of whole vectors, and where the mask of the columns behind them lies: 0 if there are none. */
export interface Columns {
  whole: number;
  mask: number;
}

export interface Kernels {
  native: Native;
  set: VectorSet;
  /** how products of 8 bits are made */
  bytes: Kind;
  /** rows of the largest tile of a product, and columns of a panel */
  tileRows: (kind: Kind) => number;
  panelColumns: number;
  /** so many columns in vectors, or in blocks of 16 as `rowFunction` takes them */
  columns: (count: number, blocks?: boolean) => Columns;
  /** where the mask of so many places lies */
  maskOf: (count: number) => number;
  /** where so many zeros lie, and a one */
  zeros: (count: number) => number;
  one: number;
  map: (formula: Formula) => number;
  product: (form: Form) => number;
  tile: (kind: Kind, rows: number, edge: Edge, form: Form) => number;
  /** rows to bytes */
  round: () => number;
  rowFunction: (name: RowFunction) => number;
  columnFunction: (name: 'sum' | 'max') => number;
  moveRows: (way: 'gather' | 'put') => number;
  chooseRows: () => number;
  copyNumbers: () => number;
  copyPieces: (each: 3 | 4) => number;
  reverse: () => number;
  pick: () => number;
  addAt: () => number;
  largest: () => number;
  repeat: () => number;
  exit: () => number;
}

const FEW_ZEROS = 1 << 14;

/** Bytes of a mask: as long as a vector. */
const MASK = 64;

/** For each number of columns up to a block: where that many are. */
function maskTable(set: VectorSet): Int32Array {
  const table = new Int32Array(((BLOCK_COLUMNS + 1) * MASK) / 4);
  for (let count = 1; count <= BLOCK_COLUMNS; count++)
    if (set === 'avx512') table[(count * MASK) / 4] = (1 << count) - 1;
    else table.fill(-1, (count * MASK) / 4, (count * MASK) / 4 + count);
  return table;
}

/** @param set instructions that the processor has at least; undefined: the best that it has */
export async function openKernels(set?: VectorSet): Promise<Kernels> {
  if (!isSystemV()) throw new Error(`no machine code is written for ${process.platform} on ${process.arch}`);
  const native = await openNative();
  const processor = processorOf(native);
  if (processor.vectors === undefined || (set === 'avx512' && processor.vectors === 'avx2'))
    throw new Error(`this processor has no ${set === 'avx512' ? 'AVX-512' : 'AVX2 and FMA'}`);
  return kernels(native, { ...processor, vectors: set ?? processor.vectors });
}

function kernels(native: Native, processor: Processor & { vectors: VectorSet }): Kernels {
  const set = processor.vectors;
  const lanes = set === 'avx512' ? 16 : 8;
  /** never given back, since code knows their addresses */
  const constants = [maskTable(set), new Float32Array(FEW_ZEROS), Float32Array.of(1)] as [Int32Array, ...Float32Array[]];
  const [masks, , one] = constants.map(native.addressOf) as [number, number, number];
  let zeros = constants[1]!;
  const maskOf = (count: number): number => masks + MASK * count;
  /** the kernels of formulas that were asked for before, by the object */
  const formulas = new WeakMap<Formula, number>();
  /** looked up by what they do and not by a text that says it */
  const newTiles = (): Record<Edge, number[]>[] => FORMS.map(() => ({ whole: [], second: [], first: [] }));
  const tiles: Record<Kind, Record<Edge, number[]>[]> = {
    rows: newTiles(),
    columns: newTiles(),
    bytes: newTiles(),
    bytesInPairs: newTiles(),
  };
  const once = (write: (code: Assembler) => void): (() => number) => {
    let address: number | undefined;
    return () => (address ??= native.install(written(write)));
  };
  const each = <N extends string | number>(write: (name: N) => (code: Assembler) => void): ((name: N) => number) => {
    const known = new Map<N, number>();
    return (name) => {
      const there = known.get(name);
      if (there !== undefined) return there;
      const address = native.install(written(write(name)));
      known.set(name, address);
      return address;
    };
  };
  const products = each((form: number) => product(set, FORMS[form]!));
  const formulaText = each((text: string) => map(set, JSON.parse(text) as Formula));
  return {
    native,
    set,
    bytes: set === 'avx512' && processor.dotProducts ? 'bytes' : 'bytesInPairs',
    tileRows: (kind) => tileRows(set, kind),
    panelColumns: panelColumns(set),
    columns(count, blocks = false) {
      const rest = count % (blocks ? BLOCK_COLUMNS : lanes);
      return { whole: 4 * (count - rest), mask: rest === 0 ? 0 : maskOf(rest) };
    },
    maskOf,
    zeros(count) {
      if (count > zeros.length) constants.push((zeros = new Float32Array(2 * count)));
      return native.addressOf(zeros);
    },
    one,
    map(formula) {
      const known = formulas.get(formula);
      if (known !== undefined) return known;
      const address = formulaText(JSON.stringify(formula));
      formulas.set(formula, address);
      return address;
    },
    tile: (kind, rows, edge, form) =>
      (tiles[kind][formIndex(form)]![edge][rows] ??= native.install(written(tile(set, kind, rows, edge, form)))),
    round: once(round(set)),
    product: (form) => products(formIndex(form)),
    rowFunction: each((name) => rowFunction(set, name)),
    columnFunction: each((name) => columnFunction(set, name)),
    moveRows: each((way) => moveRows(set, way)),
    chooseRows: once(chooseRows),
    copyNumbers: once(copyNumbers),
    copyPieces: each(copyPieces),
    reverse: once(reverse(set)),
    pick: once(pick),
    addAt: once(addAt(set)),
    largest: once(largest(set)),
    repeat: once(repeat),
    exit: once(exit),
  };
}
