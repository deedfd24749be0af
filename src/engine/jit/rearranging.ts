/** What goes along rows and down columns of views, and what moves and chooses rows and numbers, as commands. */
import { columnWords } from './columns.js';
import type { Copying } from './copying.js';
import type { Kernels } from './kernels.js';
import { rowWords, type RowFunction } from './rows.js';
import type { Tape } from './tape.js';
import { asMatrix, countOf, isAlong, isDense, NUMBER, type View } from './view.js';

export type Rearranging = ReturnType<typeof rearranging>;

export function rearranging(kernels: Kernels, tape: Tape, { copied, through, dense, matrix }: Copying) {
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

  /**
   * Puts numbers of a matrix among the largest of each row that were found in columns before.
   *
   * @param first place of x's first column @param values, places dense [rows, count]: what was found, -∞ where nothing was
   */
  function largest(x: View, first: number, values: View, places: View): void {
    const [rows, count] = values.shape as [number, number];
    const { whole, mask } = kernels.columns(x.shape[1]!);
    tape.command(kernels.largest(), rows, whole, mask, ...rowsAt(x), NUMBER * count, ...rowsAt(values), ...rowsAt(places), first);
  }

  /** Of a matrix and the columns before it. @param state [rows, 2]: the largest number of each row, and Σ exp(x - it) */
  function sumExp(x: View, state: View): void {
    const [rows, columns] = x.shape as [number, number];
    tape.command(kernels.rowFunction('sumExp'), ...rowWords(rows, kernels.columns(columns, true), rowsAt(x), rowsAt(state)));
  }

  return { rowFunction, columnFunction, moveRows, pick, addAt, reverse, largest, sumExp };
}

/** Where a matrix begins, and how far its rows are apart, in bytes. */
const rowsAt = ({ address, strides }: View): readonly [address: number, distance: number] => [address, NUMBER * strides[0]!];
