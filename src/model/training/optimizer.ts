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
import type { Formula, Where } from '../../engine/in-place.js';
import type { Engine } from '../../engine/ops.js';
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

/** What is the same for all weights of a step. */
export interface Step {
  learningRate: number;
  /** from 1 */
  step: number;
  /** what gradients are multiplied by: below 1 where they are clipped */
  scale: number;
}

/** Some weights' step; of rows, the gradient's stand one after another. */
export type Update = (weights: Float32Array, moments: Moments, gradient: Float32Array, where: Where, step: Step) => void;

export function optimizerOf(engine: Pick<Engine, 'inPlace'>, options: OptimizerOptions): Update {
  const { name, momentum } = options;
  const move = engine.inPlace(name !== 'sgd' ? ADAM : momentum > 0 ? SGD_WITH_MOMENTUM : SGD);
  return (weights, moments, gradient, where, step) => move({ weights, ...moments, gradient }, numbersOf(options, step), where);
}

function numbersOf(
  { name, beta1, beta2, epsilon, momentum, weightDecay }: OptimizerOptions,
  { learningRate, step, scale }: Step,
): Record<string, number> {
  if (name === 'sgd') return { scale, l2: weightDecay, momentum, rate: learningRate };
  return {
    scale,
    l2: name === 'adam' ? weightDecay : 0,
    decay: name === 'adam' ? 1 : 1 - learningRate * weightDecay,
    ...{ beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2, epsilon },
    rate: learningRate / (1 - beta1 ** step),
    root: 1 / Math.sqrt(1 - beta2 ** step),
  };
}

const SGD: Formula = {
  written: ['weights'],
  read: ['gradient'],
  numbers: ['scale', 'l2', 'rate'],
  build: (ops, { weights, gradient, scale, l2, rate }) => {
    const g = ops.add(ops.multiply(gradient!, scale!), ops.multiply(l2!, weights!));
    return { weights: ops.subtract(weights!, ops.multiply(rate!, g)) };
  },
};

const SGD_WITH_MOMENTUM: Formula = {
  written: ['weights', 'first'],
  read: ['gradient'],
  numbers: ['scale', 'l2', 'momentum', 'rate'],
  build: (ops, { weights, first, gradient, scale, l2, momentum, rate }) => {
    const g = ops.add(ops.multiply(gradient!, scale!), ops.multiply(l2!, weights!));
    const velocity = ops.add(ops.multiply(momentum!, first!), g);
    return { weights: ops.subtract(weights!, ops.multiply(rate!, velocity)), first: velocity };
  },
};

/** `root` is 1/√(1-β₂ᵗ), `rate` lr/(1-β₁ᵗ), and `decay` 1 - lr·λ of AdamW. */
const ADAM: Formula = {
  written: ['weights', 'first', 'second'],
  read: ['gradient'],
  numbers: ['scale', 'l2', 'decay', 'beta1', 'rest1', 'beta2', 'rest2', 'epsilon', 'rate', 'root'],
  build: (ops, { weights, first, second, gradient, scale, l2, decay, beta1, rest1, beta2, rest2, epsilon, rate, root }) => {
    const weight = ops.multiply(weights!, decay!);
    const g = ops.add(ops.multiply(gradient!, scale!), ops.multiply(l2!, weight));
    const m = ops.add(ops.multiply(beta1!, first!), ops.multiply(rest1!, g));
    const v = ops.add(ops.multiply(beta2!, second!), ops.multiply(rest2!, ops.multiply(g, g)));
    const change = ops.divide(ops.multiply(rate!, m), ops.add(ops.multiply(ops.squareRoot(v), root!), epsilon!));
    return { weights: ops.subtract(weight, change), first: m, second: v };
  },
};
