/**
 * Beam search on tiny models with random weights: a beam that holds everything finds what trying everything finds, a beam of 1 is greedy
 * search, and one program of the whole teacher-forced network gives the same probabilities as steps one at a time.
 */
import type { Engine } from '../../../src/engine/ops.js';
import { compilePrediction } from '../../../src/model/build.js';
import { openSpeaker } from '../../../src/model/decoding/speaker.js';
import type { TextModel } from '../../../src/model/decoding/programs.js';
import type { SearchOptions } from '../../../src/model/decoding/search.js';
import { drawParameters } from '../../../src/model/parameters.js';
import { answersOf } from '../../../src/model/predictor.js';
import type { Sentences } from '../../../src/model/sentences.js';
import { dataSet } from '../../../src/model/training/data.js';
import { BEGIN, END } from '../../../src/text/specials.js';
import { describeEngines } from '../../support/engines.js';
import { translatorOf } from '../../support/translator.js';

const TOKENS = 7;
const LONGEST = 3;

const modelOf = (attention: 'additive' | 'multiplicative', cell: 'lstm' | 'gru', layers: number): TextModel =>
  translatorOf({
    cell,
    attention,
    words: 9,
    tokens: TOKENS,
    dim: 3,
    units: 4,
    decoderUnits: 5,
    decoderLayers: layers,
    maxLength: LONGEST,
  });

/** Weights three times as large as training begins with, so that tokens differ in probability. @param end how much the end is preferred */
function parametersOf(model: TextModel, end = 0): ReturnType<typeof drawParameters> {
  const parameters = drawParameters(model, 5);
  for (const { data } of parameters.values()) for (let i = 0; i < data.length; i++) data[i]! *= 3;
  parameters.get('output.bias')!.data[END]! += end;
  return parameters;
}

const SOURCES = [[4, 5, 6, 7], [8], [5, 5, 4]];

const sentencesOf = (sources: readonly (readonly number[])[], answers: readonly (readonly number[])[]): Sentences =>
  dataSet(
    sources.map((ids, i) => ({ ids, answer: [BEGIN, ...answers[i]!], targets: [] })),
    'sentence',
    0,
  );

/** log p of each answer with its end, by one program over all time steps. */
async function forced(
  engine: Engine,
  model: TextModel,
  source: readonly number[],
  answers: readonly (readonly number[])[],
): Promise<number[]> {
  const parameters = parametersOf(model);
  const program = await compilePrediction(engine, model, parameters, { judging: true });
  const sentences = sentencesOf(
    answers.map(() => source),
    answers,
  );
  const rows = answers.map((_, i) => i);
  const none = { per: 'sentence', width: 0, numbers: new Float32Array(0) } as const;
  const { tally } = await answersOf(program, model, parameters, sentences, rows, 64, none);
  await program.close();
  return rows.map((row) => tally!.numbers[row * 3]!);
}

const OPTIONS: SearchOptions = { beam: 1, lengthPenalty: 0.7, minLength: 0, maxLength: LONGEST, barred: [1], trace: false };

async function said(
  engine: Engine,
  model: TextModel,
  options: Partial<SearchOptions>,
  { sources = SOURCES, batchSize = 2, end = 0 }: { sources?: readonly number[][]; batchSize?: number; end?: number } = {},
) {
  const speaker = await openSpeaker(engine, model, parametersOf(model, end), { ...OPTIONS, ...options }, batchSize);
  const found = await speaker.say(
    sentencesOf(
      sources,
      sources.map(() => []),
    ),
  );
  await speaker.close();
  return found;
}

/** All answers of words that may be said, shorter than the longest. */
function everything(): number[][] {
  const words = [4, 5, 6];
  const all: number[][] = [[]];
  for (let begin = 0, length = 1; length < LONGEST; length++) {
    const end = all.length;
    for (; begin < end; begin++) for (const word of words) all.push([...all[begin]!, word]);
  }
  return all;
}

