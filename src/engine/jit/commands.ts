/**
 * Commands by what they do to views: the words that a kernel takes, and loops over axes that it has not. What a kernel cannot take as it
 * lies is copied first.
 */
import { columnWords } from './columns.js';
import type { Kernels } from './kernels.js';
import { mapWords, type Formula } from './map.js';
import type { Memory } from './memory.js';
import { productWords } from './product.js';
import { AT_ONCE, bytesOf } from './quantizing.js';
import { rowWords, type RowFunction } from './rows.js';
import type { Tape } from './tape.js';
import type { Edge, Kind } from './tile.js';
import { asMatrix, broadcast, contiguous, countOf, isDense, loops, NUMBER, type Loop, type View } from './view.js';

/** The values of a formula that hands numbers on. */
const COPY: Formula = { values: [{ kind: 'input', operand: 0 }], inputs: ['columns'], outputs: [0] };

/** A right side of a product, in panels. */
export interface Packed {
  address: number;
  /** from panel to panel */
  panelBytes: number;
}

export type Commands = ReturnType<typeof commands>;

export function commands(kernels: Kernels, tape: Tape, memory: Memory) {
  const { tileRows, panelColumns } = kernels;

  const temporaries: number[] = [];
  /** Memory that is free again after `release`: commands that follow may write over it. */
  function takeNumbers(count: number): number {
    const address = memory.take(count);
    temporaries.push(address);
    return address;
  }
  const take = (shape: readonly number[]): View => contiguous(takeNumbers(countOf(shape)), shape);
  const release = (): void => temporaries.splice(0).forEach(memory.give);

  /** A formula over operands that are broadcast to one shape; those that are read by the row have size 1 at the last axis. */
  function map(formula: Formula, shape: readonly number[], inputs: readonly View[], outputs: readonly View[]): void {
    if (countOf(shape) === 0) return;
    const domain = shape.length === 0 ? [1] : shape;
    const columns = domain.at(-1)!;
    const read = inputs.map((input, i) => {
      const view = broadcast(input, domain);
      return formula.inputs[i] === 'row' || columns === 1 || view.strides.at(-1) === 1 ? view : broadcast(copied(input), domain);
    });
    const written = outputs.map((output) => {
      const view = broadcast(output, domain);
      return columns === 1 || view.strides.at(-1) === 1 ? view : take(domain);
    });
    const operands = [...read, ...written];
    const strides = operands.map((operand) => operand.strides.slice(0, -1));
    const inner: Loop = { size: columns, strides: operands.map((_, i) => (formula.inputs[i] === 'row' ? 0 : 1)) };
    const [column, row, group, ...outer] = loops(domain.slice(0, -1), strides, inner);
    const kernel = kernels.map(formula);
    each(
      outer,
      operands.map(({ address }) => address),
      (addresses) =>
        tape.command(
          kernel,
          ...mapWords(
            group?.size ?? 1,
            row?.size ?? 1,
            kernels.columns(column!.size),
            addresses.map((address, i) => [address, NUMBER * (row?.strides[i] ?? 0), NUMBER * (group?.strides[i] ?? 0)] as const),
          ),
        ),
    );
    for (const [i, output] of outputs.entries())
      if (written[i]!.address !== output.address) copyNumbers(written[i]!, broadcast(output, domain));
  }

  /** Goes through outer loops; the addresses are those of the operands. */
  function each(outer: readonly Loop[], addresses: readonly number[], work: (addresses: readonly number[]) => void): void {
    const [first, ...others] = outer.toReversed();
    if (!first) {
      work(addresses);
      return;
    }
    const within = others.toReversed();
    for (let i = 0; i < first.size; i++)
      each(
        within,
        addresses.map((address, operand) => address + NUMBER * i * first.strides[operand]!),
        work,
      );
  }

  /** Numbers one by one, whatever their distances. */
  function copyNumbers(from: View, to: View): void {
    const [column = NOTHING, row = NOTHING, group = NOTHING, ...outer] = loops(to.shape, [from.strides, to.strides]);
    each(outer, [from.address, to.address], ([source, target]) => {
      const distances = (operand: number): number[] => [group, row, column].map(({ strides }) => NUMBER * strides[operand]!);
      tape.command(kernels.copyNumbers(), ...[group.size, row.size, column.size, source!, ...distances(0), target!, ...distances(1)]);
    });
  }

  /** The numbers of a view to where they are wanted; the first may be broadcast. */
  function copy(from: View, to: View): void {
    if (countOf(to.shape) === 0) return;
    const source = broadcast(from, to.shape);
    const last = to.shape.length - 1;
    const along = last < 0 || to.shape[last] === 1 || (source.strides[last] === 1 && to.strides[last] === 1);
    if (along) map(COPY, to.shape, [source], [to]);
    else copyNumbers(source, to);
  }

  /** The same numbers without gaps. */
  function copied(view: View): View {
    const to = take(view.shape);
    copy(view, to);
    return to;
  }

  /** Numbers along the last axis lie side by side. */
  const isAlong = ({ shape, strides }: View): boolean => (shape.at(-1) ?? 1) === 1 || strides.at(-1) === 1;

  /** Where a result cannot be made in its place it is made elsewhere and copied. */
  function through(to: View, make: (there: View) => void): void {
    const there = take(to.shape);
    make(there);
    copy(there, to);
  }

  /** As it is where it has no gaps, else a copy. */
  const dense = (view: View): View => (isDense(view) ? view : copied(view));

  /** [rows, columns], with columns side by side. */
  function matrix(view: View): View {
    const found = asMatrix(view);
    return found && isAlong(view) ? found : asMatrix(copied(view))!;
  }

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
    const right = 'strides' in b ? (rows.size <= tileRows && outer.length === 0 && b.strides[1] === 1 ? b : pack(b)) : b;
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

  /** The same with weights of 8 bits; a lies in -1 … 1 and is rounded. */
  function bytesProduct(a: View, b: Packed, c: View, initial?: View): void {
    if (countOf(c.shape) === 0) return;
    const into = asMatrix(c);
    if (!into || !isAlong(c)) {
      through(c, (there) => bytesProduct(a, b, there, initial));
      return;
    }
    const begun = initial && matrix(broadcast(initial, c.shape));
    const from = matrix(a);
    const [rows, k] = from.shape as [number, number];
    const row = bytesOf(k);
    const rounded = takeNumbers((rows * row) / NUMBER);
    const { whole, mask } = kernels.columns(k);
    tape.command(kernels.round(), rows, whole, mask, from.address, NUMBER * from.strides[0]!, rounded, row);
    oneProduct(
      'bytes',
      { address: rounded, row: row / NUMBER, column: 0 },
      row / AT_ONCE,
      b,
      { address: into.address, row: into.strides[0]! },
      { address: begun?.address ?? 0, row: begun?.strides[0] ?? 0 },
      [rows, into.shape[1]!],
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
    const tiles = Math.ceil(rows / tileRows);
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

  /** What is made of each row along the last axis: [rows…, n] → [rows…] or [rows…, n] */
  function rowFunction(name: RowFunction, x: View, y: View): void {
    if (countOf(x.shape) === 0) return;
    const read = matrix(x);
    const reduced = name === 'sum' || name === 'max' || name === 'logSumExp';
    const into = reduced ? asMatrix({ ...y, shape: [...y.shape, 1], strides: [...y.strides, 1] }) : asMatrix(y);
    if (!into || (!reduced && !isAlong(y))) {
      through(y, (there) => rowFunction(name, x, there));
      return;
    }
    const [rows, columns] = read.shape as [number, number];
    tape.command(kernels.rowFunction(name), ...rowWords(rows, kernels.columns(columns, true), rowsAt(read), rowsAt(into)));
  }

  /** Down an axis, which goes away; not the last one. */
  function columnFunction(name: 'sum' | 'max', x: View, axis: number, y: View): void {
    if (countOf(y.shape) === 0) return;
    if (!isDense(y)) {
      through(y, (there) => columnFunction(name, x, axis, there));
      return;
    }
    const read = dense(x);
    const [matrices, rows, columns] = [countOf(x.shape.slice(0, axis)), x.shape[axis]!, countOf(x.shape.slice(axis + 1))];
    tape.command(
      kernels.columnFunction(name),
      ...columnWords(
        matrices,
        rows,
        kernels.columns(columns),
        [read.address, NUMBER * rows * columns, NUMBER * columns],
        [y.address, NUMBER * columns],
      ),
    );
  }

  /** rows[i] = table[ids[i]], or the other way round; table and rows are matrices with columns side by side */
  function moveRows(way: 'gather' | 'put', table: View, ids: View, rows: View): void {
    const [count, width] = rows.shape as [number, number];
    if (count * width === 0) return;
    const { whole, mask } = kernels.columns(width);
    tape.command(kernels.moveRows(way), count, dense(ids).address, NUMBER, whole, mask, ...rowsAt(table), table.shape[0]!, ...rowsAt(rows));
  }

  /** of each row of x, a matrix, the number at its place, to y [rows] */
  function pick(x: View, places: View, y: View): void {
    const [rows, columns] = x.shape as [number, number];
    if (rows === 0) return;
    tape.command(kernels.pick(), rows, dense(places).address, NUMBER, ...rowsAt(x), columns, ...rowsAt(y));
  }

  /** adds to each row of x, a matrix, at its place a number of [rows] */
  function addAt(x: View, places: View, numbers: View): void {
    const [rows, columns] = x.shape as [number, number];
    if (rows === 0) return;
    tape.command(kernels.addAt(), rows, dense(places).address, NUMBER, ...rowsAt(x), columns, ...rowsAt(numbers));
  }

  /** [timeSteps, batch, …]: the first lengths[b] time steps of each row in reverse */
  function reverse(x: View, lengths: View, y: View): void {
    if (countOf(x.shape) === 0) return;
    const [timeSteps, batch, ...inner] = x.shape as [number, number, ...number[]];
    const innerOf = ({ address, strides }: View): View => ({ address, shape: inner, strides: strides.slice(2) });
    if (!isDense(innerOf(x))) {
      reverse(copied(x), lengths, y);
      return;
    }
    if (!isDense(innerOf(y))) {
      through(y, (there) => reverse(x, lengths, there));
      return;
    }
    const { whole, mask } = kernels.columns(countOf(inner));
    const place = ({ address, strides }: View): number[] => [address, NUMBER * strides[0]!, NUMBER * strides[1]!];
    tape.command(kernels.reverse(), timeSteps, batch, dense(lengths).address, whole, mask, ...place(x), ...place(y));
  }

  /** the `count` largest numbers of each row of x, a matrix, and their places; both dense */
  function largest(x: View, count: number, values: View, places: View): void {
    const [rows, columns] = x.shape as [number, number];
    if (rows * columns === 0) return;
    const { whole, mask } = kernels.columns(columns);
    const into = ({ address }: View): readonly [number, number] => [address, NUMBER * count];
    tape.command(kernels.largest(), rows, whole, mask, x.address, NUMBER * x.strides[0]!, NUMBER * count, ...into(values), ...into(places));
  }

  return {
    kernels,
    tape,
    memory,
    take,
    release,
    through,
    map,
    copy,
    copied,
    dense,
    matrix,
    pack,
    packedSize,
    product,
    bytesProduct,
    rowFunction,
    columnFunction,
    moveRows,
    pick,
    addAt,
    reverse,
    largest,
  };
}

/** Where a matrix begins, and how far its rows are apart, in bytes. */
const rowsAt = ({ address, strides }: View): readonly [address: number, distance: number] => [address, NUMBER * strides[0]!];

const NOTHING: Loop = { size: 1, strides: [0, 0] };
