/** The gradient with respect to the hidden states, against the textbook's recursion in plain loops. */
import { openEngine } from '../../src/engine/index.js';
import { uniform } from '../../src/model/random.js';
import { randomWeights, type NetworkShape } from '../../src/model/shape.js';
import { stateGradients } from '../../src/model/state-gradients.js';

const [units, inputSize, timeSteps, labels, seed] = [5, 3, 7, 3, 4];
const shape = (cell: NetworkShape['cell']): NetworkShape => ({
  cell,
  inputSize,
  units,
  layers: 1,
  directions: ['forward'],
  resetAfter: true,
});
const inputs = Float32Array.from({ length: timeSteps * inputSize }, (_, i) => Math.sin(i * 1.3));

test('a simple cell: ∂loss/∂hₜ = U·((1 − hₜ₊₁²) ∘ ∂loss/∂hₜ₊₁), from V·(p − target) at the end', async () => {
  const { norms, loss } = await stateGradients(await openEngine(undefined, { threads: 1 }), shape('rnn'), inputs, {
    seed,
    labels,
    label: 1,
  });
  const { kernel, recurrentKernel, bias, recurrentBias } = randomWeights(shape('rnn'), seed)[0]![0]!;
  const next = uniform(seed, -1000);
  const V = Array.from({ length: units * labels }, () => (2 * next() - 1) / Math.sqrt(units));
  const states: number[][] = [];
  for (let t = 0; t < timeSteps; t++)
    states.push(
      Array.from({ length: units }, (_, u) => {
        let sum = bias[u]! + recurrentBias[u]!;
        for (let i = 0; i < inputSize; i++) sum += inputs[t * inputSize + i]! * kernel[i * units + u]!;
        for (let i = 0; i < units; i++) sum += (states[t - 1]?.[i] ?? 0) * recurrentKernel[i * units + u]!;
        return Math.tanh(sum);
      }),
    );
  const logits = Array.from({ length: labels }, (_, l) => states.at(-1)!.reduce((sum, h, u) => sum + h * V[u * labels + l]!, 0));
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const error = logits.map((logit, l) => Math.exp(logit) / total - (l === 1 ? 1 : 0));
  expect(loss).toBeCloseTo(-Math.log(Math.exp(logits[1]!) / total), 5);
  let gradient = Array.from({ length: units }, (_, u) => error.reduce((sum, e, l) => sum + e * V[u * labels + l]!, 0));
  for (let t = timeSteps - 1; t >= 0; t--) {
    expect(norms[t]! / Math.hypot(...gradient)).toBeCloseTo(1, 4);
    const through = gradient.map((g, u) => g * (1 - states[t]![u]! ** 2));
    gradient = Array.from({ length: units }, (_, i) => through.reduce((sum, g, u) => sum + g * recurrentKernel[i * units + u]!, 0));
  }
});

test('an LSTM that forgets less hears the first word better', async () => {
  const engine = await openEngine(undefined, { threads: 1 });
  const first = async (forgetBias: number): Promise<number> =>
    (await stateGradients(engine, shape('lstm'), inputs, { seed, labels, label: 0, forgetBias })).norms[0]!;
  expect(await first(3)).toBeGreaterThan(await first(0));
});
