/** Operations that choose numbers by their places along the last axis. */
import type { Shape } from '../expression.js';
import type { Operation } from './operation.js';

/** x[…, places[…]]; its gradient stands at the places, with zeros about it. */
export const pick: Operation = {
  name: 'pick',
  shapes: ([shape]) => [shape!.slice(0, -1)],
  lift: (attributes, sliced) => (sliced.every(Boolean) ? attributes : undefined),
  gradient: (ops, { inputs: [x, places] }, [g]) => [
    ops.multiply(ops.apply(oneHot, [places!], { size: x!.shape.at(-1) as number }), ops.unsqueeze(g!, g!.shape.length)),
    undefined,
  ],
};

/**
 * Of x, log softmax(x) and places: log p at the places, and log Σ exp x = x - log p there. With gradients g and s of the two,
 *
 *     ∂x = (s - g) · p, and + g at the places
 *
 * The gradient of log softmax(x) is in this already.
 */
export const logProbabilityAt: Operation = {
  name: 'logProbabilityAt',
  shapes: ([shape]) => [shape!.slice(0, -1), shape!.slice(0, -1)],
  lift: (attributes, sliced) => (sliced.every(Boolean) ? attributes : undefined),
  gradient: (ops, { inputs: [, logProbabilities, places], outputs }, [ofLog, ofSum]) => {
    const [g, s] = [ofLog ?? ops.zerosAs(outputs[0]!), ofSum ?? ops.zerosAs(outputs[1]!)];
    const share = ops.unsqueeze(ops.subtract(s, g), g.shape.length);
    return [ops.apply(addAt, [ops.multiply(ops.exp(logProbabilities!), share), places!, g]), undefined, undefined];
  },
};

/**
 * -log softmax(logits)[id]: logits […, n], ids […] → […], and for the way back log softmax(logits). What a softmax over a vocabulary learns
 * by; it is an operation of its own because its gradient, softmax - 1 at the id, is then one pass over the logits and not the five that the
 * rules of its parts would make.
 */
export const crossEntropy: Operation = {
  name: 'crossEntropy',
  shapes: ([logits]) => [logits!.slice(0, -1), logits!],
  lift: (attributes, sliced) => (sliced.every(Boolean) ? attributes : undefined),
  gradient: (ops, { inputs: [, ids], outputs: [, logProbabilities] }, [g]) => [
    ops.apply(addAt, [
      ops.multiply(ops.exp(logProbabilities!), ops.unsqueeze(g!, g!.shape.length)),
      ids!,
      ops.multiply(g!, ops.number(-1)),
    ]),
    undefined,
  ],
};

/** x […, n], places […], numbers […] → x with the number added at x[…, place] */
const addAt: Operation = {
  name: 'addAt',
  shapes: ([x]) => [x!],
  lift: (attributes, sliced) => (sliced.every(Boolean) ? attributes : undefined),
};

/** […] → […, size]: 1 at the place, else 0 */
const oneHot: Operation = {
  name: 'oneHot',
  shapes: ([shape], { size }) => [[...shape!, size as number]],
  lift: (attributes) => attributes,
  gradient: () => [undefined],
};

/** The largest of log softmax, the largest first and of equals the first, and their places as floats; without a gradient. */
export const mostProbable: Operation = {
  name: 'mostProbable',
  shapes: ([shape], { count }) => {
    const kept: Shape = [...shape!.slice(0, -1), count as number];
    return [kept, kept];
  },
  lift: (attributes) => attributes,
};
