/**
 * Step 7: `hiddenStates` to `output`, the network's output vector, and `taken`: how, and from which time steps.
 * Padding is never looked at. A sentence without a real time step gives zeros, from no time step.
 */
import { PipeError } from '../errors.js';
import { need, type SentenceRecord, type Taken } from '../formats/record.js';
import { shortest } from '../formats/shortest.js';
import { Tensor } from '../formats/tensor.js';
import { attentionOf, type AttentionWeights } from '../model/attentive.js';
import { eachRecord, type Step } from './step.js';

/**
 * `last` and `first` follow the reading: the forward half is taken at the last (first) real time step, the backward half
 * at the first (last) one, where that direction has read the whole sentence, as PyTorch's h_n has them side by side.
 * `all` adds no vector: the hidden states themselves are the output, one a real time step.
 * `attention` needs a model's weights; what each time step counts for is told.
 */
export function output(options: OutputOptions): Step {
  return eachRecord((record) => {
    const states = need(record, 'hiddenStates');
    const real = realSteps(record, states);
    const { take } = options;
    if (take === 'attention') return { ...record, ...attended(states, real, options.weights) };
    if (take === 'all') return { ...record, taken: { how: take, timeSteps: real.map(fromOne) } };
    const { vector, timeSteps } = TAKE[take](states, real, record);
    return { ...record, output: new Tensor([vector.length], vector), taken: { how: take, timeSteps: timeSteps.map(fromOne) } };
  });
}

export type OutputOptions = { take: Exclude<Taken['how'], 'attention'> } | { take: 'attention'; weights: AttentionWeights };

/** Σ aₜhₜ, and the aₜ as 32-bit floats. */
function attended(states: Tensor, real: readonly number[], weights: AttentionWeights): { output: Tensor; taken: Taken } {
  const width = weights.bias.data.length;
  if (real.length > 0 && states.shape[1] !== width)
    throw new PipeError('mismatch', 'the hidden states have another size than the model’s', {
      expected: String(width),
      found: String(states.shape[1]),
      hint: 'run rnn with the same --model',
    });
  const shares = attentionOf(states, real, weights);
  const sum = new Float64Array(width);
  for (const [i, t] of real.entries()) for (const [unit, state] of states.row(t).entries()) sum[unit]! += shares[i]! * state;
  return {
    output: new Tensor([width], Float32Array.from(sum)),
    taken: { how: 'attention', timeSteps: real.map(fromOne), weights: shares.map((share) => shortest(Math.fround(share))) },
  };
}

interface Took {
  vector: Float32Array;
  /** from 0 */
  timeSteps: number[];
}

const fromOne = (timeStep: number): number => timeStep + 1;

function realSteps({ mask }: SentenceRecord, { shape }: Tensor): number[] {
  const timeSteps = Array.from({ length: shape[0]! }, (_, t) => t);
  if (mask === undefined) return timeSteps;
  if (mask.length !== shape[0])
    throw new PipeError('data', 'mask and hiddenStates differ in length', {
      expected: `${shape[0]} time steps`,
      found: String(mask.length),
      hint: 'run rnn again',
    });
  return timeSteps.filter((t) => mask[t] === 1);
}

const TAKE: Record<
  Exclude<Taken['how'], 'all' | 'attention'>,
  (states: Tensor, real: readonly number[], record: SentenceRecord) => Took
> = {
  last: (states, real, record) => ends(states, real, record, 'last'),
  first: (states, real, record) => ends(states, real, record, 'first'),
  mean: (states, real) => overSteps(states, real, (sum, value) => sum + value, real.length || 1),
  max: (states, real) => overSteps(states, real, Math.max, 1),
};

/** The end (or beginning) of each direction's reading. */
function ends(states: Tensor, real: readonly number[], { network }: SentenceRecord, which: 'last' | 'first'): Took {
  const width = states.shape[1]!;
  const vector = new Float32Array(width);
  if (real.length === 0) return { vector, timeSteps: [] };
  const directions = network?.directions ?? ['forward'];
  const part = width / directions.length;
  const timeSteps = directions.map((direction) => ((direction === 'forward') === (which === 'last') ? real.at(-1)! : real[0]!));
  for (const [i, t] of timeSteps.entries()) vector.set(states.row(t).subarray(i * part, (i + 1) * part), i * part);
  return { vector, timeSteps: [...new Set(timeSteps)] };
}

function overSteps(states: Tensor, real: readonly number[], join: (a: number, b: number) => number, divide: number): Took {
  const vector = new Float32Array(states.shape[1]!);
  for (let unit = 0; unit < vector.length; unit++) {
    // in double precision, in the order of time
    const values = real.map((t) => states.row(t)[unit]!);
    vector[unit] = values.length === 0 ? 0 : values.reduce((a, b) => join(a, b)) / divide;
  }
  return { vector, timeSteps: [...real] };
}
