/**
 * Our weights and those of a model of another framework, tensor by tensor: the names there, the shapes there, and how the numbers are
 * moved. Both ways are in one place, so that a file that was written is read back. Recurrent weights are told by their names
 * (`rnn.1.forward.kernel`), and so is a weight of one layer (`head.kernel`); whatever else a model has keeps its name and its order.
 *
 *     ours                     PyTorch                       Keras
 *     embedding                embedding.weight              embedding/embeddings
 *     rnn.1.forward.kernel     lstm.weight_ih_l0             lstm/lstm_cell/kernel
 *     rnn.2.backward.kernel    lstm.weight_ih_l1_reverse     bidirectional_1/backward_lstm_1/lstm_cell/kernel
 *     head.kernel              linear.weight (transposed)    dense/kernel
 */
import { PipeError } from '../../errors.js';
import { FEATURE_NAMES, FEATURES } from '../../formats/features.js';
import type { ModelShape } from '../../formats/model.js';
import { Tensor } from '../../formats/tensor.js';
import { PYTORCH, transposedFrom, transposedTo, type Layout } from '../layouts.js';
import type { NetworkShape } from '../shape.js';
import { denseParameters, EMBEDDING, tablesOf, type Parameters } from '../parameters.js';
import type { Parameter } from '../parameter.js';

/** One tensor of the other framework, and the weights of ours that it holds. */
export interface Correspondence {
  name: string;
  shape: readonly number[];
  ours: readonly Parameter[];
  to: (ours: readonly Float32Array[]) => Float32Array;
  from: (theirs: Float32Array) => Float32Array[];
}

const RECURRENT = /^(.+)\.(\d+)\.(forward|backward)\.(kernel|recurrentKernel|bias|recurrentBias)$/;

/** What the layer of a table is called there: `ngram_embedding`. */
const TABLES = new Map(
  [EMBEDDING, ...FEATURE_NAMES.map((name) => FEATURES[name].table)].map((name) => [
    name,
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  ]),
);

/**
 * Every tensor that a model of this shape has in the other framework.
 *
 * @throws PipeError('usage') for a model that the framework has no layer for
 */
export function correspondences(shape: ModelShape, layout: Layout): Correspondence[] {
  if (layout === 'pytorch') checkPytorch(shape);
  const parameters = [...tablesOf(shape), ...denseParameters(shape)];
  return layout === 'pytorch' ? parameters.map((one) => pytorch(shape, one)) : keras(shape, parameters);
}

/** The tensors of a model as the other framework has them. */
export function exported(shape: ModelShape, parameters: Parameters, layout: Layout): Map<string, Tensor> {
  return new Map(
    correspondences(shape, layout).map(({ name, shape: sizes, ours, to }) => [
      name,
      new Tensor(sizes, to(ours.map((one) => parameters.get(one.name)!.data))),
    ]),
  );
}

function checkPytorch({ network: { cell, resetAfter, directions } }: ModelShape): void {
  const refuse = (what: string, found: string): PipeError =>
    new PipeError('usage', `PyTorch has no layer for ${what}`, { found, hint: 'export to keras, or to onnx, which hold every model' });
  if (cell === 'gru' && !resetAfter) throw refuse('a GRU with its reset gate before the product', '--reset before');
  if (directions[0] === 'backward') throw refuse('one backward direction', directions.join(', '));
}

const alone = (parameter: Parameter, name: string): Correspondence => ({
  name,
  shape: parameter.shape,
  ours: [parameter],
  to: ([data]) => data!,
  from: (data) => [data],
});

/** The prefix of the network's weights is called what the cell is; that of the head, what the layer is. */
const prefixOf = ({ network }: ModelShape, prefix: string): string => (prefix === 'rnn' ? network.cell : prefix);

/** The recurrent network whose weights have the prefix. */
const networkOf = ({ network, head }: ModelShape, prefix: string): NetworkShape =>
  prefix === 'decoder' && head.task === 'seq2seq' ? head.decoder : network;

