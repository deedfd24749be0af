/**
 * The two programs that say texts: the encoder, run once for some sentences, and one time step of the decoder, run once a token for all
 * hypotheses of all of them together. A step takes the states of the step before, so it costs one step and not the whole beginning again.
 */
import type { Engine, InputType, Ops, Program } from '../../engine/ops.js';
import type { ModelShape } from '../../formats/model.js';
import { memoryOf } from '../attention.js';
import { cellOf } from '../cells/index.js';
import { firstStates, say, type Seq2seq } from '../decoder.js';
import { ANSWER_EMBEDDING, denseParameters, networkValues, networkWeights, VECTORS, type Parameters } from '../parameters.js';
import { pool, stepInputs } from '../pooling.js';
import { checkQuantizable, quantizedConstant } from '../quantize.js';
import { networkStep, trainedNetwork } from '../recurrent.js';

export type TextModel = Omit<ModelShape, 'head'> & { head: Seq2seq };

/** What the encoder gives and a step takes as it is. */
export const MEMORY = ['keys', 'values', 'barred'] as const;

/** The input of a state as the step before left it. */
export const before = (state: string): string => `before.${state}`;

/** Names of the decoder's states, of each layer the hidden state first. */
export function stateNames({ decoder }: Seq2seq): string[][] {
  const { states } = cellOf(decoder.cell, decoder.resetAfter);
  return Array.from({ length: decoder.layers }, (_, layer) => states.map((state) => `${layer + 1}.${state}`));
}

/**
 * Vectors and lengths of sentences to `MEMORY` and the decoder's first states.
 *
 * @param quantize weights of the recurrent layers are rounded to 8 bits
 * @throws PipeError('usage') where the cell cannot be quantised
 */
export function compileEncoder(engine: Engine, shape: TextModel, parameters: Parameters, quantize = false): Promise<Program> {
  const { network, head } = shape;
  if (quantize) checkQuantizable(network);
  const inputs: Record<string, InputType> = {
    [VECTORS]: { type: 'float', shape: ['timeSteps', 'batch', network.inputSize] },
    lengths: { type: 'int', shape: ['batch'] },
    ...stepInputs(head),
  };
  const weights = networkWeights(network, parameters);
  return engine.compile(inputs, (ops, given) => {
    const constants = constantsOf(ops, shape, parameters);
    const how = { fused: engine.fused, quantize };
    const states = trainedNetwork(ops, network, weights, given[VECTORS]!, given['lengths']!, how)['hiddenStates']!;
    const end = pool(ops, 'last', network, states, given, constants).output;
    const first = firstStates(ops, head, constants, end);
    return {
      ...memoryOf(ops, head.attention, constants, states, given['mask']!),
      ...Object.fromEntries(stateNames(head).flatMap((names, layer) => names.map((name, i) => [name, first[layer]![i]!] as const))),
    };
  });
}

/**
 * One time step for hypotheses, which are rows: the token said last, the row of the states before that it goes on from, and its sentence.
 *
 * @param most so many next tokens are given of each row
 * @param quantize products with matrices of weights are taken in 8 bits
 * @returns `scores` and `tokens` [rows, most]: log probabilities, the best first; `attention` [rows, timeSteps]; the states [rows, units]
 */
export function compileStep(engine: Engine, shape: TextModel, parameters: Parameters, most: number, quantize = false): Promise<Program> {
  const { network, head } = shape;
  const { decoder, answers, attention: kind } = head;
  const width = network.units * network.directions.length;
  const float = (...shape: (number | string)[]): InputType => ({ type: 'float', shape });
  const rows: InputType = { type: 'int', shape: ['rows'] };
  const inputs: Record<string, InputType> = {
    said: rows,
    parents: rows,
    sentences: rows,
    keys: kind === 'multiplicative' ? float('batch', width, 'timeSteps') : float('batch', 'timeSteps', decoder.units),
    values: float('batch', 'timeSteps', width),
    barred: float('batch', 1, 'timeSteps'),
    ...Object.fromEntries(
      stateNames(head).flatMap((names) => names.map((name) => [before(name), float('before', decoder.units)] as const)),
    ),
  };
  const table = parameters.get(ANSWER_EMBEDDING)!;
  return engine.compile(inputs, (ops, given) => {
    const constants = constantsOf(ops, shape, parameters, quantize);
    const vectors = ops.gather(ops.constant(table.shape, table.data), given['said']!);
    const states = stateNames(head).map((names) => names.map((name) => ops.gather(given[before(name)]!, given['parents']!)));
    const after = networkStep(ops, decoder, networkValues(decoder, constants, 'decoder'), vectors, states);
    const [keys, values, barred] = MEMORY.map((name) => ops.gather(given[name]!, given['sentences']!));
    const { logits, attention } = say(
      ops,
      head,
      constants,
      { keys: keys!, values: values!, barred: barred! },
      ops.unsqueeze(after.at(-1)![0]!, 0),
    );
    const best = ops.largest(ops.logSoftmax(ops.squeeze(logits, 0)), Math.min(most, answers.rows));
    return {
      scores: best.values,
      tokens: best.places,
      attention: ops.squeeze(attention, 1),
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
