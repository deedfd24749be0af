/**
 * The two programs that say texts: the encoder, run once for some sentences, and one time step of the decoder, run once a token for all
 * hypotheses of all of them together. A step takes the states of the step before, so it costs one step and not the whole beginning again.
 */
import { BLOCK, type Build, type Engine, type InputType, type Ops, type Program } from '../../engine/ops.js';
import type { ModelShape } from '../../formats/model.js';
import { Tensor } from '../../formats/tensor.js';
import { memoryOf, type Memory } from '../attention.js';
import { cellOf } from '../cells/index.js';
import { firstStates, sayNext, type Seq2seq } from '../decoder.js';
import { ANSWER_EMBEDDING, denseParameters, networkValues, networkWeights, type Parameters } from '../parameters.js';
import { pool, stepInputs } from '../pooling.js';
import { commonProducts, lookedUp, lookingInputs, productsOf } from '../products.js';
import { quantizedConstant } from '../quantize.js';
import { constantWeights, networkStep, recurrentNetwork } from '../recurrent.js';

export type TextModel = Omit<ModelShape, 'head'> & { head: Seq2seq };

/** The input of a state as the step before left it. */
export const before = (state: string): string => `before.${state}`;

/** Names of the decoder's states, of each layer the hidden state first. */
export function stateNames({ decoder }: Seq2seq): string[][] {
  const { states } = cellOf(decoder.cell, decoder.resetAfter);
  return Array.from({ length: decoder.layers }, (_, layer) => states.map((state) => `${layer + 1}.${state}`));
}

const float = (...shape: (number | string)[]): InputType => ({ type: 'float', shape });

/** What the encoder gives of the sentences and a step takes as it is. */
export function memoryTypes({ network, head }: TextModel): Memory<InputType> {
  const width = network.units * network.directions.length;
  return {
    keys: head.attention === 'multiplicative' ? float('batch', width, 'timeSteps') : float('batch', 'timeSteps', head.decoder.units),
    values: float('batch', 'timeSteps', width),
    barred: float('batch', 1, 'timeSteps'),
  };
}

/**
 * Sentences, whose first layer looks its products up, to their memory (`memoryTypes`) and the decoder's first states.
 *
 * @param quantize what hidden states are multiplied with is rounded to 8 bits
 */
export function compileEncoder(engine: Engine, shape: TextModel, parameters: Parameters, quantize = false): Promise<Program> {
  const { network, head } = shape;
  const inputs: Record<string, InputType> = {
    ...lookingInputs(shape),
    lengths: { type: 'int', shape: ['batch'] },
    ...stepInputs(head),
  };
  const weights = networkWeights(network, parameters);
  const build: Build = (ops, given) => {
    const constants = constantsOf(ops, shape, parameters);
    const recurrent = constantWeights(ops, network, weights, quantize);
    const states = recurrentNetwork(ops, network, recurrent, lookedUp(ops, shape, weights, given), given['lengths']!)['hiddenStates']!;
    const end = pool(ops, 'last', network, states, given, constants).output;
    const first = firstStates(ops, head, constants, end);
    return {
      ...memoryOf(ops, head.attention, constants, states, given['mask']!),
      ...Object.fromEntries(stateNames(head).flatMap((names, layer) => names.map((name, i) => [name, first[layer]![i]!] as const))),
    };
  };
  return engine.compile(inputs, build, { common: commonProducts(shape, weights) });
}

/**
 * One time step for hypotheses, which are rows: the token said last, the row of the states before that it goes on from, and its place among
 * those of its sentence.
 *
 * @param most so many next tokens are given of each row
 * @param quantize products with matrices of weights are taken in 8 bits: all that they are multiplied with lies in -1 … 1
 * @returns `scores` and `tokens` [rows, most]: log probabilities, the best first; `attention` [rows, timeSteps]; the states [rows, units]
 */
export async function compileStep(
  engine: Engine,
  shape: TextModel,
  parameters: Parameters,
  most: number,
  quantize = false,
): Promise<Program> {
  const { head } = shape;
  const { decoder, answers } = head;
  const rows: InputType = { type: 'int', shape: ['rows'] };
  const inputs: Record<string, InputType> = {
    said: rows,
    parents: rows,
    rowAt: { type: 'int', shape: ['batch', 'beam'] },
    placeOf: rows,
    ...memoryTypes(shape),
    ...Object.fromEntries(
      stateNames(head).flatMap((names) => names.map((name) => [before(name), float('before', decoder.units)] as const)),
    ),
  };
  const products = await productsOf(engine, decoder, networkWeights(decoder, parameters, 'decoder'), parameters.get(ANSWER_EMBEDDING)!);
  const wide = new Map(Array.from(parameters, ([name, tensor]) => [name, filled(name, tensor)]));
  return engine.compile(inputs, (ops, given) => {
    const constants = constantsOf(ops, shape, wide, quantize);
    const input = ops.gather(ops.constant(products.shape, products.data), given['said']!);
    const states = stateNames(head).map((names) => names.map((name) => ops.gather(given[before(name)]!, given['parents']!)));
    const after = networkStep(ops, decoder, networkValues(decoder, constants, 'decoder'), input, states);
    const memory = { keys: given['keys']!, values: given['values']!, barred: given['barred']! };
    const places = { rowAt: given['rowAt']!, placeOf: given['placeOf']! };
    const { logits, attention } = sayNext(ops, head, constants, memory, after.at(-1)![0]!, places);
    const best = ops.mostProbable(logits, Math.min(most, answers.rows));
    return {
      scores: best.logProbabilities,
      tokens: best.places,
      attention,
      ...Object.fromEntries(stateNames(head).flatMap((names, layer) => names.map((name, i) => [name, after[layer]![i]!] as const))),
    };
  });
}

/** All dense parameters but those of the encoder's layers. @param quantize matrices of more than one column are rounded */
function constantsOf<T>(
  ops: Pick<Ops<T>, 'constant' | 'quantizedMatrix'>,
  shape: TextModel,
  parameters: Parameters,
  quantize = false,
): Record<string, T> {
  const names = denseParameters(shape).map(({ name }) => name);
  return Object.fromEntries(
    names
      .filter((name) => !name.startsWith('rnn.'))
      .map((name) => {
        const tensor = parameters.get(name)!;
        const rounded = quantize && tensor.shape.length === 2 && tensor.shape[1]! > 1;
        return [name, rounded ? quantizedConstant(ops, tensor) : ops.constant(tensor.shape, tensor.data)];
      }),
  );
}

/** Weights of the output with tokens beside the last one that are never said, up to the end of a block. */
function filled(name: string, tensor: Tensor): Tensor {
  if (!name.startsWith('output.')) return tensor;
  const { shape, data } = tensor;
  const tokens = shape.at(-1)!;
  const width = Math.ceil(tokens / BLOCK) * BLOCK;
  const wider = new Float32Array((data.length / tokens) * width).fill(shape.length === 1 ? NEVER : 0);
  for (let from = 0, to = 0; from < data.length; from += tokens, to += width) wider.set(data.subarray(from, from + tokens), to);
  return new Tensor([...shape.slice(0, -1), width], wider);
}

/** Far below every logit. */
const NEVER = -1e30;