function pytorch(shape: ModelShape, parameter: Parameter): Correspondence {
  const { name, shape: sizes } = parameter;
  const layer = TABLES.get(name);
  if (layer !== undefined) return alone(parameter, `${layer}.weight`);
  const recurrent = RECURRENT.exec(name);
  const [rows, width] = sizes.length === 2 ? (sizes as [number, number]) : [1, sizes[0]!];
  const turned = (to: string, order: readonly number[], units: number): Correspondence => ({
    name: to,
    shape: sizes.length === 2 ? [width, rows] : [width],
    ours: [parameter],
    to: ([data]) => transposedTo(data!, rows, units, order),
    from: (data) => [transposedFrom(data, rows, units, order)],
  });
  if (recurrent) {
    const [, prefix, layer, direction, weight] = recurrent;
    const what = { kernel: 'weight_ih', recurrentKernel: 'weight_hh', bias: 'bias_ih', recurrentBias: 'bias_hh' }[weight as 'kernel'];
    const order = PYTORCH[networkOf(shape, prefix!).cell];
    const end = `_l${Number(layer) - 1}${direction === 'backward' ? '_reverse' : ''}`;
    return turned(`${prefixOf(shape, prefix!)}.${what}${end}`, order, width / order.length);
  }
  const theirs = name.replace(/^head\./, 'linear.');
  if (sizes.length === 2 && theirs.endsWith('.kernel')) return turned(theirs.replace(/\.kernel$/, '.weight'), [0], width);
  return alone(parameter, theirs);
}

/** Keras has one bias where we have two, but for a GRU with its reset gate after the product: [2, gates × units]. */
function keras(shape: ModelShape, parameters: readonly Parameter[]): Correspondence[] {
  return parameters.flatMap((parameter): Correspondence[] => {
    const { name, shape: sizes } = parameter;
    const table = TABLES.get(name);
    if (table !== undefined) return [alone(parameter, `${table}/embeddings`)];
    const recurrent = RECURRENT.exec(name);
    if (!recurrent) return [alone(parameter, name.replace(/^head\./, 'dense.').replaceAll('.', '/'))];
    const [, prefix, layer, direction, weight] = recurrent;
    if (weight === 'recurrentBias') return [];
    const path = kerasPath(shape, prefix!, Number(layer) - 1, direction!);
    if (weight !== 'bias') return [alone(parameter, `${path}/${weight === 'kernel' ? 'kernel' : 'recurrent_kernel'}`)];
    const width = sizes[0]!;
    const { cell, resetAfter } = networkOf(shape, prefix!);
    const two = cell === 'gru' && resetAfter;
    const other = parameters.find((one) => one.name === name.replace(/bias$/, 'recurrentBias'))!;
    return [
      {
        name: `${path}/bias`,
        shape: two ? [2, width] : [width],
        ours: [parameter, other],
        to: ([bias, recurrentBias]) => (two ? joined(bias!, recurrentBias!) : bias!.map((one, i) => one + recurrentBias![i]!)),
        from: (data) => (two ? [data.slice(0, width), data.slice(width)] : [data, new Float32Array(width)]),
      },
    ];
  });
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** `lstm_1/lstm_cell`; `bidirectional_1/forward_lstm_1/lstm_cell`, as Keras numbers the layers of a Sequential model. */
function kerasPath(shape: ModelShape, prefix: string, layer: number, direction: string): string {
  const network = networkOf(shape, prefix);
  const cell = { rnn: 'simple_rnn', lstm: 'lstm', gru: 'gru' }[network.cell];
  const number = layer === 0 ? '' : `_${layer}`;
  const outer = prefix === 'rnn' ? '' : `${prefix}/`;
  if (network.directions.length === 1) return `${outer}${direction === 'backward' ? 'backward_' : ''}${cell}${number}/${cell}_cell`;
  return `${outer}bidirectional${number}/${direction}_${cell}${number}/${cell}_cell`;
}
