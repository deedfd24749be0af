/** What each operation of the expression graph is in machine code: another view of the same numbers, part of a formula, or commands of its own. */
import type { Expression, Node } from '../graph/expression.js';
import { axisOf, numbersOf } from '../graph/operations/operation.js';
import type { QuantizedProduct } from '../graph/operations/products.js';
import type { QuantizedWeights } from '../ops.js';
import type { Chosen, Commands, Packed, Term } from './commands.js';
import { FUNCTIONS } from './functions.js';
import type { Binary, Formula, Value } from './map.js';
import { mostProbable } from './most-probable.js';
import { at, broadcast, contiguous, countOf, inserted, isDense, part, permuted, removed, type View } from './view.js';

/** Operations that move no number: of which input, and how it is looked at. The input is without gaps where that is asked for. */
export const VIEWS: Readonly<Record<string, { dense?: boolean; view: (input: View, node: Node, output: number) => View }>> = {
  split: {
    view: (input, { attributes }, output) => {
      const sizes = numbersOf(attributes, 'sizes');
      const begin = sizes.slice(0, output).reduce((sum, size) => sum + size, 0);
      return part(input, axisOf(attributes), begin, sizes[output]!);
    },
  },
  transpose: { view: (input, { attributes }) => permuted(input, numbersOf(attributes, 'order')) },
  unsqueeze: { view: (input, { attributes }) => inserted(input, axisOf(attributes)) },
  squeeze: { view: (input, { attributes }) => removed(input, axisOf(attributes)) },
  flatten: {
    dense: true,
    view: ({ address, shape }) => contiguous(address, [countOf(shape.slice(0, -1)), shape.at(-1)!]),
  },
};

/** Operations whose values are zeros, by the shape of their input. */
export const ZEROS: Readonly<Record<string, (like: readonly number[], node: Node) => readonly number[]>> = {
  zerosAs: (like) => like,
  zeros: (like, { attributes }) => [like[axisOf(attributes)]!, attributes['width'] as number],
};

const BINARY: readonly string[] = ['add', 'subtract', 'multiply', 'divide', 'atLeast'] satisfies Binary[];

/** Operations on each element, as values of a formula. @param of the places of what they are applied to */
export function formulaValue(name: string, of: readonly number[]): Value | undefined {
  if (BINARY.includes(name)) return { kind: 'binary', name: name as Binary, of: [of[0]!, of[1]!] };
  return name in FUNCTIONS ? { kind: 'function', name, of: of[0]! } : undefined;
}

/** Operations on each element that are none: the value is repeated by the shape of the formula that it stands in. */
export const REPEATED = 'expandAs';

export const isElementwiseName = (name: string): boolean => BINARY.includes(name) || name in FUNCTIONS || name === REPEATED;
export const isElementwise = ({ operation: { name } }: Node): boolean => isElementwiseName(name);

/** What commands of an operation are given: views of its inputs and places for its results. */
export interface Lowered {
  commands: Commands;
  node: Node;
  /** a product that is made in blocks of columns, which the node goes through: then the inputs are those of the product */
  within: Node | undefined;
  inputs: readonly View[];
  /** the place of a result, which is of that shape */
  place: (output: number, shape: readonly number[]) => View;
  /** the right side of a product in panels, where it is worth keeping */
  packed: (value: Expression) => Packed | undefined;
  /** weights of 8 bits, in panels */
  packedBytes: (weights: QuantizedWeights) => Packed;
  /** what a product begins with; rows are chosen for products with a matrix alone */
  initial: View | Chosen | undefined;
  /** a product with a matrix that is made before, to the same sums */
  before: Pick<Lowered, 'node' | 'inputs'> | undefined;
}

const value = (name: string, ...of: number[]): Value => formulaValue(name, of)!;
const input = (operand: number): Value => ({ kind: 'input', operand });
const number = (of: number): Value => ({ kind: 'number', value: of });

const NEGATED: Formula = { values: [input(0), number(-1), value('multiply', 0, 1)], inputs: ['columns'], outputs: [2] };
const DIFFERENCE: Formula = { values: [input(0), input(1), value('subtract', 0, 1)], inputs: ['columns', 'columns'], outputs: [2] };
const EXP_DIFFERENCE: Formula = { ...DIFFERENCE, values: [...DIFFERENCE.values, value('exp', 2)], outputs: [3] };
const LOG_SUM: Formula = {
  values: [input(0), input(1), value('log', 0), value('add', 2, 1)],
  inputs: ['columns', 'columns'],
  outputs: [3],
};
const ZERO: Formula = { values: [number(0)], inputs: [], outputs: [0] };

