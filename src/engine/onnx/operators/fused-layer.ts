/**
 * A whole recurrent layer by ONNX's own LSTM, GRU or RNN. Weights that are rounded to 8 bits go into ONNX Runtime's own
 * `DynamicQuantizeLSTM`, which rounds what it multiplies them with as it comes.
 */
import type { FusedLayerOperation } from '../../graph/operations/fused-layer.js';
import type { FusedLayer, HostTensor } from '../../ops.js';
import type { Attribute } from '../graph.js';
import type { OnnxWriter, Operator } from './operator.js';
import { roundedOperands } from './products.js';

export const fusedLayer: Operator = (write, [inputs, lengths], { operation }) => {
  const { layer } = operation as FusedLayerOperation;
  const [states] = statesOf(write, layer, inputs!, lengths!); // [timeSteps, directions, batch, units]
  if (layer.inputWeights.shape[0] === 1) return write.node('Squeeze', [states!, write.integers(1)]);
  return write.node('Reshape', [write.node('Transpose', [states!], { perm: [0, 2, 1, 3] })[0]!, write.integers(0, 0, -1)]);
};

function statesOf(write: OnnxWriter, layer: FusedLayer, inputs: string, lengths: string): readonly string[] {
  const { operator, inputWeights, recurrentWeights } = layer;
  const float = ({ shape, data }: HostTensor): string => write.constant(shape, data as Float32Array);
  const bias = float(layer.bias);
  if (!('integers' in inputWeights) || !('integers' in recurrentWeights)) {
    const weights = [inputWeights, recurrentWeights].map((matrix) => float(matrix as HostTensor));
    return write.node(operator, [inputs, ...weights, bias, lengths], attributesOf(layer));
  }
  const [kernel, recurrentKernel] = [roundedOperands(write, inputWeights), roundedOperands(write, recurrentWeights)];
  const none = ''; // the states before the first time step are zeros, and there are no peepholes
  const operands = [inputs, kernel.integers, recurrentKernel.integers, bias, lengths, none, none, none];
  const scales = [kernel.scales, kernel.zeros, recurrentKernel.scales, recurrentKernel.zeros];
  return write.node('com.microsoft.DynamicQuantizeLSTM', [...operands, ...scales], attributesOf(layer));
}

function attributesOf({ operator, direction, units, resetAfter }: FusedLayer): Record<string, Attribute> {
  return { hidden_size: units, direction, ...(operator === 'GRU' ? { linear_before_reset: resetAfter ? 1 : 0 } : {}) };
}
