/**
 * The sequence-to-sequence head: it learns by teacher forcing. The decoder reads the answer as it should be, and at each time step its
 * next token is what it should say; with x the logits, y the token, and ε the label smoothing the loss is the mean over tokens of
 *
 *     -(1 - ε) log p_y - ε/V Σ_v log p_v  =  log Σ exp x - (1 - ε) x_y - ε/V Σ_v x_v
 *
 * Σ_v x_v is o·(V·1) + v·1, so that nothing of size [steps, batch, V] is made for it. Decoding is in `src/model/decoding/`.
 */
import type { HostTensor, InputType, Ops } from '../../engine/ops.js';
import { memoryOf } from '../attention.js';
import { decoderParameters, firstStates, say, type Seq2seq } from '../decoder.js';
import { ANSWER_VECTORS, networkParameters, networkValues } from '../parameters.js';
import { recurrentNetwork } from '../recurrent.js';
import { END } from '../sentences.js';

import type { Below, Head, Rows, Values } from './head.js';

const STEPS = (type: 'float' | 'int'): InputType => ({ type, shape: ['answerSteps', 'batch'] });

/** the token to say; and what its loss counts: as a whole, at the token itself, and at each token of all */
const INPUTS = { said: STEPS('int'), whole: STEPS('float'), atToken: STEPS('float'), atEach: STEPS('float') };

/** dropout of what the output layer reads */
const DROPOUT_SAID = 'dropout.said';

export const seq2seq: Head<Seq2seq> = {
  task: 'seq2seq',
  metric: 'accuracy',
  lowerIsBetter: ['loss', 'perplexity'],
  parameters: (definition, width) => [...networkParameters(definition.decoder, 'decoder'), ...decoderParameters(definition, width)],
  lossInputs: () => INPUTS,
  dropout: ({ decoder }) => ({ [DROPOUT_SAID]: { type: 'float', shape: ['answerSteps', 'batch', decoder.units] } }),
  lossFeeds: ({ answers: { rows: size } }, rows) => feeds(rows, size),
  weightOf: (_, { rows, answers }) => {
    let tokens = 0;
    for (let i = 0; i < rows.length; i++) tokens += answers!.offsets[rows[i]! + 1]! - answers!.offsets[rows[i]!]!;
    return tokens;
  },
  loss: (ops, definition, weights, below, inputs) => {
    const { said, logits } = forced(ops, definition, weights, below, inputs);
    const { logProbability, logSumExp } = ops.logProbabilityAt(logits, inputs['said']!);
    const ones = ops.sum(weights['output.kernel']!, [1], true);
    const sum = ops.squeeze(ops.add(ops.matmul(said, ones), ops.sum(weights['output.bias']!, [0])), 2);
    const at = ops.add(logProbability, logSumExp);
    const losses = ops.subtract(
      ops.subtract(ops.multiply(logSumExp, inputs['whole']!), ops.multiply(at, inputs['atToken']!)),
      ops.multiply(sum, inputs['atEach']!),
    );
    return ops.sum(losses, [0, 1]);
  },
  // a text is said token by token: `decoding/`
  predict: () => ({}),
  judging: {
    inputs: INPUTS,
    feeds: ({ answers: { rows: size } }, rows) => feeds({ ...rows, scale: 1, options: { labelSmoothing: 0 } }, size),
    results: (ops, definition, weights, below, inputs) => {
      const { logits } = forced(ops, definition, weights, below, inputs);
      const { logProbability } = ops.logProbabilityAt(logits, inputs['said']!);
      const right = ops.atLeast(ops.pick(logits, inputs['said']!), ops.max(logits, 2));
      const counted = inputs['whole']!;
      const sums = [ops.multiply(logProbability, counted), ops.multiply(right, counted), counted].map((one) =>
        ops.unsqueeze(ops.sum(one, [0]), 1),
      );
      return { tally: ops.concat(sums, 1) };
    },
  },
  scores: (_, { tally }) => {
    const [logProbability, right, tokens] = [0, 1, 2].map((column) => {
      let sum = 0;
      for (let i = column; i < tally!.numbers.length; i += 3) sum += tally!.numbers[i]!;
      return sum;
    });
    const loss = -logProbability! / tokens!;
    return { accuracy: right! / tokens!, loss, perplexity: Math.exp(loss) };
  },
};

function feeds({ rows, answers, scale, options: { labelSmoothing } }: Rows, size: number): Record<string, HostTensor> {
  const { ids, offsets } = answers!;
  const batch = rows.length;
  let steps = 1;
  for (let row = 0; row < batch; row++) steps = Math.max(steps, offsets[rows[row]! + 1]! - offsets[rows[row]!]!);
  const said = new Int32Array(steps * batch);
  const [whole, atToken, atEach] = [new Float32Array(steps * batch), new Float32Array(steps * batch), new Float32Array(steps * batch)];
  for (let row = 0; row < batch; row++) {
    const [begin, end] = [offsets[rows[row]!]!, offsets[rows[row]! + 1]!];
    for (let t = begin; t < end; t++) {
      const place = (t - begin) * batch + row;
      said[place] = t + 1 < end ? ids[t + 1]! : END;
      whole[place] = scale;
      atToken[place] = scale * (1 - labelSmoothing);
      atEach[place] = (scale * labelSmoothing) / size;
    }
  }
  const shape = [steps, batch];
  const tensor = (data: Float32Array | Int32Array): HostTensor => ({ shape, data });
  return { said: tensor(said), whole: tensor(whole), atToken: tensor(atToken), atEach: tensor(atEach) };
}

/** What the decoder says where it reads what it should have said. */
function forced<T>(
  ops: Ops<T>,
  definition: Seq2seq,
  weights: Values<T>,
  { hiddenStates, end }: Below<T>,
  inputs: Values<T>,
): { said: T; logits: T } {
  const { decoder, attention } = definition;
  const first = firstStates(ops, definition, weights, end!);
  const { hiddenStates: states } = recurrentNetwork(
    ops,
    decoder,
    networkValues(decoder, weights, 'decoder'),
    inputs[ANSWER_VECTORS]!,
    inputs['lengths']!,
    undefined,
    (layer) => first[layer]!,
  );
  const memory = memoryOf(ops, attention, weights, hiddenStates, inputs['mask']!);
  const dropout = inputs[DROPOUT_SAID];
  return say(ops, definition, weights, memory, states!, dropout === undefined ? undefined : (o) => ops.multiply(o, dropout));
}