/** Makes a result whose numbers have no gaps. */
const dense = (commands: Commands, y: View, make: (there: View) => void): void => (isDense(y) ? make(y) : commands.through(y, make));

const fill = ({ map }: Commands, to: View): void => map(ZERO, to.shape, [], [to]);

/** The last axis gone. */
const rowsOf = (shape: readonly number[]): readonly number[] => shape.slice(0, -1);
const flat = (view: View): View => ({ ...contiguous(view.address, [countOf(view.shape)]) });

/** Products of matrices, and of as many as the axes before them say. */
function multiplied({ commands, inputs, place, packed, node, initial, before }: Lowered): void {
  const [a, b] = inputs as [View, View];
  const c = place(0, [...rowsOf(a.shape), b.shape.at(-1)!]);
  if (b.shape.length > 2) {
    stacked(commands, a, b, c, initial && broadcast(initial as View, c.shape));
    return;
  }
  const term = (of: Pick<Lowered, 'node' | 'inputs'>): Term => ({ a: of.inputs[0]!, b: packed(of.node.inputs[1]!) ?? of.inputs[1]! });
  const last = term({ node, inputs });
  commands.products(before ? [term(before), last] : [last], c, initial);
}

function stacked(commands: Commands, a: View, b: View, c: View, initial: View | undefined): void {
  if (b.shape.length === 2) {
    commands.product(a, b, c, initial);
    return;
  }
  commands.repeated(b.shape[0]!, (i) => stacked(commands, at(a, i), at(b, i), at(c, i), initial && at(initial, i)));
}

/** Of a `quantizedProduct`. */
export const weightsOf = ({ operation }: Node): QuantizedWeights => (operation as QuantizedProduct).weights;

const transposed = (view: View, swap: unknown): View => (swap ? permuted(view, [1, 0]) : view);

/** Sums over axes; those at the end along rows, others down columns. */
function summed({ commands, node, inputs: [x], place }: Lowered): void {
  const axes = numbersOf(node.attributes, 'axes');
  const keep = node.attributes['keep'] === true;
  const y = place(
    0,
    keep ? x!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : x!.shape.filter((_, axis) => !axes.includes(axis)),
  );
  const result = keep ? axes.toSorted((a, b) => b - a).reduce(removed, y) : y;
  reduce(commands, 'sum', x!, axes, result);
}

function reduce(commands: Commands, name: 'sum' | 'max', x: View, axes: readonly number[], y: View): void {
  const rank = x.shape.length;
  let trailing = 0;
  while (trailing < rank && axes.includes(rank - 1 - trailing)) trailing++;
  if (trailing > 0) {
    const lead = x.shape.slice(0, rank - trailing);
    const { address } = trailing === 1 ? x : commands.dense(x);
    const rows = trailing === 1 ? x : contiguous(address, [...lead, countOf(x.shape.slice(rank - trailing))]);
    const others = axes.filter((axis) => axis < rank - trailing);
    const sums = others.length === 0 ? y : commands.take(lead);
    commands.rowFunction(name, rows, sums);
    if (others.length > 0) reduce(commands, name, sums, others, y);
    return;
  }
  // an axis, and those next to it, with what stands behind them
  const last = Math.max(...axes);
  let first = last;
  while (axes.includes(first - 1)) first--;
  const others = axes.filter((axis) => axis < first);
  const [before, after] = [x.shape.slice(0, first), x.shape.slice(last + 1)];
  const to = others.length === 0 ? y : commands.take([...before, ...after]);
  const { address } = commands.dense(x);
  const three = contiguous(address, [countOf(before), countOf(x.shape.slice(first, last + 1)), countOf(after)]);
  commands.columnFunction(name, three, 1, to);
  if (others.length > 0) reduce(commands, name, to, others, y);
}

