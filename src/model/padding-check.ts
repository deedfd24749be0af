/** Shows on given sentences that padding changes nothing: padded after, padded before, and not padded at all. */
import { Tensor } from '../formats/tensor.js';
import type { Network, States } from './network.js';
import type { Sequence } from './packing.js';

export interface PaddingCheck {
  sentences: number;
  /** time steps of padding that were put in */
  padded: number;
  /** the largest difference of any number of any real time step, against no padding */
  post: number;
  pre: number;
}

/** The vector that stands at padding: far from zero, so that reading it would be seen. */
const NOISE = 1e3;

/**
 * Runs each sentence alone, and all of them padded to one length after and before their tokens.
 *
 * @param sentences word vectors of the real time steps only, [length, inputSize] each
 */
export async function checkPadding(network: Network, sentences: readonly Tensor[]): Promise<PaddingCheck> {
  const real = sentences.filter(({ shape }) => shape[0]! > 0);
  const length = Math.max(1, ...real.map(({ shape }) => shape[0]!)) + 1;
  const check: PaddingCheck = { sentences: real.length, padded: 0, post: 0, pre: 0 };
  if (real.length === 0) return check;
  const post = await network.run(real.map((inputs) => padded(inputs, length, 0)));
  const pre = await network.run(real.map((inputs) => padded(inputs, length, length - inputs.shape[0]!)));
  for (const [i, inputs] of real.entries()) {
    const [alone] = await network.run([{ inputs }]);
    const steps = inputs.shape[0]!;
    check.padded += 2 * (length - steps);
    check.post = Math.max(check.post, difference(alone!, post[i]!, 0));
    check.pre = Math.max(check.pre, difference(alone!, pre[i]!, length - steps));
  }
  return check;
}

function padded(inputs: Tensor, length: number, before: number): Sequence {
  const [steps, size] = inputs.shape as [number, number];
  const data = new Float32Array(length * size).fill(NOISE);
  data.set(inputs.data, before * size);
  const mask = Array.from({ length }, (_, t) => (t >= before && t < before + steps ? 1 : 0));
  return { inputs: new Tensor([length, size], data), mask };
}

/** NaN, which no comparison finds, counts as infinitely far. */
function difference({ hiddenStates }: States, { hiddenStates: other }: States, before: number): number {
  const width = hiddenStates.shape[1]!;
  let largest = 0;
  for (let i = 0; i < hiddenStates.data.length; i++) {
    const distance = Math.abs(hiddenStates.data[i]! - other.data[before * width + i]!);
    largest = Number.isNaN(distance) ? Infinity : Math.max(largest, distance);
  }
  return largest;
}
