/** Step 7 inside a model: the hidden states of a sentence to one output vector. Padding is never looked at. */
import type { InputType, Ops } from '../engine/ops.js';
import type { HeadDefinition, Take } from '../formats/model.js';
import type { Parameter } from './parameter.js';
import type { NetworkShape } from './shape.js';

/** What tells real time steps from padding. */
export interface Steps<T> {
  /** 1 = real, [timeSteps, batch, 1] */
  mask: T;
  /** of each sentence the place of its last real time step, and of its first, in [timeSteps × batch]: [batch] */
  last: T;
  first: T;
  /** 1/length at real time steps, [timeSteps, batch, 1] */
  share: T;
}

const FACTORS = { type: 'float', shape: ['timeSteps', 'batch', 1] } as const;
const PLACES = { type: 'int', shape: ['batch'] } as const;
const TYPES: Record<keyof Steps<unknown>, InputType> = { mask: FACTORS, share: FACTORS, last: PLACES, first: PLACES };

/** What a head's way of taking needs of these; an attention of its own needs the mask, and a decoder begins at the end. */
export function stepNames(head: HeadDefinition): (keyof Steps<unknown>)[] {
  if (head.task === 'seq2seq') return ['mask', 'last', 'first'];
  switch (takeOf(head)) {
    case 'last':
    case 'first':
      return ['last', 'first'];
    case 'mean':
      return ['share'];
    case 'max':
    case 'attention':
      return ['mask'];
    default:
      return [];
  }
}

export const stepInputs = (head: HeadDefinition): Record<string, InputType> =>
  Object.fromEntries(stepNames(head).map((name) => [name, TYPES[name]]));

export const takeOf = (head: HeadDefinition): Take | undefined => ('take' in head ? head.take : undefined);

/** @param width of a hidden state, both directions */
export function poolingParameters(head: HeadDefinition, width: number): Parameter[] {
  if (takeOf(head) !== 'attention') return [];
  const begin = { limit: 1 / Math.sqrt(width) };
  return [
    { name: 'attention.kernel', shape: [width, width], begin },
    { name: 'attention.bias', shape: [width], begin },
    { name: 'attention.query', shape: [width, 1], begin },
  ];
}

/** Far below every score, and far from the end of 32-bit floats. */
const NEVER = Float32Array.of(1e9);

/**
 * last, first: of each direction the end (beginning) of its own reading. mean and max: over the real time steps.
 * attention (Yang et al. 2016): Σ aₜhₜ with aₜ = softmaxₜ(tanh(hₜ·W + b)·q).
 *
 * @param hiddenStates [timeSteps, batch, units × directions]
 * @returns `output` [batch, units × directions], and of attention its `attention` [timeSteps, batch, 1]
 */
export function pool<T>(
  ops: Ops<T>,
  take: Take,
  { directions, units }: NetworkShape,
  hiddenStates: T,
  steps: Readonly<Record<string, T>>,
  weights: Readonly<Record<string, T>>,
): { output: T; attention?: T } {
  const weighted = (states: T, by: T): T => ops.sum(ops.multiply(states, by), [0]);
  const never = (states: T): T =>
    ops.add(states, ops.multiply(ops.subtract(steps['mask']!, ops.constant([1], ONE)), ops.constant([1], NEVER)));
  switch (take) {
    case 'mean':
      return { output: weighted(hiddenStates, steps['share']!) };
    case 'max':
      return { output: ops.max(never(hiddenStates), 0) };
    case 'attention': {
      const keys = ops.tanh(ops.add(ops.matmul(hiddenStates, weights['attention.kernel']!), weights['attention.bias']!));
      const scores = never(ops.matmul(keys, weights['attention.query']!));
      const attention = ops.transpose(ops.softmax(ops.transpose(scores, [1, 2, 0])), [2, 0, 1]);
      return { output: weighted(hiddenStates, attention), attention };
    }
    default: {
      const parts =
        directions.length === 1
          ? [hiddenStates]
          : ops.split(
              hiddenStates,
              directions.map(() => units),
              2,
            );
      const ends = parts.map((states, i) =>
        ops.selectRows(states, steps[(directions[i] === 'forward') === (take === 'last') ? 'last' : 'first']!),
      );
      return { output: ops.concat(ends, 1) };
    }
  }
}

const ONE = Float32Array.of(1);
