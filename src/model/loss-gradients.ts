/**
 * How much a trained model's own loss hears of each time step of a sentence: ‖∂loss/∂hₜ‖ of every layer and direction. A zero is added to
 * every hidden state, and the gradient of the loss is taken for it, as in `state-gradients.ts`.
 */
import { gradientOf, type Engine, type HostTensor } from '../engine/ops.js';
import type { ModelShape } from '../formats/model.js';
import { compileStateGradients, nudgeName } from './build.js';
import { headOf } from './heads/index.js';
import type { Parameters } from './parameters.js';
import { readsOf, vectorsOf } from './predictor.js';
import type { DataSet } from './training/data.js';
import { partOf, stepFeeds } from './training/feeds.js';

export interface LossGradients {
  loss: number;
  lanes: {
    /** from 1 */
    layer: number;
    direction: 'forward' | 'backward';
    /** one a time step */
    norms: number[];
  }[];
}

/**
 * @param example one sentence, and what it was to give
 * @param nudged what is added to hidden states, by `nudgeName`: [timeSteps, 1, units]; zeros if undefined
 */
export async function lossGradients(
  engine: Engine,
  shape: ModelShape,
  parameters: Parameters,
  example: DataSet,
  nudged?: ReadonlyMap<string, Float32Array>,
): Promise<LossGradients> {
  const { network, head } = shape;
  const { offsets, targets, answers } = example;
  const rows = [0];
  const part = partOf(example, rows);
  const { lengths, timeSteps } = part;
  const nudgeOf = (name: string): HostTensor => ({
    shape: [timeSteps, 1, network.units],
    data: nudged?.get(name) ?? new Float32Array(timeSteps * network.units),
  });
  const options = { labelSmoothing: 0 };
  const weight = headOf(head).weightOf(head, { rows, targets, offsets, lengths, answers, options });
  const feeds = {
    lengths: { shape: [1], data: lengths },
    ...stepFeeds(head, part),
    ...headOf(head).lossFeeds(head, { rows, targets, offsets, lengths, timeSteps, answers, scale: 1 / weight, options }),
    ...vectorsOf(readsOf(shape, parameters, example), rows),
  };
  const nudges = Array.from({ length: network.layers }, (_, layer) =>
    network.directions.map((direction) => ({ layer: layer + 1, direction, name: nudgeName(layer, direction) })),
  ).flat();
  const program = await compileStateGradients(engine, shape, parameters);
  try {
    const results = await program.run({ ...feeds, ...Object.fromEntries(nudges.map(({ name }) => [name, nudgeOf(name)])) });
    return {
      loss: results['loss']!.data[0]!,
      lanes: nudges.map(({ layer, direction, name }) => {
        const { data } = results[gradientOf(name)]!;
        const norms = Array.from({ length: timeSteps }, (_, t) => Math.hypot(...data.subarray(t * network.units, (t + 1) * network.units)));
        return { layer, direction, norms };
      }),
    };
  } finally {
    await program.close();
  }
}
