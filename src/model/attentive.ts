/** Pooling by attention over the states of one sentence, as `pool` has it in a program; in double precision. */
import type { Tensor } from '../formats/tensor.js';
import type { Parameters } from './parameters.js';

/** kernel [width, width], bias [width], query [width, 1] */
export interface AttentionWeights {
  kernel: Tensor;
  bias: Tensor;
  query: Tensor;
}

export const attentionWeights = (parameters: Parameters): AttentionWeights => ({
  kernel: parameters.get('attention.kernel')!,
  bias: parameters.get('attention.bias')!,
  query: parameters.get('attention.query')!,
});

/**
 * aₜ = softmaxₜ(tanh(hₜ·W + b)·q) over the real time steps.
 *
 * @param states [timeSteps, width]
 * @param real time steps from 0
 */
export function attentionOf(states: Tensor, real: readonly number[], { kernel, bias, query }: AttentionWeights): number[] {
  const scores = real.map((t) => {
    const state = states.row(t);
    let score = 0;
    for (let unit = 0; unit < bias.data.length; unit++) {
      let sum = bias.data[unit]!;
      for (let i = 0; i < state.length; i++) sum += state[i]! * kernel.row(i)[unit]!;
      score += Math.tanh(sum) * query.data[unit]!;
    }
    return score;
  });
  const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const total = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((one) => one / total);
}
