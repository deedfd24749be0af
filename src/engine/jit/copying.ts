/**
 * Formulas and copies of views as commands: loops over axes that a kernel has not, memory for what is between, and what cannot be taken as it
 * lies copied first.
 */
import type { Kernels } from './kernels.js';
import { mapWords, type Formula } from './map.js';
import type { Memory } from './memory.js';
import { evenly } from './repeating.js';
import type { Tape } from './tape.js';
import { asMatrix, broadcast, contiguous, countOf, isAlong, isDense, loops, NUMBER, type Loop, type View } from './view.js';

/** The values of a formula that hands numbers on. */
const COPY: Formula = { values: [{ kind: 'input', operand: 0 }], inputs: ['columns'], outputs: [0] };

export type Copying = ReturnType<typeof copying>;

export function copying(kernels: Kernels, tape: Tape, memory: Memory) {
  const temporaries: number[] = [];
  /** Memory that is free again after `release`: commands that follow may write over it. */
  function takeNumbers(count: number): number {
    const address = memory.take(count);
    temporaries.push(address);
    return address;
  }
  const take = (shape: readonly number[]): View => contiguous(takeNumbers(countOf(shape)), shape);
  const release = (): void => temporaries.splice(0).forEach(memory.give);
  /** Does the same for so many places. */
  const repeated = (times: number, write: (index: number) => void): void => evenly(kernels, tape, () => temporaries.length, times, write);

  /** A formula over operands that are broadcast to one shape; those that are read by the row have size 1 at the last axis. */
  function map(formula: Formula, shape: readonly number[], inputs: readonly View[], outputs: readonly View[]): void {
    if (countOf(shape) === 0) return;
    const domain = shape.length === 0 ? [1] : shape;
    const columns = domain.at(-1)!;
    const read = inputs.map((input, i) => {
      const view = broadcast(input, domain);
      return formula.inputs[i] === 'row' || isAlong(view) ? view : broadcast(copied(input), domain);
    });
    const written = outputs.map((output) => {
      const view = broadcast(output, domain);
      return isAlong(view) ? view : take(domain);
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
    if (isAlong(source) && isAlong(to)) map(COPY, to.shape, [source], [to]);
    else copyNumbers(source, to);
  }

  /** The same numbers without gaps. */
  function copied(view: View): View {
    const to = take(view.shape);
    copy(view, to);
    return to;
  }

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

  return { takeNumbers, take, release, repeated, map, copyNumbers, copy, copied, through, dense, matrix };
}

/** Goes through outer loops; the addresses are those of the operands. */
export function each(outer: readonly Loop[], addresses: readonly number[], work: (addresses: readonly number[]) => void): void {
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

const NOTHING: Loop = { size: 1, strides: [0, 0] };
