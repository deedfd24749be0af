/**
 * A model as programs of an engine: one that learns (loss and gradients, weights as inputs) and one that predicts (weights as constants,
 * the first layer's products looked up). Both are the same network, pooling and head.
 */
import type { Build, Differentiate, Engine, InputType, Ops, Program } from '../engine/ops.js';
import type { ModelShape } from '../formats/model.js';
import type { Quantization } from '../formats/quantization.js';
import type { Below, Values } from './heads/head.js';
import { headOf } from './heads/index.js';
import { denseParameters, networkValues, networkWeights, readingsOf, VECTORS, type Parameters, type Reading } from './parameters.js';
import { pool, stepInputs, takeOf } from './pooling.js';
import { commonProducts, lookedUp, lookingInputs } from './products.js';
import { constantWeights, recurrentNetwork } from './recurrent.js';

/** Names of the inputs that hold dropout: what is kept, divided by its probability, else 0. */
export const DROPOUT = {
  prefix: 'dropout.',
  /** between layers: of the states that the layer of that index reads, [timeSteps, batch, width] */
  layer: (layer: number): string => `dropout.layer.${layer}`,
  /** of the recurrent kernel (Merity et al. 2017), [units, gates × units] */
  recurrent: (parameter: string): string => `dropout.${parameter}`,
  /** of what the head reads: [batch, width], or [timeSteps, batch, width] */
  head: 'dropout.head',
} as const;

export interface Dropout {
  /** between layers and before the head */
  layers: number;
  recurrent: number;
}

const isRecurrentKernel = (name: string): boolean => name.endsWith('.recurrentKernel');

/** What the program that learns needs, but for the parameters. */
export function learningInputs(shape: ModelShape, dropout: Dropout): Record<string, InputType> {
  const { network } = shape;
  const width = network.units * network.directions.length;
  const inputs: Record<string, InputType> = { ...networkInputs(shape), ...headOf(shape.head).lossInputs(shape.head) };
  const float = (...sizes: (number | string)[]): InputType => ({ type: 'float', shape: sizes });
  if (dropout.layers > 0) {
    for (let layer = 1; layer < network.layers; layer++) inputs[DROPOUT.layer(layer)] = float('timeSteps', 'batch', width);
    inputs[DROPOUT.head] = takeOf(shape.head) === undefined ? float('timeSteps', 'batch', width) : float('batch', width);
    Object.assign(inputs, headOf(shape.head).dropout?.(shape.head));
  }
  if (dropout.recurrent > 0)
    for (const { name, shape: sizes } of denseParameters(shape))
      if (isRecurrentKernel(name)) inputs[DROPOUT.recurrent(name)] = float(...sizes);
  return inputs;
}

/** The program that learns: `loss`, and its gradients with respect to all vectors and every dense parameter. */
export function compileLearning(engine: Engine, shape: ModelShape, dropout: Dropout): Promise<Program> {
  const parameters = denseParameters(shape);
  const inputs = learningInputs(shape, dropout);
  const all = {
    ...inputs,
    ...Object.fromEntries(parameters.map(({ name, shape: sizes }): [string, InputType] => [name, { type: 'float', shape: sizes }])),
  };
  const vectors = readingsOf(shape).map((reading) => reading.vectors);
  const differentiate: Differentiate = { loss: 'loss', to: [...vectors, ...parameters.map(({ name }) => name)] };
  return engine.compile(all, (ops, given) => ({ loss: lossOf(ops, shape, given) }), { differentiate });
}

/** The zeros that are added to the hidden states of a layer (from 0) and direction. */
export const nudgeName = (layer: number, direction: string): string => `nudge.${layer + 1}.${direction}`;

/** The program of a trained model's loss and its gradients with respect to every hidden state, by `nudgeName`: weights are constants. */
export function compileStateGradients(engine: Engine, shape: ModelShape, parameters: Parameters): Promise<Program> {
  const { network, head } = shape;
  const nudges = Array.from({ length: network.layers }, (_, layer) => network.directions.map((one) => nudgeName(layer, one))).flat();
  const inputs: Record<string, InputType> = {
    ...networkInputs(shape),
    ...headOf(head).lossInputs(head),
    ...Object.fromEntries(
      nudges.map((name): [string, InputType] => [name, { type: 'float', shape: ['timeSteps', 'batch', network.units] }]),
    ),
  };
  const constants = denseParameters(shape).map(({ name }) => ({ name, tensor: parameters.get(name)! }));
  return engine.compile(
    inputs,
    (ops, given) => {
      const weights = Object.fromEntries(constants.map(({ name, tensor }) => [name, ops.constant(tensor.shape, tensor.data)]));
      return { loss: lossOf(ops, shape, { ...weights, ...given }) };
    },
    { differentiate: { loss: 'loss', to: nudges } },
  );
}

