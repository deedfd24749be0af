/**
 * The two sums inside every gate, for those who want to see a gate computed: what the word vector brings, x·W + b, and what the state
 * before brings, h'·U + c (in a GRU that resets before the product, (r·h')·U + c for the candidate). In double precision, by plain
 * loops: for pictures of a few sentences, not for corpora.
 */
import type { LayerTrace, Sums } from '../formats/record.js';
import { Tensor } from '../formats/tensor.js';
import type { Network } from './network.js';
import type { Sequence } from './packing.js';
import { roundedWeights } from './quantize.js';
import { gatesOf, inputSizeOf, type Direction, type DirectionWeights, type NetworkShape, type NetworkWeights } from './shape.js';

/**
 * A tracing network whose traces have `sums`.
 *
 * @param quantized the network computes with these weights rounded to 8 bits
 */
export function withSums(network: Network, exact: NetworkWeights, quantized = false): Network {
  const weights = quantized ? roundedWeights(network.shape, exact) : exact;
  return {
    ...network,
    run: async (batch) => {
      const states = await network.run(batch);
      return states.map((one, i) => ({
        ...one,
        trace: one.trace!.map((lane) => ({ ...lane, sums: sumsOf(network.shape, weights, batch[i]!, one.trace!, lane) })),
      }));
    },
  };
}

function sumsOf(
  shape: NetworkShape,
  weights: NetworkWeights,
  sentence: Sequence,
  trace: readonly LayerTrace[],
  lane: LayerTrace,
): Record<string, Sums> {
  const { units, directions, cell, resetAfter } = shape;
  const own = weights[lane.layer - 1]![directions.indexOf(lane.direction)]!;
  const below =
    lane.layer === 1 ? [sentence.inputs] : trace.filter(({ layer }) => layer === lane.layer - 1).map(({ hiddenStates }) => hiddenStates);
  const timeSteps = sentence.inputs.shape[0]!;
  const gates = gatesOf(shape);
  const empty = (): Tensor => new Tensor([timeSteps, units], new Float32Array(timeSteps * units));
  const sums = gates.map((): Sums => ({ input: empty(), recurrent: empty() }));
  const order = realInOrder(sentence, timeSteps, lane.direction);
  let previous: Float32Array = new Float32Array(units);
  for (const t of order) {
    const input = joined(below, t, inputSizeOf(shape, lane.layer - 1));
    for (const [g, gate] of gates.entries()) {
      const resets = cell === 'gru' && !resetAfter && gate === 'candidate';
      const state = resets ? previous.map((value, unit) => value * lane.gates['resetGate']!.row(t)[unit]!) : previous;
      sums[g]!.input.row(t).set(product(input, own.kernel, own.bias, g, gates.length, units));
      sums[g]!.recurrent.row(t).set(product(state, own.recurrentKernel, own.recurrentBias, g, gates.length, units));
    }
    previous = lane.hiddenStates.row(t);
  }
  return Object.fromEntries(gates.map((gate, g) => [gate, sums[g]!]));
}

function realInOrder({ mask }: Sequence, timeSteps: number, direction: Direction): number[] {
  const real = Array.from({ length: timeSteps }, (_, t) => t).filter((t) => mask === undefined || mask[t] === 1);
  return direction === 'forward' ? real : real.reverse();
}

function joined(parts: readonly Tensor[], timeStep: number, size: number): Float32Array {
  if (parts.length === 1) return parts[0]!.row(timeStep);
  const all = new Float32Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part.row(timeStep), at);
    at += part.shape[1]!;
  }
  return all;
}

/** vector · (block `gate` of the kernel) + its bias. */
function product(
  vector: Float32Array,
  kernel: DirectionWeights['kernel'],
  bias: DirectionWeights['bias'],
  gate: number,
  gates: number,
  units: number,
): Float64Array {
  const width = gates * units;
  const sums = Float64Array.from({ length: units }, (_, unit) => bias[gate * units + unit]!);
  for (const [row, value] of vector.entries()) {
    if (value === 0) continue;
    const from = row * width + gate * units;
    for (let unit = 0; unit < units; unit++) sums[unit]! += value * kernel[from + unit]!;
  }
  return sums;
}
