/**
 * The most probable of each row, in blocks of columns: a product that nothing else needs is made block by block in the same memory, gone through
 * while it is in the cache, and is never whole. The softmax's sum goes on from block to block (Milakov and Gimelshein, Online normalizer
 * calculation for softmax, 2018).
 */
import { weightsOf, type Lowered } from './lowering.js';
import type { Formula } from './map.js';
import { broadcast, contiguous, countOf, part, type View } from './view.js';

/** Columns of a block: so many, whatever the number of rows and the processor, since sums are made in this order. */
const BLOCK_COLUMNS = 256;

/** The least float: an infinite number would not go through the text that kernels are known by. */
const LEAST = -(2 - 2 ** -23) * 2 ** 127;
const same = (value: number): Formula => ({ values: [{ kind: 'number', value }], inputs: [], outputs: [0] });
const [NOTHING, ZERO] = [same(LEAST), same(0)];
/** x - the largest - log Σ exp(x - the largest) */
const LOG_PROBABILITY: Formula = {
  values: [
    { kind: 'input', operand: 0 },
    { kind: 'input', operand: 1 },
    { kind: 'binary', name: 'subtract', of: [0, 1] },
    { kind: 'input', operand: 2 },
    { kind: 'function', name: 'log', of: 3 },
    { kind: 'binary', name: 'subtract', of: [2, 4] },
  ],
  inputs: ['columns', 'row', 'row'],
  outputs: [5],
};

export function mostProbable(lowered: Lowered): void {
  const { commands, node, place } = lowered;
  const { shape, block } = columnsOf(lowered);
  const [columns, count] = [shape.at(-1)!, node.attributes['count'] as number];
  const [found, rows] = [shape.with(-1, count), countOf(shape.slice(0, -1))];
  const [values, places, state] = [commands.take([rows, count]), commands.take([rows, count]), commands.take([rows, 2])];
  const [largest, sum] = [part(state, 1, 0, 1), part(state, 1, 1, 1)];
  for (const view of [values, largest]) commands.map(NOTHING, view.shape, [], [view]);
  for (const view of [places, sum]) commands.map(ZERO, view.shape, [], [view]);
  const goThrough = (begin: number, size: number): void => {
    const x = block(begin, size);
    commands.sumExp(x, state);
    commands.largest(x, begin, values, places);
  };
  const whole = Math.floor(columns / BLOCK_COLUMNS);
  commands.repeated(whole, (i) => goThrough(i * BLOCK_COLUMNS, BLOCK_COLUMNS));
  if (columns % BLOCK_COLUMNS > 0) goThrough(whole * BLOCK_COLUMNS, columns % BLOCK_COLUMNS);
  commands.map(LOG_PROBABILITY, values.shape, [values, largest, sum], [values]);
  for (const [output, { address }] of [values, places].entries()) commands.copy(contiguous(address, found), place(output, found));
}

/** The rows of an input in blocks of columns: as it lies there, or a product. */
function columnsOf({ commands, within, inputs: [a, b], packed, packedBytes, initial }: Lowered): {
  shape: readonly number[];
  /** [rows, size] from a column on, until the next is made */
  block: (begin: number, size: number) => View;
} {
  if (!within) {
    const x = commands.matrix(a!);
    return { shape: a!.shape, block: (begin, size) => part(x, 1, begin, size) };
  }
  const isQuantized = within.operation.name === 'quantizedProduct';
  const shape = [...a!.shape.slice(0, -1), isQuantized ? weightsOf(within).shape.at(-1)! : b!.shape[1]!];
  const rows = countOf(shape.slice(0, -1));
  const bias = (isQuantized ? (b ?? initial) : initial) as View | undefined;
  const begun = bias && commands.matrix(broadcast(bias, shape));
  const { address } = commands.take([rows, BLOCK_COLUMNS]);
  const make = isQuantized ? bytes() : floats();
  const block = (begin: number, size: number): View => {
    const c = contiguous(address, [rows, size]);
    make(begin, c, begun && part(begun, 1, begin, size));
    return c;
  };
  return { shape, block };

  function bytes(): (begin: number, c: View, initial?: View) => void {
    const [left, right] = [commands.rounded(a!), packedBytes(weightsOf(within!))];
    return (begin, c, first) => commands.bytesProduct(left, commands.panelsFrom(right, begin), c, first);
  }
  function floats(): (begin: number, c: View, initial?: View) => void {
    const [left, right] = [commands.matrix(a!), packed(within!.inputs[1]!) ?? commands.pack(b!)];
    return (begin, c, first) => commands.product(left, commands.panelsFrom(right, begin), c, first);
  }
}