function lossOf<T>(ops: Ops<T>, shape: ModelShape, given: Values<T>): T {
  const dropped = (value: T, by: string): T => (given[by] === undefined ? value : ops.multiply(value, given[by]));
  const weights = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, isRecurrentKernel(name) ? dropped(value, DROPOUT.recurrent(name)) : value]),
  );
  const { hiddenStates } = recurrentNetwork(
    ops,
    shape.network,
    networkValues(shape.network, weights),
    given[VECTORS]!,
    given['lengths']!,
    (states, layer) => dropped(states, DROPOUT.layer(layer)),
    undefined,
    (layer, direction) => given[nudgeName(layer, direction)],
  );
  const below = belowHead(ops, shape, hiddenStates!, given);
  const read: Below<T> =
    below.output === undefined
      ? { ...below, hiddenStates: dropped(below.hiddenStates, DROPOUT.head) }
      : { ...below, output: dropped(below.output, DROPOUT.head) };
  return headOf(shape.head).loss(ops, shape.head, weights, read, given);
}

/** What the network and pooling read: vectors, lengths, and what tells real time steps. */
const networkInputs = (shape: ModelShape): Record<string, InputType> => ({ ...vectorInputs(readingsOf(shape)), ...stepsInputs(shape) });

const vectorInputs = (readings: readonly Reading[]): Record<string, InputType> =>
  Object.fromEntries(
    readings.map(({ vectors, timeSteps, tables }): [string, InputType] => [
      vectors,
      { type: 'float', shape: [timeSteps, 'batch', tables.reduce((sum, { shape: [, dim], fields }) => sum + dim! * fields.length, 0)] },
    ]),
  );

const stepsInputs = ({ head }: ModelShape): Record<string, InputType> => ({
  lengths: { type: 'int', shape: ['batch'] },
  ...stepInputs(head),
});

function belowHead<T>(ops: Ops<T>, shape: ModelShape, hiddenStates: T, given: Values<T>): Below<T> & { attention?: T } {
  const take = takeOf(shape.head);
  if (shape.head.task === 'seq2seq') return { hiddenStates, end: pool(ops, 'last', shape.network, hiddenStates, given, given).output };
  return { hiddenStates, ...(take === undefined ? {} : pool(ops, take, shape.network, hiddenStates, given, given)) };
}

/**
 * The program that predicts: the head's answers, and `output` and `attention` where there are any. It looks the first layer's products up,
 * which are what its runs have in common (`products.ts`).
 *
 * @param quantize rounds to 8 bits what hidden states are multiplied with; an engine without such products computes with the rounded weights
 * @param judging the answers are to be compared with targets: of a head that judges, what it makes of both
 * @param traced with `hiddenStates` and every state and gate of every layer among the results
 */
export function compilePrediction(
  engine: Engine,
  shape: ModelShape,
  parameters: Parameters,
  { quantize, traced = false, judging = false }: { quantize?: Quantization | undefined; traced?: boolean; judging?: boolean } = {},
): Promise<Program> {
  const { network, head } = shape;
  const weights = networkWeights(network, parameters);
  const [, ...others] = readingsOf(shape);
  const judges = judging ? headOf(head).judging?.inputs : undefined;
  const inputs = { ...lookingInputs(shape), ...stepsInputs(shape), ...(judges ? { ...vectorInputs(others), ...judges } : {}) };
  const build: Build = (ops, given) => {
    const constants = constantWeights(ops, network, weights, quantize !== undefined);
    const results = recurrentNetwork(ops, network, constants, lookedUp(ops, shape, weights, given), given['lengths']!);
    return { ...(traced ? results : {}), ...answered(ops, shape, parameters, given, results['hiddenStates']!, judging) };
  };
  return engine.compile(inputs, build, { common: commonProducts(shape, weights) });
}

/** The program of the head alone: `output` [batch, width], or of a head that answers each token `hiddenStates` [timeSteps, batch, width]. */
export function compileHead(engine: Engine, shape: ModelShape, parameters: Parameters): Promise<Program> {
  const head = headOf(shape.head);
  const width = shape.network.units * shape.network.directions.length;
  const inputs: Record<string, InputType> =
    takeOf(shape.head) === undefined
      ? { hiddenStates: { type: 'float', shape: ['timeSteps', 'batch', width] } }
      : { output: { type: 'float', shape: ['batch', width] } };
  return engine.compile(inputs, (ops, { output, hiddenStates }) =>
    // a head looks at the one or at the other
    head.predict(ops, shape.head, headConstants(ops, shape, parameters), { output, hiddenStates: (hiddenStates ?? output)! }),
  );
}

/** All dense parameters but the network's. */
const headConstants = <T>(ops: Ops<T>, shape: ModelShape, parameters: Parameters): Record<string, T> =>
  Object.fromEntries(
    denseParameters(shape)
      .filter(({ name }) => !name.startsWith('rnn.'))
      .map(({ name }) => [name, ops.constant(parameters.get(name)!.shape, parameters.get(name)!.data)]),
  );

/** What pooling and head make of the network's states, [timeSteps, batch, width]. */
export function answered<T>(
  ops: Ops<T>,
  shape: ModelShape,
  parameters: Parameters,
  given: Values<T>,
  hiddenStates: T,
  judging = false,
): Record<string, T> {
  const head = headOf(shape.head);
  const constants = headConstants(ops, shape, parameters);
  const below = belowHead(ops, shape, hiddenStates, { ...given, ...constants });
  const { output, attention } = below;
  return {
    ...(output === undefined ? {} : { output }),
    ...(attention === undefined ? {} : { attention }),
    ...(judging && head.judging
      ? head.judging.results(ops, shape.head, constants, below, given)
      : head.predict(ops, shape.head, constants, below)),
  };
}
