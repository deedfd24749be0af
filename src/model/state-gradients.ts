/**
 * How much the loss hears of each time step: ‖∂loss/∂hₜ‖, the norm of the gradient with respect to the hidden state of step t.
 * A zero is added to every hidden state as an input of the graph, and the gradient of the loss is taken for it:
 *
 *     hₜ = cell(xₜ, hₜ₋₁) + nudgeₜ        loss = −log softmax(h_T·V)[label]        ∂loss/∂nudgeₜ = ∂loss/∂hₜ
 *
 * One layer, read forward: the case that textbooks speak of. The weights are seeded random ones, or those that are given.
 */
import { gradientOf, type Engine, type Ops } from '../engine/ops.js';
import { cellOf } from './cells/index.js';
import { uniform } from './random.js';
import { randomWeights, type NetworkShape } from './shape.js';

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
  const [weights] = randomWeights({ ...shape, layers: 1, directions: ['forward'] }, seed)[0]!;
  const next = uniform(seed, -1000);
  const answers = Float32Array.from({ length: units * labels }, () => (2 * next() - 1) / Math.sqrt(units));
  const { states, gates, advance } = cellOf(shape.cell, shape.resetAfter);
  const build = <T>(ops: Ops<T>, given: Record<string, T>): Record<string, T> => {
    const width = gates.length * units;
    const kernel = ops.constant([inputSize, width], weights!.kernel);
    const recurrentKernel = ops.constant([units, width], weights!.recurrentKernel);
    const recurrentBias = ops.constant([width], weights!.recurrentBias);
    const blocks = <V>(value: V, axis: number, split: (x: V, parts: number, axis: number) => V[]): V[] =>
      gates.length === 1 ? [value] : split(value, gates.length, axis);
    const recurrent = {
      ...{ recurrentKernel, recurrentKernels: blocks(recurrentKernel, 1, (x, parts, axis) => ops.split(x, parts, axis)) },
      ...{ recurrentBias, recurrentBiases: blocks(recurrentBias, 0, (x, parts, axis) => ops.split(x, parts, axis)) },
    };
    const forget = gates.indexOf('forgetGate');
    const bias = weights!.bias.map((value, i) => (Math.floor(i / units) === forget ? value + forgetBias : value));
    const projected = ops.add(ops.matmul(given['inputs']!, kernel), ops.constant([width], bias));
    const [hiddenStates] = ops.scan({
      initial: states.map(() => ops.zeros(given['inputs']!, 1, units)),
      inputs: [projected, given['nudge']!],
      step: (before, [input, nudge]) => {
        const { state } = advance(input!, before, recurrent, ops);
        const nudged = [ops.add(state[0]!, nudge!), ...state.slice(1)];
        return { state: nudged, outputs: [nudged[0]!] };
      },
    });
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
  } as const;
  const program = await engine.compile(types, build, { loss: 'loss', to: ['nudge'] });
  try {
    const last = new Float32Array(timeSteps);
    last[timeSteps - 1] = 1;
    const results = await program.run({
      inputs: { shape: [timeSteps, 1, inputSize], data: inputs },
      nudge: { shape: [timeSteps, 1, units], data: new Float32Array(timeSteps * units) },
      last: { shape: [timeSteps, 1, 1], data: last },
    });
    const { data } = results[gradientOf('nudge')]!;
    const norms = Array.from({ length: timeSteps }, (_, t) => Math.hypot(...data.subarray(t * units, (t + 1) * units)));
    return { loss: results['loss']!.data[0]!, norms };
  } finally {
    await program.close();
  }
}
