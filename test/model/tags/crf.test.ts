/** The CRF in the graph: its loss and its gradients are PyTorch's (fixtures/heads/make_crf.py), on every engine. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gradientOf, type HostTensor, type InputType } from '../../../src/engine/ops.js';
import type { Rows } from '../../../src/model/heads/head.js';
import { chainLoss, crfFeeds, crfInputs } from '../../../src/model/tags/crf.js';
import { logProbabilityOf } from '../../../src/model/tags/paths.js';
import { movesOf, type Scheme } from '../../../src/model/tags/scheme.js';
import { describeEngines } from '../../support/engines.js';

interface Numbers {
  scores: number[][][];
  transitions: number[][];
  first: number[];
  last: number[];
}
interface Case extends Numbers {
  scheme: Scheme | null;
  loss: number;
  losses: number[];
  gradients: Numbers;
}
const { tags, lengths, targets, cases } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../fixtures/heads/crf.json'), 'utf8'),
) as { tags: string[]; lengths: number[]; targets: number[][]; cases: Case[] };
const [K, BATCH, TIME_STEPS] = [tags.length, lengths.length, targets[0]!.length];

/** [batch, timeSteps, tags] to [timeSteps, batch, tags] */
const timeMajor = (values: number[][][]): number[] =>
  Array.from({ length: TIME_STEPS }, (_, t) => values.flatMap((sentence) => sentence[t]!)).flat();
const floats = (shape: number[], values: number[]): HostTensor => ({ shape, data: Float32Array.from(values) });

function numbersOf({ scores, transitions, first, last }: Numbers): Record<string, HostTensor> {
  return {
    scores: floats([TIME_STEPS, BATCH, K], timeMajor(scores)),
    'crf.transitions': floats([K, K], transitions.flat()),
    'crf.first': floats([K], first),
    'crf.last': floats([K], last),
  };
}

/** The data set's sentences in another order than the batch's rows, so that offsets are seen to be used. */
function rowsOf(): Rows {
  const order = [2, 0, 1];
  const numbers = order.flatMap((sentence) => targets[sentence]!.slice(0, lengths[sentence]));
  const offsets = order.reduce<number[]>((all, sentence) => [...all, all.at(-1)! + lengths[sentence]!], [0]);
  return {
    targets: { per: 'token', width: 1, numbers: Float32Array.from(numbers) },
    rows: lengths.map((_, sentence) => order.indexOf(sentence)),
    offsets,
    lengths: Int32Array.from(lengths),
    timeSteps: TIME_STEPS,
    scale: 1 / BATCH,
    options: { labelSmoothing: 0 },
  };
}

const SCORES = { type: 'float', shape: ['timeSteps', 'batch', K] } as const;

describeEngines((open) => {
  test.each(cases)('scheme $scheme', async (one) => {
    const engine = await open();
    const moves = movesOf(tags, one.scheme ?? undefined);
    const to = Object.keys(numbersOf(one));
    const inputs: Record<string, InputType> = {
      ...Object.fromEntries(
        Object.entries(numbersOf(one)).map(([name, { shape }]): [string, InputType] => [name, { type: 'float', shape }]),
      ),
      ...crfInputs(K),
      scores: SCORES,
      hot: SCORES,
    };
    const hot = new Float32Array(TIME_STEPS * BATCH * K);
    targets.forEach((sentence, row) => sentence.slice(0, lengths[row]).forEach((tag, t) => (hot[(t * BATCH + row) * K + tag] = 1 / BATCH)));
    const program = await engine.compile(
      inputs,
      (ops, given) => {
        const logProbabilities = ops.logSoftmax(given['scores']!);
        const all = chainLoss(ops, K, moves, logProbabilities, given, given);
        return { loss: ops.subtract(all, ops.sum(ops.multiply(logProbabilities, given['hot']!), [0, 1, 2])) };
      },
      { differentiate: { loss: 'loss', to } },
    );
    const feeds = { ...numbersOf(one), ...crfFeeds(K, moves, rowsOf()), hot: { shape: [TIME_STEPS, BATCH, K], data: hot } };
    const results = await program.run(feeds);
    await program.close();
    expect(Math.abs(results['loss']!.data[0]! - one.loss)).toBeLessThan(1e-5);
    for (const [name, { data }] of Object.entries(numbersOf(one.gradients)))
      for (const [i, value] of data.entries())
        expect({ name, i, off: Math.abs(results[gradientOf(name)]!.data[i]! - value) < 1e-5 ? 0 : value }).toEqual({ name, i, off: 0 });
  });
});

test.each(cases)(
  'the probability of a path in TypeScript is PyTorch’s, scheme $scheme',
  ({ scheme, scores, transitions, first, last, losses }) => {
    const flat = (values: number[]): Float32Array => Float32Array.from(values);
    const chain = {
      tags: K,
      transitions: flat(transitions.flat()),
      first: flat(first),
      last: flat(last),
      moves: movesOf(tags, scheme ?? undefined),
    };
    const logProbability = logProbabilityOf(chain);
    losses.forEach((loss, i) => expect(-logProbability(flat(scores[i]!.flat()), 0, lengths[i]!, targets[i]!)).toBeCloseTo(loss, 4));
  },
);

test('a true path with a forbidden move leaves that move out', () => {
  const moves = movesOf(['B', 'E', 'M', 'S'], 'BMES');
  const feeds = crfFeeds(4, moves, {
    ...rowsOf(),
    targets: { per: 'token', width: 1, numbers: Float32Array.of(1, 0, 3) },
    rows: [0],
    offsets: [0, 3],
    lengths: Int32Array.of(3),
    scale: 1,
  });
  expect(feeds['targetFirst']!.data.every((count) => count === 0)).toBe(true);
  expect([...feeds['targetMoves']!.data.entries()].filter(([, count]) => count > 0)).toEqual([[4, 1]]);
  expect([...feeds['targetLast']!.data]).toEqual([0, 0, 0, 1]);
});