describeEngines((open) => {
  test.each([
    ['multiplicative', 'lstm', 1],
    ['additive', 'gru', 2],
  ] as const)('%s attention, %s, %i layers: a beam that holds everything finds the best of everything', async (attention, cell, layers) => {
    const engine = await open();
    const model = modelOf(attention, cell, layers);
    const found = await said(engine, model, { beam: 100 });
    for (const [i, source] of SOURCES.entries()) {
      const answers = everything();
      const probabilities = await forced(engine, model, source, answers);
      const best = answers
        .map((ids, at) => ({ ids, logProbability: probabilities[at]! }))
        .sort((a, b) => b.logProbability / (b.ids.length + 1) ** 0.7 - a.logProbability / (a.ids.length + 1) ** 0.7)[0]!;
      const ended = found[i]!.said.filter(({ ids }) => ids.length < LONGEST);
      expect(ended).toHaveLength(answers.length);
      expect(ended[0]!.ids).toEqual(best.ids);
      expect(Math.abs(ended[0]!.logProbability - best.logProbability)).toBeLessThan(1e-5);
    }
  });

  test('a beam of 1 takes the best token at each step; a wider one never finds worse than the widest', async () => {
    const engine = await open();
    const model = modelOf('multiplicative', 'lstm', 1);
    for (const { said: texts, steps } of await said(engine, model, { trace: true })) {
      const taken = [...texts[0]!.ids, ...(texts[0]!.ids.length < LONGEST ? [END] : [])];
      expect(taken).toEqual(steps.map(({ hypotheses: [only] }) => only!.best[0]!.token));
      for (const { hypotheses } of steps) expect(hypotheses[0]!.attention.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 5);
    }
    const [some, all] = [await said(engine, model, { beam: 3 }), await said(engine, model, { beam: 100 })];
    some.forEach((one, i) => expect(one.said[0]!.score).toBeLessThanOrEqual(all[i]!.said[0]!.score + 1e-6));
  });

  test.each([
    ['multiplicative', 2],
    ['additive', 0.5],
  ] as const)('what is said of a sentence does not depend on those beside it (%s)', async (attention, end) => {
    const engine = await open();
    const model = modelOf(attention, 'lstm', 1);
    // lengths from 1 to 6; what is said of some is as long as may be, so that they wait for others and go on with them
    const sources = Array.from({ length: 40 }, (_, i) => Array.from({ length: 1 + (i % 6) }, (_, at) => 4 + ((i * 7 + at * 3) % 5)));
    const options = { beam: 3, maxLength: 12, trace: true };
    const [alone, together] = [
      await said(engine, model, options, { sources, batchSize: 1, end }),
      await said(engine, model, options, { sources, batchSize: 8, end }),
    ];
    const lengths = new Set(together.map(({ steps }) => steps.length));
    expect(lengths.size).toBeGreaterThan(1);
    for (const [i, { said: texts, steps }] of together.entries()) {
      expect(texts.map(({ ids, lookedAt }) => [ids, lookedAt])).toEqual(alone[i]!.said.map(({ ids, lookedAt }) => [ids, lookedAt]));
      expect(steps.map(({ hypotheses }) => hypotheses.map(({ token, parent, attention: { length } }) => [token, parent, length]))).toEqual(
        alone[i]!.steps.map(({ hypotheses }) => hypotheses.map(({ token, parent, attention: { length } }) => [token, parent, length])),
      );
      expect(Math.abs(texts[0]!.logProbability - alone[i]!.said[0]!.logProbability)).toBeLessThan(1e-4);
    }
  });

  test('lengths are kept; the trace tells who goes on from whom', async () => {
    const engine = await open();
    const model = modelOf('additive', 'lstm', 1);
    for (const { said: texts, steps } of await said(engine, model, { beam: 3, minLength: 2, maxLength: 2, trace: true })) {
      expect(texts.every(({ ids, lookedAt }) => ids.length === 2 && lookedAt.length === 2)).toBe(true);
      expect(steps[0]!.hypotheses.map(({ token, parent }) => [token, parent])).toEqual([[BEGIN, -1]]);
      for (const { parent, token } of steps[1]!.hypotheses)
        expect(steps[0]!.hypotheses[parent]!.best.map((one) => one.token)).toContain(token);
    }
  });
});

test('barred tokens are never said', async () => {
  const { openEngine } = await import('../../../src/engine/index.js');
  const engine = await openEngine('onnx-wasm');
  for (const { said: texts } of await said(engine, modelOf('multiplicative', 'lstm', 1), { beam: 100 }))
    expect(new Set(texts.flatMap(({ ids }) => ids))).toEqual(new Set([4, 5, 6]));
});
