/**
 * The tagging head: a score for each tag at each token, s = h·W + b. It learns by a linear-chain CRF (`tags/crf.ts`), the mean over
 * sentences; or without one by cross-entropy at each token, the mean over tokens. Either way the answer is the best path that the tags'
 * scheme allows.
 */
import type { Ops } from '../../engine/ops.js';
import type { HeadDefinition } from '../../formats/model.js';
import { linear, type Parameter } from '../parameter.js';
import type { Parameters } from '../parameters.js';
import { chainLoss, crfFeeds, crfInputs, crfParameters, FIRST, LAST, TRANSITIONS } from '../tags/crf.js';
import { bestPathOf, logProbabilityOf, plainChain, type Chain } from '../tags/paths.js';
import { movesOf } from '../tags/scheme.js';
import { countSpans, spanScores, spansOf, type SpanCounts } from '../tags/spans.js';
import type { Answers, Head, Said, Sequences, Values } from './head.js';

export type TagDefinition = Extract<HeadDefinition, { task: 'tag' | 'segment' }>;

export const tag: Head<TagDefinition> = {
  task: 'tag',
  metric: ({ scheme }) => (scheme === undefined ? 'accuracy' : 'f1'),
  lowerIsBetter: ['loss'],
  parameters: ({ tags, crf }, width): Parameter[] => [...linear('head', width, tags.length), ...(crf ? crfParameters(tags.length) : [])],
  lossInputs: ({ tags, crf }) => ({
    targets: { type: 'float', shape: ['timeSteps', 'batch', tags.length] },
    ...(crf ? crfInputs(tags.length) : {}),
  }),
  lossFeeds: ({ tags, scheme, crf }, rows) => {
    const { targets, offsets, lengths, timeSteps, scale } = rows;
    const [batch, size] = [rows.rows.length, tags.length];
    const data = new Float32Array(timeSteps * batch * size);
    for (let row = 0; row < batch; row++) {
      const begin = offsets[rows.rows[row]!]!;
      for (let t = 0; t < lengths[row]!; t++) data[(t * batch + row) * size + targets.numbers[begin + t]!] = scale;
    }
    return {
      targets: { shape: [timeSteps, batch, size], data },
      ...(crf ? crfFeeds(size, movesOf(tags, scheme), rows) : {}),
    };
  },
  weightOf: ({ crf }, { rows, lengths }) => (crf ? rows.length : lengths.reduce((sum, length) => sum + length, 0)),
  loss: (ops, { tags, scheme, crf }, weights, { hiddenStates }, feeds) => {
    const logProbabilities = ops.logSoftmax(scoresOf(ops, weights, hiddenStates));
    const mine = ops.sum(ops.multiply(logProbabilities, feeds['targets']!), [0, 1, 2]);
    const others = crf
      ? chainLoss(ops, tags.length, movesOf(tags, scheme), logProbabilities, weights, feeds)
      : ops.constant([], Float32Array.of(0));
    return ops.subtract(others, mine);
  },
  predict: (ops, _, weights, { hiddenStates }) => ({ scores: scoresOf(ops, weights, hiddenStates) }),
  fields: (definition, said, { tokens }, parameters) => {
    const tags = tagsOf(definition, said, tokens.length, parameters);
    if (definition.scheme === undefined) return { tags };
    return { tags, spans: spansOf(tags).map(({ start, end, type }) => ({ type, start, end, tokens: tokens.slice(start, end) })) };
  },
  line: (definition, said, { tokens }, parameters) => {
    const tags = tagsOf(definition, said, tokens.length, parameters);
    return tokens.map((token, i) => `${visible(token)}/${tags[i]!}`).join(' ');
  },
  scores: (definition, answers, data, parameters) => {
    const chain = chainOf(definition, parameters);
    const found = bestPaths(chain, answers, data.offsets);
    return {
      ...(definition.scheme === undefined ? {} : spanScores(spanCounts(definition.tags, found, data))),
      accuracy: accuracyOf(found, data.targets.numbers),
      loss: lossOf(definition, chain, answers, data),
    };
  },
};

const scoresOf = <T>(ops: Ops<T>, weights: Values<T>, hiddenStates: T): T =>
  ops.add(ops.matmul(hiddenStates, weights['head.kernel']!), weights['head.bias']!);

/** How the tags follow one another, from the model's weights. */
export function chainOf({ tags, scheme, crf }: TagDefinition, parameters: Parameters): Chain {
  const moves = movesOf(tags, scheme);
  if (!crf) return plainChain(tags.length, moves);
  const [transitions, first, last] = [TRANSITIONS, FIRST, LAST].map((name) => parameters.get(name)!.data);
  return { tags: tags.length, transitions: transitions!, first: first!, last: last!, moves };
}

/** The tag of every token, by its number. */
export function bestPaths(chain: Chain, { scores }: Answers, offsets: ArrayLike<number>): Int32Array {
  const { numbers } = scores!;
  const path = new Int32Array(numbers.length / chain.tags);
  const best = bestPathOf(chain);
  for (let i = 0; i + 1 < offsets.length; i++) best(numbers, offsets[i]!, offsets[i + 1]!, path);
  return path;
}

/** The tags of one sentence; of one without tokens, which the network has read as an unknown one, there are none. */
export function tagsOf(definition: TagDefinition, { scores }: Said, tokens: number, parameters: Parameters): string[] {
  const { shape, data } = scores!;
  const path = new Int32Array(shape[0]!);
  bestPathOf(chainOf(definition, parameters))(data, 0, path.length, path);
  return Array.from(path.subarray(0, tokens), (number) => definition.tags[number]!);
}

/** A token may be white space or hold some, which would divide it. */
const visible = (token: string): string => token.replace(/[\s\u0085]+/gu, '␣');

function spanCounts(tags: readonly string[], found: Int32Array, { offsets, targets }: Sequences): SpanCounts {
  const counts: SpanCounts = { truth: 0, found: 0, right: 0 };
  const named = (numbers: Int32Array | Float32Array, i: number): string[] =>
    Array.from(numbers.subarray(offsets[i], offsets[i + 1]), (number) => tags[number]!);
  for (let i = 0; i + 1 < offsets.length; i++) countSpans(counts, named(targets.numbers, i), named(found, i));
  return counts;
}

function accuracyOf(found: Int32Array, truth: Float32Array): number {
  let right = 0;
  for (let i = 0; i < found.length; i++) if (found[i] === truth[i]) right++;
  return right / found.length;
}

/** As in training: the mean over sentences of a CRF, over tokens without one. */
function lossOf({ crf }: TagDefinition, chain: Chain, { scores }: Answers, { offsets, targets }: Sequences): number {
  const { tags, moves } = chain;
  const all = { first: moves.first.map(() => 1), next: moves.next.map(() => 1), last: moves.last.map(() => 1) };
  // without a CRF each token is for itself, and no move was forbidden while it learnt
  const logProbability = logProbabilityOf(crf ? chain : plainChain(tags, all));
  let sum = 0;
  for (let i = 0; i + 1 < offsets.length; i++) sum -= logProbability(scores!.numbers, offsets[i]!, offsets[i + 1]!, targets.numbers);
  return sum / (crf ? offsets.length - 1 : targets.numbers.length);
}
