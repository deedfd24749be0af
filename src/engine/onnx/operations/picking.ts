/** Operations that choose numbers by their places along the last axis. */
import { BLOCK } from '../../ops.js';
import type { Shape } from '../expression.js';
import type { OnnxWriter, Operation } from './operation.js';

/** x[…, places[…]]; its gradient stands at the places, with zeros about it. */
export const pick: Operation = {
  name: 'pick',
  shapes: ([shape]) => [shape!.slice(0, -1)],
  lift: (attributes, sliced) => (sliced.every(Boolean) ? attributes : undefined),
  gradient: (ops, { inputs: [x, places] }, [g]) => [
    ops.multiply(ops.apply(oneHot, [places!], { size: x!.shape.at(-1) as number }), ops.unsqueeze(g!, g!.shape.length)),
    undefined,
  ],
  onnx: (write, [x, places], { inputs }) => {
    const axis = write.integers(inputs[1]!.shape.length);
    const columns = write.node('Unsqueeze', [places!, axis])[0]!;
    return write.node('Squeeze', [write.node('GatherElements', [x!, columns], { axis: inputs[1]!.shape.length })[0]!, axis]);
  },
};

/**
 * Of x, log softmax(x) and places: log p at the places, and log Σ exp x = x - log p there. With gradients g and s of the two,
 *
 *     ∂x = (s - g) · p, and + g at the places
 *
 * The gradient of log softmax(x) is in this already.
 */
export const logProbabilityAt: Operation = {
  name: 'logProbabilityAt',
  shapes: ([shape]) => [shape!.slice(0, -1), shape!.slice(0, -1)],
  lift: (attributes, sliced) => (sliced.every(Boolean) ? attributes : undefined),
  gradient: (ops, { inputs: [, logProbabilities, places], outputs }, [ofLog, ofSum]) => {
    const [g, s] = [ofLog ?? ops.zerosAs(outputs[0]!), ofSum ?? ops.zerosAs(outputs[1]!)];
    const share = ops.unsqueeze(ops.subtract(s, g), g.shape.length);
    return [ops.apply(addAt, [ops.multiply(ops.exp(logProbabilities!), share), places!, g]), undefined, undefined];
  },
  onnx: (write, [x, logProbabilities, places], { inputs }) => {
    const last = inputs[2]!.shape.length;
    const axis = write.integers(last);
    const columns = write.node('Unsqueeze', [places!, axis])[0]!;
    const [at, log] = [x!, logProbabilities!].map(
      (one) => write.node('Squeeze', [write.node('GatherElements', [one, columns], { axis: last })[0]!, axis])[0]!,
    );
    return [log!, write.node('Sub', [at!, log!])[0]!];
  },
};

/** x with numbers added at one place of each row. */
const addAt: Operation = {
  name: 'addAt',
  shapes: ([shape]) => [shape!],
  lift: (attributes, sliced) => (sliced.every(Boolean) ? attributes : undefined),
  onnx: (write, [x, places, numbers], { inputs }) => {
    const last = inputs[1]!.shape.length;
    const [columns, added] = [places!, numbers!].map((one) => write.node('Unsqueeze', [one, write.integers(last)])[0]!);
    return write.node('ScatterElements', [x!, columns!, added!], { axis: last, reduction: 'add' });
  },
};

/** […] → […, size]: 1 at the place, else 0 */
const oneHot: Operation = {
  name: 'oneHot',
  shapes: ([shape], { size }) => [[...shape!, size as number]],
  lift: (attributes) => attributes,
  gradient: () => [undefined],
  onnx: (write, [places], { attributes: { size } }) => {
    const values = write.constant([2], Float32Array.of(0, 1));
    return write.node('OneHot', [write.node('Cast', [places!], { to: 7 })[0]!, write.integers(size as number), values], { axis: -1 });
  },
};

/** The largest numbers and their places; without a gradient. */
export const largest: Operation = {
  name: 'largest',
  shapes: ([shape], { count }) => {
    const kept: Shape = [...shape!.slice(0, -1), count as number];
    return [kept, kept];
  },
  lift: (attributes) => attributes,
  onnx: (write, [x], { inputs, attributes: { count } }) => {
    const [shape, most] = [inputs[0]!.shape, count as number];
    const width = shape.at(-1) as number;
    const [values, places] =
      shape.length === 2 && width % BLOCK === 0 && width >= FEW_BLOCKS * BLOCK * most
        ? largestOfBlocks(write, x!, width, most)
        : write.node('TopK', [x!, write.integers(most)], { axis: -1 }, 2);
    return [values!, write.node('Cast', [places!], { to: 1 })[0]!];
  },
};

/** Wide rows of whole blocks are looked through in blocks; where there are so few that most would be taken, it does not pay. */
const FEW_BLOCKS = 2;

/**
 * TopK of wide rows: the k largest numbers stand in the k blocks with the largest maxima (of equals the first), so TopK has to go through
 * these alone; going through 4,000 numbers takes it longer than making them. The blocks stand in order, so that of equals the first is found first.
 */
function largestOfBlocks(write: OnnxWriter, x: string, width: number, most: number): readonly [values: string, places: string] {
  const blocks = write.node('Reshape', [x, write.integers(0, width / BLOCK, BLOCK)])[0]!;
  const maxima = write.node('ReduceMax', [blocks, write.integers(2)], { keepdims: 0 })[0]!;
  const found = write.node('TopK', [maxima, write.integers(most)], { axis: -1 }, 2)[1]!;
  const chosen = write.node('TopK', [found, write.integers(most)], { axis: -1, largest: 0 }, 2)[0]!; // in order
  const taken = write.node('GatherND', [blocks, write.node('Unsqueeze', [chosen, write.integers(2)])[0]!], { batch_dims: 1 })[0]!;
  const [values, within] = write.node(
    'TopK',
    [write.node('Reshape', [taken, write.integers(0, -1)])[0]!, write.integers(most)],
    { axis: -1 },
    2,
  );
  const block = write.node('GatherElements', [chosen, write.node('Div', [within!, write.integers(BLOCK)])[0]!], { axis: 1 })[0]!;
  const places = write.node('Add', [
    write.node('Mul', [block, write.integers(BLOCK)])[0]!,
    write.node('Mod', [within!, write.integers(BLOCK)])[0]!,
  ])[0]!;
  return [values!, places];
}