/** Operations with commands of their own. */
export const COMMANDS: Readonly<Record<string, (lowered: Lowered) => void>> = {
  matmul: multiplied,
  gemm: ({ inputs: [a, b], node: { attributes }, place, commands, initial }) => {
    const [left, right] = [transposed(a!, attributes['left']), transposed(b!, attributes['right'])];
    commands.product(left, right, place(0, [left.shape[0]!, right.shape[1]!]), initial as View | undefined);
  },
  quantizedProduct: ({ inputs: [a, bias], node, place, packedBytes, commands, initial }) => {
    const weights = weightsOf(node);
    const c = place(0, [...rowsOf(a!.shape), weights.shape.at(-1)!]);
    commands.bytesProduct(commands.rounded(a!), packedBytes(weights), c, bias ?? initial);
  },
  sum: summed,
  max: ({ commands, node, inputs: [x], place }) => {
    const axis = axisOf(node.attributes);
    reduce(commands, 'max', x!, [axis], place(0, x!.shape.toSpliced(axis, 1)));
  },
  softmax: ({ commands, inputs: [x], place }) => commands.rowFunction('softmax', x!, place(0, x!.shape)),
  logSoftmax: ({ commands, inputs: [x], place }) => commands.rowFunction('logSoftmax', x!, place(0, x!.shape)),
  logSumExp: ({ commands, node, inputs: [x], place }) => {
    const axis = axisOf(node.attributes);
    const y = place(0, x!.shape.toSpliced(axis, 1));
    if (axis === x!.shape.length - 1) {
      commands.rowFunction('logSumExp', x!, y);
      return;
    }
    const [largest, shares, sums] = [commands.take(y.shape), commands.take(x!.shape), commands.take(y.shape)];
    reduce(commands, 'max', x!, [axis], largest);
    commands.map(EXP_DIFFERENCE, x!.shape, [x!, inserted(largest, axis)], [shares]);
    reduce(commands, 'sum', shares, [axis], sums);
    commands.map(LOG_SUM, y.shape, [sums, largest], [y]);
  },
  concat: ({ commands, node, inputs, place }) => {
    const axis = axisOf(node.attributes);
    const total = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    const whole = place(0, inputs[0]!.shape.with(axis, total));
    let begin = 0;
    for (const one of inputs) {
      const to = part(whole, axis, begin, one.shape[axis]!);
      // what was made in its place is there
      if (one.address !== to.address) commands.copy(one, to);
      begin += one.shape[axis]!;
    }
  },
  reverseSequence: ({ commands, inputs: [x, lengths], place }) => commands.reverse(x!, lengths!, place(0, x!.shape)),
  gather: ({ commands, inputs: [table, ids], place }) => {
    const y = place(0, [...ids!.shape, ...table!.shape.slice(1)]);
    const rows = [countOf(ids!.shape), countOf(table!.shape.slice(1))];
    const { address } = commands.dense(table!);
    dense(commands, y, (there) =>
      commands.moveRows('gather', contiguous(address, [table!.shape[0]!, rows[1]!]), ids!, contiguous(there.address, rows)),
    );
  },
  selectRows: ({ commands, inputs: [x, places], place }) => {
    const y = place(0, [places!.shape[0]!, x!.shape.at(-1)!]);
    commands.moveRows('gather', commands.matrix(x!), places!, y);
  },
  putRows: ({ commands, inputs: [rows, places, like], place }) => {
    dense(commands, place(0, like!.shape), (y) => {
      fill(commands, y);
      commands.moveRows('put', contiguous(y.address, [countOf(rowsOf(y.shape)), y.shape.at(-1)!]), places!, commands.matrix(rows!));
    });
  },
  pick: ({ commands, inputs: [x, places], place }) => {
    dense(commands, place(0, rowsOf(x!.shape)), (y) => commands.pick(commands.matrix(x!), places!, flat(y)));
  },
  logProbabilityAt: ({ commands, inputs: [x, logProbabilities, places], place }) => {
    const shape = rowsOf(x!.shape);
    const [chosen, logs] = [commands.take(shape), commands.take(shape)];
    commands.pick(commands.matrix(x!), places!, flat(chosen));
    commands.pick(commands.matrix(logProbabilities!), places!, flat(logs));
    commands.copy(logs, place(0, shape));
    commands.map(DIFFERENCE, shape, [chosen, logs], [place(1, shape)]);
  },
  crossEntropy: ({ commands, inputs: [logits, ids], place }) => {
    const logProbabilities = place(1, logits!.shape);
    commands.rowFunction('logSoftmax', logits!, logProbabilities);
    const chosen = commands.take(rowsOf(logits!.shape));
    commands.pick(commands.matrix(logProbabilities), ids!, flat(chosen));
    commands.map(NEGATED, chosen.shape, [chosen], [place(0, chosen.shape)]);
  },
  addAt: ({ commands, inputs: [x, places, numbers], place }) => {
    dense(commands, place(0, x!.shape), (y) => {
      // what was made in its place is there
      if (x!.address !== y.address) commands.copy(x!, y);
      commands.addAt(commands.matrix(y), places!, flat(commands.dense(numbers!)));
    });
  },
  oneHot: ({ commands, node, inputs: [places], place }) => {
    const ones = { address: commands.kernels.one, shape: [countOf(places!.shape)], strides: [0] };
    dense(commands, place(0, [...places!.shape, node.attributes['size'] as number]), (y) => {
      fill(commands, y);
      commands.addAt(commands.matrix(y), places!, ones);
    });
  },
  mostProbable,
};
