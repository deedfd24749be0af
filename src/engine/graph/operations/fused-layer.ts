/** A whole recurrent layer as an engine's own operator computes it: without a gradient. */
import type { FusedLayer } from '../../ops.js';
import type { Operation } from './operation.js';

export interface FusedLayerOperation extends Operation {
  layer: FusedLayer;
}

/** [timeSteps, batch, inputSize] and lengths [batch] → [timeSteps, batch, units × directions] */
export function fusedLayer(layer: FusedLayer): FusedLayerOperation {
  const directions = layer.inputWeights.shape[0]!;
  return { name: 'fusedLayer', layer, shapes: ([inputs]) => [[inputs![0]!, inputs![1]!, layer.units * directions]] };
}
