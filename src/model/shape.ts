/** The size of a recurrent network and its weights as plain arrays, in our own order and names. */
import { PipeError } from '../errors.js';
import { cellOf, type CellName } from './cells/index.js';
import { drawn, uniform } from './random.js';

export type Direction = 'forward' | 'backward';

export interface NetworkShape {
  cell: CellName;
  /** numbers a word vector */
  inputSize: number;
  units: number;
  layers: number;
  /** which ways each layer reads the sentence; the outputs stand side by side in this order */
  directions: readonly Direction[];
  /** GRU: the reset gate acts after the recurrent product */
  resetAfter: boolean;
}

/** Weights of one direction of a layer; gates stand in the order of the cell. */
export interface DirectionWeights {
  /** [inputSize, gates × units] */
  kernel: Float32Array;
  /** [units, gates × units] */
  recurrentKernel: Float32Array;
  /** [gates × units], added to x·W */
  bias: Float32Array;
  /** [gates × units], added to h·U */
  recurrentBias: Float32Array;
}

/** By layer, then by direction. */
export type NetworkWeights = readonly (readonly DirectionWeights[])[];

export const gatesOf = ({ cell, resetAfter }: NetworkShape): readonly string[] => cellOf(cell, resetAfter).gates;

/** What a layer reads: the word vectors, or both directions of the layer before. */
export const inputSizeOf = ({ inputSize, units, directions }: NetworkShape, layer: number): number =>
  layer === 0 ? inputSize : units * directions.length;

/** Seeded weights, uniform in ±1/√units as PyTorch draws them (torch.nn.RNN, LSTM, GRU). */
export function randomWeights(shape: NetworkShape, seed: number): NetworkWeights {
  const { units, layers, directions } = shape;
  const width = gatesOf(shape).length * units;
  const limit = 1 / Math.sqrt(units);
  return Array.from({ length: layers }, (_, layer) =>
    directions.map((_, direction): DirectionWeights => {
      // rows of embeddings are streams from 0 on; networks take the negative ones, so that one seed serves both
      const next = uniform(seed, -1 - 2 * layer - direction);
      const draw = (length: number): Float32Array => drawn(length, () => limit * (2 * next() - 1));
      return {
        kernel: draw(inputSizeOf(shape, layer) * width),
        recurrentKernel: draw(units * width),
        bias: draw(width),
        recurrentBias: draw(width),
      };
    }),
  );
}

/** @throws PipeError('mismatch') where a weight has another length than the shape asks for: a bug of what read them */
export function checkWeights(shape: NetworkShape, weights: NetworkWeights): void {
  const width = gatesOf(shape).length * shape.units;
  for (const [layer, directions] of weights.entries())
    for (const { kernel, recurrentKernel, bias, recurrentBias } of directions) {
      const found = [kernel, recurrentKernel, bias, recurrentBias].map(({ length }) => length);
      const expected = [inputSizeOf(shape, layer) * width, shape.units * width, width, width];
      if (found.some((length, i) => length !== expected[i]))
        throw new PipeError('mismatch', `the weights of layer ${layer + 1} do not fit the network`, {
          expected: expected.join(', '),
          found: found.join(', '),
          hint: 'see that --cell and --weights belong together',
        });
    }
}
