/** Operations that choose numbers by their places along the last axis, or rows. */
import type { Expression } from '../../graph/expression.js';
import { BLOCK } from '../../ops.js';
import type { OnnxWriter, Operators } from './operator.js';

export const picking = {
  pick: (write, [x, places], { inputs }) => {
    const axis = write.integers(inputs[1]!.shape.length);
    const columns = write.node('Unsqueeze', [places!, axis])[0]!;
    return write.node('Squeeze', [write.node('GatherElements', [x!, columns], { axis: inputs[1]!.shape.length })[0]!, axis]);
  },
  logProbabilityAt: (write, [x, logProbabilities, places], { inputs }) => {
    const last = inputs[2]!.shape.length;
    const axis = write.integers(last);
    const columns = write.node('Unsqueeze', [places!, axis])[0]!;
    const [at, log] = [x!, logProbabilities!].map(
      (one) => write.node('Squeeze', [write.node('GatherElements', [one, columns], { axis: last })[0]!, axis])[0]!,
    );
    return [log!, write.node('Sub', [at!, log!])[0]!];
  },
  crossEntropy: (write, [logits, ids], { inputs }) => {
    const axis = inputs[1]!.shape.length;
    const [logProbabilities] = write.node('LogSoftmax', [logits!], { axis });
    const [chosen] = write.node('GatherElements', [logProbabilities!, column(write, ids!, axis)], { axis });
    const [loss] = write.node('Neg', write.node('Squeeze', [chosen!, write.integers(axis)]));
    return [loss!, logProbabilities!];
  },
  addAt: (write, [x, places, numbers], { inputs }) => {
    const axis = inputs[1]!.shape.length;
    return write.node('ScatterElements', [x!, column(write, places!, axis), column(write, numbers!, axis)], { axis, reduction: 'add' });
  },
  oneHot: (write, [places], { attributes: { size } }) => {
    const values = write.constant([2], Float32Array.of(0, 1));
    return write.node('OneHot', [write.node('Cast', [places!], { to: 7 })[0]!, write.integers(size as number), values], { axis: -1 });
  },
  mostProbable: (write, [logits], { inputs, attributes: { count } }) => {
    const [shape, most] = [inputs[0]!.shape, count as number];
    const width = shape.at(-1) as number;
    const [x] = write.node('LogSoftmax', [logits!], { axis: -1 });
    const [values, places] =
      shape.length === 2 && width % BLOCK === 0 && width >= FEW_BLOCKS * BLOCK * most
        ? largestOfBlocks(write, x!, width, most)
        : write.node('TopK', [x!, write.integers(most)], { axis: -1 }, 2);
    return [values!, write.node('Cast', [places!], { to: 1 })[0]!];
  },
  gather: (write, inputs) => write.node('Gather', inputs),
  selectRows: (write, [x, places], { inputs }) => write.node('Gather', [matrix(write, x!, inputs[0]!), places!]),
  putRows: (write, [rows, places, like], { inputs }) => {
    const [shape] = write.node('Shape', [like!]);
    const zeros = matrix(write, write.node('ConstantOfShape', [shape!], {})[0]!, inputs[2]!);
    const indices = write.node('Unsqueeze', [write.node('Cast', [places!], { to: 7 })[0]!, write.integers(1)])[0]!;
    return write.node('Reshape', [write.node('ScatterND', [zeros, indices, rows!])[0]!, shape!]);
  },
} satisfies Operators;

const column = (write: OnnxWriter, x: string, axis: number): string => write.node('Unsqueeze', [x, write.integers(axis)])[0]!;

const matrix = (write: OnnxWriter, x: string, { shape }: Expression): string => write.node('Flatten', [x], { axis: shape.length - 1 })[0]!;

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
