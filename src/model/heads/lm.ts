/**
 * The language model: at every time step the next token, by a softmax over the vocabulary; it learns by cross-entropy,
 *
 *     loss = -Σ_t log softmax(h_t·W + b)[id_t+1] / tokens            perplexity = exp(loss)
 *
 * A text is read as <bos> x₁ … xₙ and is to give x₁ … xₙ <eos>. The network must read forwards only: backwards it would see the answer.
 * The softmax is computed at real time steps alone while it learns, since it costs more than the network.
 */
import type { HostTensor, Ops } from '../../engine/ops.js';
import type { HeadDefinition } from '../../formats/model.js';
import { linear } from '../parameter.js';
import type { Head, Rows, Values } from './head.js';

type Definition = Extract<HeadDefinition, { task: 'lm' }>;

export const lm: Head<Definition> = {
  task: 'lm',
  metric: 'perplexity',
  lowerIsBetter: ['perplexity', 'loss'],
  parameters: (_, width, { embedding: { rows } }) => linear('head', width, rows),
  lossInputs: () => ({
    targets: { type: 'int', shape: ['tokens'] },
    places: { type: 'int', shape: ['tokens'] },
    scale: { type: 'float', shape: [] },
  }),
  lossFeeds: (_, rows) => {
    const { targets, places } = realTokens(rows);
    return { targets: flat(targets), places: flat(places), scale: { shape: [], data: Float32Array.of(rows.scale) } };
  },
  weightOf: (_, { lengths }) => lengths.reduce((sum, length) => sum + length, 0),
  loss: (ops, _, weights, { hiddenStates }, { targets, places, scale }) => {
    const logits = nextLogits(ops, weights, ops.selectRows(hiddenStates, places!));
    return ops.multiply(ops.sum(ops.crossEntropy(logits, targets!), [0]), scale!);
  },
  predict: (ops, _, weights, { hiddenStates }) => ({ logits: nextLogits(ops, weights, hiddenStates) }),
  judging: {
    inputs: { nextIds: { type: 'int', shape: ['timeSteps', 'batch'] } },
    feeds: (_, { targets, rows, offsets, lengths, timeSteps }) => {
      const data = new Int32Array(timeSteps * rows.length);
      for (let row = 0; row < rows.length; row++)
        for (let t = 0; t < lengths[row]!; t++) data[t * rows.length + row] = targets.numbers[offsets[rows[row]!]! + t]!;
      return { nextIds: { shape: [timeSteps, rows.length], data } };
    },
    results: (ops, _, weights, { hiddenStates }, { nextIds }) => ({
      losses: ops.unsqueeze(ops.crossEntropy(nextLogits(ops, weights, hiddenStates), nextIds!), 2),
    }),
  },
  scores: (_, { losses }) => {
    const { numbers } = losses!;
    const loss = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
    return { perplexity: Math.exp(loss), loss };
  },
};

/** hidden states […, width] → scores of every token as the next one, […, tokens of the vocabulary] */
const nextLogits = <T>(ops: Ops<T>, weights: Values<T>, hiddenStates: T): T =>
  ops.add(ops.matmul(hiddenStates, weights['head.kernel']!), weights['head.bias']!);

const flat = (data: Int32Array): HostTensor => ({ shape: [data.length], data });

/** Of every real time step its place in [timeSteps × batch] and the token that comes next. */
function realTokens({ targets: { numbers }, rows, offsets, lengths }: Rows): { targets: Int32Array; places: Int32Array } {
  const count = lengths.reduce((sum, length) => sum + length, 0);
  const [targets, places] = [new Int32Array(count), new Int32Array(count)];
  let at = 0;
  for (let row = 0; row < rows.length; row++)
    for (let t = 0; t < lengths[row]!; t++) {
      targets[at] = numbers[offsets[rows[row]!]! + t]!;
      places[at++] = t * rows.length + row;
    }
  return { targets, places };
}
