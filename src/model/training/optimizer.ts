/**
 * Optimisers: from gradients to new weights, in place, element by element.
 *
 *     SGD     v = μv + g                    w -= lr·v
 *     Adam    m = β₁m + (1-β₁)g             w -= lr·m̂ / (√v̂ + ε)      (Kingma and Ba 2015)
 *             v = β₂v + (1-β₂)g²            m̂ = m/(1-β₁ᵗ), v̂ = v/(1-β₂ᵗ)
 *     AdamW   the same, after w -= lr·λ·w   (Loshchilov and Hutter 2019)
 *
 * For SGD and Adam weight decay is L2: λ·w is added to the gradient. Of a table only the rows that a batch has touched move, and so
 * do their moments (PyTorch's SparseAdam): a step's cost does not grow with the vocabulary.
 */
import { sharedFloats } from './data.js';

export interface OptimizerOptions {
  name: 'adam' | 'adamw' | 'sgd';
  beta1: number;
  beta2: number;
  epsilon: number;
  momentum: number;
  weightDecay: number;
}

export const OPTIMIZER_DEFAULTS: OptimizerOptions = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentum: 0, weightDecay: 0 };

/** What an optimiser remembers of some weights. */
export interface Moments {
  first: Float32Array;
  /** Adam's only */
  second: Float32Array;
}

/** In memory that threads share. @param begin what they are to be; zeros if undefined */
export function newMoments({ name, momentum }: OptimizerOptions, length: number, begin?: Moments): Moments {
  const [first, second] = name === 'sgd' ? [momentum > 0 ? length : 0, 0] : [length, length];
  const moments = { first: sharedFloats(first), second: sharedFloats(second) };
  if (begin) for (const one of ['first', 'second'] as const) moments[one].set(begin[one]);
  return moments;
}

/** One step for weights[at, at + count) with the gradient that begins at `from`, whose memory may be used. */
export type Update = (weights: Float32Array, moments: Moments, at: number, count: number, gradient: Float32Array, from: number) => void;

/**
 * The update of a step.
 *
 * @param step from 1
 * @param scale what gradients are multiplied by: below 1 where they are clipped
 */
export function updateOf(options: OptimizerOptions, learningRate: number, step: number, scale: number): Update {
  const { name, beta1, beta2, momentum, weightDecay } = options;
  if (name === 'sgd')
    return (weights, { first }, at, count, gradient, from) => {
      for (let i = 0; i < count; i++) {
        let g = gradient[from + i]! * scale + weightDecay * weights[at + i]!;
        if (momentum > 0) g = first[at + i] = momentum * first[at + i]! + g;
        weights[at + i]! -= learningRate * g;
      }
    };
  const [l2, decay] = name === 'adam' ? [weightDecay, 1] : [0, 1 - learningRate * weightDecay];
  const rate = learningRate / (1 - beta1 ** step);
  const root = 1 / Math.sqrt(1 - beta2 ** step);
  return (weights, moments, at, count, gradient, from) =>
    adam(weights, moments, at, count, gradient, from, options, { scale, l2, decay, rate, root });
}

/** What is the same for all weights of a step: `root` is 1/√(1-β₂ᵗ). */
interface Step {
  scale: number;
  l2: number;
  decay: number;
  rate: number;
  root: number;
}

/** A function of its own, not a closure of each step: so that it is compiled once, and goes over the memory once. */
function adam(
  weights: Float32Array,
  { first, second }: Moments,
  at: number,
  count: number,
  gradient: Float32Array,
  from: number,
  { beta1, beta2, epsilon }: OptimizerOptions,
  { scale, l2, decay, rate, root }: Step,
): void {
  const [rest1, rest2] = [1 - beta1, 1 - beta2];
  for (let i = 0, place = at; i < count; i++, place++) {
    const weight = Math.fround(weights[place]! * decay);
    const g = Math.fround(gradient[from + i]! * scale + l2 * weight);
    const m = (first[place] = beta1 * first[place]! + rest1 * g);
    const v = (second[place] = beta2 * second[place]! + rest2 * g * g);
    weights[place] = weight - (rate * m) / (Math.sqrt(v) * root + epsilon);
  }
}
