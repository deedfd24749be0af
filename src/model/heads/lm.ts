/**
 * The language model: at every time step the next token, by a softmax over the vocabulary; it learns by cross-entropy,
 *
 *     loss = -Σ_t log softmax(h_t·W + b)[id_t+1] / tokens            perplexity = exp(loss)
 *
 * A text is read as <bos> x₁ … xₙ and is to give x₁ … xₙ <eos>.
 *
 * Both ways (Peters et al. 2018) it is read as <bos> x₁ … xₙ <eos>: forward states foresee the token after theirs, x₁ … xₙ <eos>, and
 * backward states the token before theirs, xₙ … x₁ <bos>; at <eos> nothing comes after, and at <bos> nothing before. No state has read
 * what it is to foresee, which holds for one layer alone: a second one would read both directions of the first. W and b are shared, as
 * in ELMo: half the weights of the costliest part, and both directions' states come to mean the same. The loss is the mean of all 2(n + 1)
 * cross-entropies, hence of both directions', and the perplexity its exp.
 *
 * The softmax is computed at real time steps alone while it learns, since it costs more than the network.
 */
import type { HostTensor, Ops } from '../../engine/ops.js';
import type { HeadDefinition } from '../../formats/model.js';
import { linear } from '../parameter.js';
import { NOTHING } from '../stretches.js';
import type { Head, Rows, Values } from './head.js';

type Definition = Extract<HeadDefinition, { task: 'lm' }>;

export const lm: Head<Definition> = {
  task: 'lm',
  metric: 'perplexity',
  lowerIsBetter: ['perplexity', 'loss'],
  parameters: (definition, width, { embedding: { rows } }) => linear('head', width / waysOf(definition), rows),
  lossInputs: () => ({
    targets: { type: 'int', shape: ['tokens'] },
    places: { type: 'int', shape: ['tokens'] },
    scale: { type: 'float', shape: [] },
  }),
  lossFeeds: (_, rows) => {
    const { targets, places } = foreseen(rows);
    return { targets: flat(targets), places: flat(places), scale: { shape: [], data: Float32Array.of(rows.scale) } };
  },
  weightOf: (_, rows) => countOf(rows),
  loss: (ops, definition, weights, { hiddenStates }, { targets, places, scale }) => {
    const logits = logitsOf(ops, weights, ops.selectRows(statesOf(ops, definition, hiddenStates), places!));
    return ops.multiply(ops.sum(ops.crossEntropy(logits, targets!), [0]), scale!);
  },
  predict: (ops, definition, weights, { hiddenStates }) => ({
    logits: logitsOf(ops, weights, waysIn(ops, definition, hiddenStates)[0]!),
  }),
  judging: {
    inputs: { ids: { type: 'int', shape: ['timeSteps', 'batch', 'directions'] } },
    feeds: (definition, rows) => {
      const shape = [rows.timeSteps, rows.rows.length, waysOf(definition)] as const;
      const data = new Int32Array(shape[0] * shape[1] * shape[2]);
      const { targets, places } = foreseen(rows);
      places.forEach((place, i) => (data[place] = targets[i]!));
      return { ids: { shape, data } };
    },
    results: (ops, definition, weights, { hiddenStates }, { ids }) => ({
      losses: ops.crossEntropy(logitsOf(ops, weights, statesOf(ops, definition, hiddenStates)), ids!),
    }),
  },
  scores: (_, { losses }, { targets }) => {
    const loss = meanLoss(losses!.numbers, targets.numbers);
    return { perplexity: Math.exp(loss), loss };
  },
};

/** The mean of the losses where something was to be foreseen. @param losses by target */
export function meanLoss(losses: Float32Array, targets: Float32Array): number {
  let [sum, count] = [0, 0];
  for (const [i, loss] of losses.entries())
    if (targets[i] !== NOTHING) {
      sum += loss;
      count++;
    }
  return sum / count;
}

const waysOf = ({ bothWays }: Definition): number => (bothWays ? 2 : 1);

/** The forward states, and of a model that reads both ways the backward ones: [timeSteps, batch, units] each. */
const waysIn = <T>(ops: Ops<T>, definition: Definition, hiddenStates: T): T[] =>
  definition.bothWays ? ops.split(hiddenStates, 2, 2) : [hiddenStates];

/** What the softmax reads, a row for each target: [timeSteps, batch, directions, units] */
const statesOf = <T>(ops: Ops<T>, definition: Definition, hiddenStates: T): T =>
  ops.concat(
    waysIn(ops, definition, hiddenStates).map((states) => ops.unsqueeze(states, 2)),
    2,
  );

/** states […, units] → scores of every token as the one that is foreseen, […, tokens of the vocabulary] */
const logitsOf = <T>(ops: Ops<T>, weights: Values<T>, states: T): T =>
  ops.add(ops.matmul(states, weights['head.kernel']!), weights['head.bias']!);

const flat = (data: Int32Array): HostTensor => ({ shape: [data.length], data });

/** How many tokens are to be foreseen. */
function countOf({ targets: { width, numbers }, rows, offsets }: Pick<Rows, 'targets' | 'rows' | 'offsets'>): number {
  let count = 0;
  for (let row = 0; row < rows.length; row++)
    for (let at = width * offsets[rows[row]!]!; at < width * offsets[rows[row]! + 1]!; at++) if (numbers[at] !== NOTHING) count++;
  return count;
}

/** The tokens that are to be foreseen, and the place of each in [timeSteps × batch × directions]. */
function foreseen(of: Pick<Rows, 'targets' | 'rows' | 'offsets' | 'lengths'>): { targets: Int32Array; places: Int32Array } {
  const { width, numbers } = of.targets;
  const count = countOf(of);
  const [targets, places] = [new Int32Array(count), new Int32Array(count)];
  let at = 0;
  for (let row = 0; row < of.rows.length; row++)
    for (let t = 0; t < of.lengths[row]!; t++)
      for (let way = 0; way < width; way++) {
        const target = numbers[(of.offsets[of.rows[row]!]! + t) * width + way]!;
        if (target === NOTHING) continue;
        targets[at] = target;
        places[at++] = (t * of.rows.length + row) * width + way;
      }
  return { targets, places };
}
