/**
 * The linear-chain conditional random field (Lafferty et al. 2001) over the scores of tags, in the graph that learns:
 *
 *     score(y) = first[y₁] + Σₜ s[t, yₜ] + Σₜ A[yₜ₋₁, yₜ] + last[y_T]          log p(y) = score(y) - log Σ_y' exp score(y')
 *
 * The sum over all paths is the forward algorithm, scaled at each time step (Rabiner 1989), so that a time step is one product of
 * matrices: with p the shares of the tags at t, E = exp A and e = softmax s,
 *
 *     αₜ = (pₜ₋₁·E) ∘ eₜ     cₜ = Σ αₜ     pₜ = αₜ / cₜ     log Σ = Σₜ log cₜ + log (p_T · exp last)
 *
 * Scores are taken as log softmax, which moves all paths alike. A move that the scheme forbids has E = 0: its weight is that of -∞.
 */
import type { HostTensor, InputType, Ops } from '../../engine/ops.js';
import type { Rows, Values } from '../heads/head.js';
import type { Parameter } from '../parameter.js';
import type { Moves } from './scheme.js';

export const TRANSITIONS = 'crf.transitions';
export const FIRST = 'crf.first';
export const LAST = 'crf.last';

/** They begin as zeros: no move is likelier than another. */
export const crfParameters = (tags: number): Parameter[] => [
  { name: TRANSITIONS, shape: [tags, tags], begin: { limit: 0 } },
  { name: FIRST, shape: [tags], begin: { limit: 0 } },
  { name: LAST, shape: [tags], begin: { limit: 0 } },
];

/** What the loss is fed: how often each move is in the true paths, and where sentences begin, go on and end. */
export function crfInputs(tags: number): Record<string, InputType> {
  const steps: InputType = { type: 'float', shape: ['timeSteps', 'batch', 1] };
  const float = (...shape: number[]): InputType => ({ type: 'float', shape });
  return { targetMoves: float(tags, tags), targetFirst: float(tags), targetLast: float(tags), real: steps, atFirst: steps, atLast: steps };
}

/** A true path with a forbidden move (a slip of an annotator) learns all but that move. */
export function crfFeeds(
  tags: number,
  moves: Moves,
  { targets, rows, offsets, lengths, timeSteps, scale }: Rows,
): Record<string, HostTensor> {
  const batch = rows.length;
  const [targetMoves, targetFirst, targetLast] = [tags * tags, tags, tags].map((size) => new Float32Array(size));
  const [real, atFirst, atLast] = [0, 1, 2].map(() => new Float32Array(timeSteps * batch));
  for (let row = 0; row < batch; row++) {
    const [begin, length] = [offsets[rows[row]!]!, lengths[row]!];
    const tag = (t: number): number => targets.numbers[begin + t]!;
    if (moves.first[tag(0)]) targetFirst![tag(0)]! += scale;
    if (moves.last[tag(length - 1)]) targetLast![tag(length - 1)]! += scale;
    for (let t = 1; t < length; t++) {
      const move = tag(t - 1) * tags + tag(t);
      if (moves.next[move]) targetMoves![move]! += scale;
    }
    for (let t = 0; t < length; t++) real![t * batch + row] = scale;
    atFirst![row] = 1;
    atLast![(length - 1) * batch + row] = 1;
  }
  const steps = (data: Float32Array): HostTensor => ({ shape: [timeSteps, batch, 1], data });
  return {
    targetMoves: { shape: [tags, tags], data: targetMoves! },
    targetFirst: { shape: [tags], data: targetFirst! },
    targetLast: { shape: [tags], data: targetLast! },
    real: steps(real!),
    atFirst: steps(atFirst!),
    atLast: steps(atLast!),
  };
}

/** Far below every share that matters, and far above the end of 32-bit floats: what keeps a logarithm finite. */
const TINY = 1e-30;

/**
 * The log of the sum over all paths less the moves of the true one, of all sentences together, each times its scale; what the true
 * path's scores are, the head takes off.
 *
 * @param logProbabilities log softmax of the scores, [timeSteps, batch, tags]
 * @returns shape []
 */
export function chainLoss<T>(ops: Ops<T>, tags: number, moves: Moves, logProbabilities: T, weights: Values<T>, feeds: Values<T>): T {
  const [transitions, first, last] = [TRANSITIONS, FIRST, LAST].map((name) => weights[name]!);
  const allowed = (value: T, shape: readonly number[], may: Uint8Array): T =>
    ops.multiply(ops.exp(value), ops.constant(shape, Float32Array.from(may)));
  const tiny = ops.constant([1], Float32Array.of(TINY));
  const factors = allowed(transitions!, [tags, tags], moves.next);
  const entering = ops.add(ops.multiply(feeds['atFirst']!, allowed(first!, [tags], moves.first)), tiny);
  const [shares, sums] = ops.scan({
    initial: [ops.zeros(logProbabilities, 1, tags)],
    inputs: [entering, ops.exp(logProbabilities)],
    step: ([before], [enter, emission]) => {
      const reached = ops.multiply(ops.add(ops.matmul(before!, factors), enter!), emission!);
      const sum = ops.sum(reached, [1], true);
      const share = ops.divide(reached, sum);
      return { state: [share], outputs: [share, sum] };
    },
  });
  const atEnd = ops.sum(ops.multiply(shares!, feeds['atLast']!), [0]);
  const leaving = ops.add(ops.sum(ops.multiply(atEnd, allowed(last!, [tags], moves.last)), [1], true), tiny);
  const scale = ops.sum(ops.multiply(feeds['real']!, feeds['atLast']!), [0]);
  const all = ops.add(
    ops.sum(ops.multiply(ops.log(sums!), feeds['real']!), [0, 1, 2]),
    ops.sum(ops.multiply(ops.log(leaving), scale), [0, 1]),
  );
  const moved = ops.add(
    ops.sum(ops.multiply(transitions!, feeds['targetMoves']!), [0, 1]),
    ops.sum(ops.add(ops.multiply(first!, feeds['targetFirst']!), ops.multiply(last!, feeds['targetLast']!)), [0]),
  );
  return ops.subtract(all, moved);
}
