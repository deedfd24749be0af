/** A whole recurrent layer by ONNX's own LSTM, GRU or RNN: the fastest there is, and without a gradient. */
import type { FusedLayer } from '../../ops.js';
import type { Attribute } from '../graph.js';
import type { Operation } from './operation.js';

/** [timeSteps, batch, inputSize] and lengths [batch] → [timeSteps, batch, units × directions] */
export function fusedLayer(layer: FusedLayer): Operation {
  const directions = layer.inputWeights.shape[0]!;
  return {
    name: 'fusedLayer',
    shapes: ([inputs]) => [[inputs![0]!, inputs![1]!, layer.units * directions]],
    onnx: (write, [inputs, lengths]) => {
      const weights = [layer.inputWeights, layer.recurrentWeights, layer.bias].map(({ shape, data }) =>
        write.floats(shape, data as Float32Array),
      );
      const [states] = write.node(layer.operator, [inputs!, ...weights, lengths!], attributesOf(layer)); // [timeSteps, directions, batch, units]
      if (directions === 1) return write.node('Squeeze', [states!, write.integers(1)]);
      return write.node('Reshape', [write.node('Transpose', [states!], { perm: [0, 2, 1, 3] })[0]!, write.integers(0, 0, -1)]);
    },
  };
}

function attributesOf({ operator, direction, units, resetAfter }: FusedLayer): Record<string, Attribute> {
  return { hidden_size: units, direction, ...(operator === 'GRU' ? { linear_before_reset: resetAfter ? 1 : 0 } : {}) };
}
