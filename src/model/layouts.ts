/**
 * The order of gates and the names of weights in other frameworks; the one file that knows them.
 *
 *     ours, Keras   LSTM i f c o    GRU z r h    kernels [inputs, gates × units]
 *     PyTorch       LSTM i f g o    GRU r z n    weights [gates × units, inputs]; its g is our c, its n our h
 *     ONNX          LSTM i o f c    GRU z r h    weights [directions, gates × units, inputs]
 */
import type { FusedLayer, Ops } from '../engine/ops.js';
import { PipeError } from '../errors.js';
import type { Tensor } from '../formats/tensor.js';
import type { CellName } from './cells/index.js';
import { gatesOf, inputSizeOf, type Direction, type DirectionWeights, type NetworkShape, type NetworkWeights } from './shape.js';

/** For each gate in our order, where the other framework has it. */
export const PYTORCH: Record<CellName, readonly number[]> = { rnn: [0], lstm: [0, 1, 2, 3], gru: [1, 0, 2] };
const ONNX: Record<CellName, readonly number[]> = { rnn: [0], lstm: [0, 2, 3, 1], gru: [0, 1, 2] };

/** ours [rows, gates × units] → theirs [gates × units, rows] */
export function transposedTo(ours: Float32Array, rows: number, units: number, order: readonly number[]): Float32Array {
  const width = order.length * units;
  const theirs = new Float32Array(ours.length);
  for (const [gate, place] of order.entries())
    for (let unit = 0; unit < units; unit++)
      for (let row = 0; row < rows; row++) theirs[(place * units + unit) * rows + row] = ours[row * width + gate * units + unit]!;
  return theirs;
}

/** theirs [gates × units, rows] → ours [rows, gates × units] */
export function transposedFrom(theirs: Float32Array, rows: number, units: number, order: readonly number[]): Float32Array {
  const width = order.length * units;
  const ours = new Float32Array(theirs.length);
  for (const [gate, place] of order.entries())
    for (let unit = 0; unit < units; unit++)
      for (let row = 0; row < rows; row++) ours[row * width + gate * units + unit] = theirs[(place * units + unit) * rows + row]!;
  return ours;
}

