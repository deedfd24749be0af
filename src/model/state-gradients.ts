/**
 * How much the loss hears of each time step: ‖∂loss/∂hₜ‖, the norm of the gradient with respect to the hidden state of step t.
 * A zero is added to every hidden state as an input of the graph, and the gradient of the loss is taken for it:
 *
 *     hₜ = cell(xₜ, hₜ₋₁) + nudgeₜ        loss = −log softmax(h_T·V)[label]        ∂loss/∂nudgeₜ = ∂loss/∂hₜ
 *
 * One layer, read forward: the case that textbooks speak of. The weights are seeded random ones, or those that are given.
 */
import { gradientOf, type Engine, type Ops } from '../engine/ops.js';
import { drawn, uniform } from './random.js';
import { constantWeights, recurrentNetwork } from './recurrent.js';
import { gatesOf, randomWeights, type NetworkShape } from './shape.js';

export interface StateGradients {
  loss: number;
  /** one a time step: ‖∂loss/∂hₜ‖ */
  norms: number[];
}

export interface GradientOptions {
  seed: number;
  labels: number;
  /** the right answer, from 0 */
  label: number;
  /** added to the bias of an LSTM's forget gate, which then keeps more of its state (Gers et al. 2000) */
  forgetBias?: number;
}

/** @param inputs the word vectors of the real time steps, [timeSteps, inputSize] row by row */
export async function stateGradients(
  engine: Engine,
  shape: NetworkShape,
  inputs: Float32Array,
  { seed, labels, label, forgetBias = 0 }: GradientOptions,
): Promise<StateGradients> {
  const { units, inputSize } = shape;
  const timeSteps = inputs.length / inputSize;
  const single: NetworkShape = { ...shape, layers: 1, directions: ['forward'] };
  const next = uniform(seed, -1000);
  const answers = drawn(units * labels, () => (2 * next() - 1) / Math.sqrt(units));
  const forget = gatesOf(shape).indexOf('forgetGate');
  const weights = randomWeights(single, seed).map((layer) =>
    layer.map((own) => ({ ...own, bias: own.bias.map((value, i) => (Math.floor(i / units) === forget ? value + forgetBias : value)) })),
  );
  const build = <T>(ops: Ops<T>, given: Record<string, T>): Record<string, T> => {
    const constants = constantWeights(ops, single, weights);
    const network = [ops, single, constants, given['inputs']!, given['lengths']!] as const;
    const { hiddenStates } = recurrentNetwork(...network, undefined, undefined, () => given['nudge']!);
    // [timeSteps, 1, units] · which step is the last, as a sum over all
    const last = ops.sum(ops.multiply(hiddenStates!, given['last']!), [0]);
    const logits = ops.matmul(last, ops.constant([units, labels], answers));
    const target = ops.constant(
      [1, labels],
      Float32Array.from({ length: labels }, (_, i) => (i === label ? -1 : 0)),
    );
    return { loss: ops.sum(ops.multiply(ops.logSoftmax(logits), target), [0, 1]) };
  };
  const types = {
    inputs: { type: 'float', shape: ['timeSteps', 'batch', inputSize] },
    nudge: { type: 'float', shape: ['timeSteps', 'batch', units] },
    last: { type: 'float', shape: ['timeSteps', 'batch', 1] },
    lengths: { type: 'int', shape: ['batch'] },
  } as const;
  const program = await engine.compile(types, build, { differentiate: { loss: 'loss', to: ['nudge'] } });
  try {
    const last = new Float32Array(timeSteps);
    last[timeSteps - 1] = 1;
    const results = await program.run({
      inputs: { shape: [timeSteps, 1, inputSize], data: inputs },
      nudge: { shape: [timeSteps, 1, units], data: new Float32Array(timeSteps * units) },
      last: { shape: [timeSteps, 1, 1], data: last },
      lengths: { shape: [1], data: Int32Array.of(timeSteps) },
    });
    const { data } = results[gradientOf('nudge')]!;
    const norms = Array.from({ length: timeSteps }, (_, t) => Math.hypot(...data.subarray(t * units, (t + 1) * units)));
    return { loss: results['loss']!.data[0]!, norms };
  } finally {
    await program.close();
  }
}
