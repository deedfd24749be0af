/**
 * Attention of a decoder over the states of an encoder: what of the source is looked at for each token that is said.
 *
 *     multiplicative (Luong et al. 2015)    score(q, h) = (q·W)·h
 *     additive (Bahdanau et al. 2015)       score(q, h) = v·tanh(q·W + h·K + b)
 *     α = softmax over the real time steps of the scores,    context = Σ αₜhₜ
 *
 * All queries at once: a training asks for every time step of the decoder, a search for one.
 */
import type { Ops } from '../engine/ops.js';
import type { ATTENTIONS } from '../formats/model.js';
import type { Parameter } from './parameter.js';

export type AttentionKind = (typeof ATTENTIONS)[number];

/** What is looked at: made once a sentence, whatever is asked of it. */
export interface Memory<T> {
  /** multiplicative: [batch, width, timeSteps]; additive: [batch, timeSteps, units] */
  keys: T;
  /** [batch, timeSteps, width] */
  values: T;
  /** 0 at real time steps, else far below every score: [batch, 1, timeSteps] */
  barred: T;
}

/** @param units of a query @param width of a state */
export function attentionParameters(kind: AttentionKind, units: number, width: number): Parameter[] {
  const weight = (name: string, shape: readonly number[], inputs: number): Parameter => ({
    name: `attention.${name}`,
    shape,
    begin: { limit: 1 / Math.sqrt(inputs) },
  });
  if (kind === 'multiplicative') return [weight('query', [units, width], units)];
  return [
    weight('query', [units, units], units),
    weight('kernel', [width, units], width),
    weight('bias', [units], width),
    weight('score', [units, 1], units),
  ];
}

/** How far below every score that is which is not looked at. */
export const FAR = 1e9;

/** @param hiddenStates [timeSteps, batch, width] @param mask 1 = real, [timeSteps, batch, 1] */
export function memoryOf<T>(ops: Ops<T>, kind: AttentionKind, weights: Readonly<Record<string, T>>, hiddenStates: T, mask: T): Memory<T> {
  const barred = ops.multiply(
    ops.subtract(ops.transpose(mask, [1, 2, 0]), ops.constant([1], Float32Array.of(1))),
    ops.constant([1], Float32Array.of(FAR)),
  );
  const values = ops.transpose(hiddenStates, [1, 0, 2]);
  if (kind === 'multiplicative') return { keys: ops.transpose(hiddenStates, [1, 2, 0]), values, barred };
  return { keys: ops.add(ops.matmul(values, weights['attention.kernel']!), weights['attention.bias']!), values, barred };
}

/** What is compared with the keys: queries […, units] times W. */
export const asked = <T>(ops: Ops<T>, weights: Readonly<Record<string, T>>, queries: T): T =>
  ops.matmul(queries, weights['attention.query']!);

/**
 * @param queries `asked` [batch, steps, width or units]
 * @returns `context` [batch, steps, width], and `attention` [batch, steps, timeSteps], whose rows add up to 1
 */
export function attend<T>(
  ops: Ops<T>,
  kind: AttentionKind,
  weights: Readonly<Record<string, T>>,
  { keys, values, barred }: Memory<T>,
  queries: T,
): { context: T; attention: T } {
  const scores =
    kind === 'multiplicative'
      ? ops.matmul(queries, keys)
      : ops.squeeze(ops.matmul(ops.tanh(ops.add(ops.unsqueeze(queries, 2), ops.unsqueeze(keys, 1))), weights['attention.score']!), 3);
  const attention = ops.softmax(ops.add(scores, barred));
  return { context: ops.matmul(attention, values), attention };
}