/** A layer for ONNX's own operators LSTM, GRU and RNN. */
function fusedLayer(shape: NetworkShape, layer: readonly DirectionWeights[], index: number): FusedLayer {
  const { cell, units, directions, resetAfter } = shape;
  const [order, width, rows] = [ONNX[cell], gatesOf(shape).length * units, inputSizeOf(shape, index)];
  const joined = (parts: readonly Float32Array[], size: readonly number[]) => ({ shape: [parts.length, ...size], data: flat(parts) });
  return {
    operator: ({ rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const)[cell],
    direction: directions.length === 2 ? 'bidirectional' : directions[0] === 'backward' ? 'reverse' : 'forward',
    units,
    resetAfter,
    inputWeights: joined(
      layer.map(({ kernel }) => transposedTo(kernel, rows, units, order)),
      [width, rows],
    ),
    recurrentWeights: joined(
      layer.map(({ recurrentKernel }) => transposedTo(recurrentKernel, units, units, order)),
      [width, units],
    ),
    bias: joined(
      layer.map(({ bias, recurrentBias }) => flat([transposedTo(bias, 1, units, order), transposedTo(recurrentBias, 1, units, order)])),
      [2 * width],
    ),
  };
}

/**
 * The network by the engine's own operators, of an engine that has them.
 *
 * @param inputs [timeSteps, batch, inputSize]
 * @param lengths [batch]
 * @param rounded what is done to a layer's weights
 * @returns hidden states [timeSteps, batch, units × directions], zeros after the last real time step
 */
export function fusedNetwork<T>(
  ops: Pick<Ops<T>, 'recurrentLayer'>,
  shape: NetworkShape,
  weights: NetworkWeights,
  inputs: T,
  lengths: T,
  rounded: (layer: FusedLayer) => FusedLayer = (layer) => layer,
): T {
  return weights.reduce((below, layer, index) => ops.recurrentLayer!(below, lengths, rounded(fusedLayer(shape, layer, index))), inputs);
}

function flat(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export type Layout = 'pytorch' | 'keras';

/** A network as a file of weights has it. */
export interface Loaded {
  shape: NetworkShape;
  weights: NetworkWeights;
}

const GATES: Record<CellName, number> = { rnn: 1, lstm: 4, gru: 3 };

/**
 * The recurrent network among the tensors of a file.
 *
 * @param cell which cell the weights are of: files do not say
 * @throws PipeError('mismatch') that names the tensor, the expected and the found shape
 */
export function loadNetwork(tensors: ReadonlyMap<string, Tensor>, layout: Layout, cell: CellName, resetAfter: boolean): Loaded {
  return layout === 'pytorch' ? fromPytorch(tensors, cell, resetAfter) : fromKeras(tensors, cell, resetAfter);
}

/** `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, each with `_reverse`, behind any prefix. */
function fromPytorch(tensors: ReadonlyMap<string, Tensor>, cell: CellName, resetAfter: boolean): Loaded {
  const first = [...tensors.keys()].filter((name) => /(^|\.)weight_ih_l0$/.test(name));
  if (first.length !== 1)
    throw noNetwork(
      tensors,
      'one tensor weight_ih_l0',
      'save one torch.nn.RNN, LSTM or GRU: save_file(net.lstm.state_dict(), "weights.safetensors")',
    );
  const prefix = first[0]!.slice(0, -'weight_ih_l0'.length);
  if (cell === 'gru' && !resetAfter)
    throw new PipeError('usage', '--reset before does not apply to --layout pytorch', {
      hint: 'PyTorch has the reset gate after the product: leave --reset out',
    });
  const directions: Direction[] = tensors.has(`${prefix}weight_ih_l0_reverse`) ? ['forward', 'backward'] : ['forward'];
  const units = tensors.get(`${prefix}weight_hh_l0`)?.shape[1] ?? 0;
  const inputSize = tensors.get(first[0]!)!.shape[1] ?? 0;
  let layers = 1;
  while (tensors.has(`${prefix}weight_ih_l${layers}`)) layers++;
  const shape: NetworkShape = { cell, inputSize, units, layers, directions, resetAfter: true };
  const [order, width] = [PYTORCH[cell], GATES[cell] * units];
  const weights = Array.from({ length: layers }, (_, layer) =>
    directions.map((direction): DirectionWeights => {
      const end = `_l${layer}${direction === 'backward' ? '_reverse' : ''}`;
      const rows = inputSizeOf(shape, layer);
      const take = (name: string, size: readonly number[]): Float32Array => expectShape(tensors, `${prefix}${name}${end}`, size);
      const bias = (name: string): Float32Array =>
        tensors.has(`${prefix}${name}${end}`) ? transposedFrom(take(name, [width]), 1, units, order) : new Float32Array(width);
      return {
        kernel: transposedFrom(take('weight_ih', [width, rows]), rows, units, order),
        recurrentKernel: transposedFrom(take('weight_hh', [width, units]), units, units, order),
        bias: bias('bias_ih'),
        recurrentBias: bias('bias_hh'),
      };
    }),
  );
  return { shape, weights };
}

/**
 * `kernel`, `recurrent_kernel`, `bias` behind any path; paths with `backward` are the backward direction, and layers
 * stand in the natural order of their paths (lstm, lstm_1, lstm_2).
 */
function fromKeras(tensors: ReadonlyMap<string, Tensor>, cell: CellName, resetAfter: boolean): Loaded {
  const paths = [...tensors.keys()]
    .filter((name) => /(^|[/.])recurrent_kernel$/.test(name))
    .map((name) => name.slice(0, -'recurrent_kernel'.length));
  if (paths.length === 0)
    throw noNetwork(
      tensors,
      'tensors named …/kernel, …/recurrent_kernel, …/bias',
      'save each Keras variable under its path: save_file({v.path: v.numpy() for v in model.weights}, …)',
    );
  const isBackward = (path: string): boolean => path.includes('backward');
  const layersOf = (wanted: boolean): string[] => paths.filter((path) => isBackward(path) === wanted).sort(naturally);
  const byDirection = [layersOf(false), layersOf(true)].filter((list) => list.length > 0);
  const directions = (['forward', 'backward'] as const).filter((_, i) => layersOf(i === 1).length > 0);
  const [layers, first] = [byDirection[0]!.length, byDirection[0]![0]!];
  if (byDirection.some((list) => list.length !== layers))
    throw noNetwork(tensors, 'as many backward layers as forward ones', 'see the names of the tensors: rnn-pipe inspect');
  const units = tensors.get(`${first}recurrent_kernel`)!.shape[0] ?? 0;
  const shape: NetworkShape = { cell, inputSize: tensors.get(`${first}kernel`)?.shape[0] ?? 0, units, layers, directions, resetAfter };
  const width = GATES[cell] * units;
  const weights = Array.from({ length: layers }, (_, layer) =>
    byDirection.map((list): DirectionWeights => {
      const take = (name: string, size: readonly number[]): Float32Array => expectShape(tensors, `${list[layer]!}${name}`, size);
      const twoBiases = cell === 'gru' && resetAfter;
      const biases = tensors.has(`${list[layer]!}bias`) ? take('bias', twoBiases ? [2, width] : [width]) : new Float32Array(2 * width);
      return {
        kernel: take('kernel', [inputSizeOf(shape, layer), width]),
        recurrentKernel: take('recurrent_kernel', [units, width]),
        bias: biases.slice(0, width),
        recurrentBias: twoBiases ? biases.slice(width) : new Float32Array(width),
      };
    }),
  );
  return { shape, weights };
}

function expectShape(tensors: ReadonlyMap<string, Tensor>, name: string, expected: readonly number[]): Float32Array {
  const found = tensors.get(name);
  if (found && found.shape.join() === expected.join()) return found.data;
  throw new PipeError('mismatch', found ? `the tensor "${name}" has another shape` : `there is no tensor "${name}"`, {
    expected: `[${expected.join(', ')}]`,
    found: found ? `[${found.shape.join(', ')}]` : [...tensors.keys()].slice(0, 6).join(', '),
    hint: 'see that --cell, --layout and --reset are those of the file',
  });
}

function noNetwork(tensors: ReadonlyMap<string, Tensor>, expected: string, hint: string): PipeError {
  return new PipeError('mismatch', 'the file holds no recurrent network of this layout', {
    expected,
    found: [...tensors.keys()].slice(0, 6).join(', ') || 'no tensors',
    hint,
  });
}

/** lstm < lstm_1 < lstm_2 < lstm_10, in every locale */
function naturally(a: string, b: string): number {
  const [x, y] = [a, b].map((path) => path.split(/(\d+)/));
  for (let i = 0; i < Math.max(x!.length, y!.length); i++) {
    const [p, q] = [x![i] ?? '', y![i] ?? ''];
    if (p === q) continue;
    return i % 2 === 1 ? Number(p) - Number(q) : p < q ? -1 : 1;
  }
  return 0;
}
