/** A language model in both directions: no state has read what it is to foresee, and its loss is the mean of two models' losses. */
import { tableSizes } from '../../src/formats/features.js';
import type { ModelShape } from '../../src/formats/model.js';
import { compilePrediction } from '../../src/model/build.js';
import type { CellName } from '../../src/model/cells/index.js';
import { lossGradients } from '../../src/model/loss-gradients.js';
import { drawParameters, type Parameters } from '../../src/model/parameters.js';
import { perplexitiesOf } from '../../src/model/perplexity.js';
import { answersOf } from '../../src/model/predictor.js';
import { NOTHING, stretchesOf } from '../../src/model/stretches.js';
import { dataSet, type Example } from '../../src/model/training/data.js';
import { openEngine } from '../../src/engine/index.js';
import { describeEngines } from '../support/engines.js';

const shapeOf = (cell: CellName, stretch: number, bothWays: boolean) =>
  ({
    embedding: { dim: 5, rows: 12, ...tableSizes({}) },
    network: { cell, inputSize: 5, units: 4, layers: 1, directions: bothWays ? ['forward', 'backward'] : ['forward'], resetAfter: true },
    head: { task: 'lm', stretch, ...(bothWays ? { bothWays } : {}) },
  }) satisfies ModelShape;

const text = [7, 8, 9, 10, 11, 4];

describeEngines((open) => {
  test.each<CellName>(['rnn', 'lstm', 'gru'])('%s: another token in a place changes no loss of foreseeing that place', async (cell) => {
    const shape = shapeOf(cell, 64, true);
    const parameters = drawParameters(shape, 3);
    const program = await compilePrediction(await open(), shape, parameters, { judging: true });
    const [{ ids, targets }] = stretchesOf(text, 64, true) as [Example];
    const lossesOf = async (read: readonly number[]): Promise<Float32Array> => {
      const data = dataSet([{ ids: read, targets }], 'token', 2);
      return (await answersOf(program, shape, parameters, data, [0], 1, data.targets))['losses']!.numbers;
    };
    const losses = await lossesOf(ids);
    for (let place = 0; place < ids.length; place++) {
      const changed = await lossesOf(ids.with(place, 6));
      for (const [i, target] of targets.entries()) {
        if (target === NOTHING) continue;
        const [t, backward] = [Math.floor(i / 2), i % 2 === 1];
        // forward states have read up to t, backward ones down to t
        const read = backward ? place >= t : place <= t;
        expect(losses[i] === changed[i]).toBe(!read);
      }
    }
    await program.close();
  });

  test('the logarithm of its perplexity is the mean of those of a model forwards and one backwards', async () => {
    const engine = await open();
    const shape = shapeOf('lstm', 5, true);
    const parameters = drawParameters(shape, 3);
    const texts = [text, [5], [9, 9, 8], []];
    const perplexities = async (of: ReturnType<typeof shapeOf>, weights: Parameters, some: number[][]): Promise<number[]> => {
      const program = await compilePrediction(engine, of, weights, { judging: true });
      const found = await perplexitiesOf(program, of, weights, some, 2);
      await program.close();
      return found;
    };
    const both = await perplexities(shape, parameters, texts);
    // one stretch a text, so that either is one reading; backwards <eos> begins a text and <bos> ends it
    const whole = await perplexities(shapeOf('lstm', 64, true), parameters, texts);
    const forwards = shapeOf('lstm', 64, false);
    const ahead = await perplexities(forwards, parameters, texts);
    const turned = new Map(
      [...parameters].map(([name, tensor]) => [name.replace('forward', 'ahead').replace('backward', 'forward'), tensor]),
    );
    const swapped = (id: number): number => ({ 2: 3, 3: 2 })[id] ?? id;
    const table = turned.get('embedding')!.copy();
    const kernel = turned.get('head.kernel')!.copy();
    const bias = turned.get('head.bias')!.copy();
    for (const [to, from] of [
      [2, 3],
      [3, 2],
    ] as const) {
      table.data.set(parameters.get('embedding')!.row(from), to * 5);
      bias.data[to] = parameters.get('head.bias')!.data[from]!;
      for (let unit = 0; unit < 4; unit++) kernel.data[unit * 12 + to] = parameters.get('head.kernel')!.data[unit * 12 + from]!;
    }
    const mirrored = new Map([...turned, ['embedding', table], ['head.kernel', kernel], ['head.bias', bias]]);
    const back = await perplexities(
      forwards,
      mirrored,
      texts.map((ids) => ids.toReversed().map(swapped)),
    );
    whole.forEach((perplexity, i) => expect(Math.log(perplexity)).toBeCloseTo((Math.log(ahead[i]!) + Math.log(back[i]!)) / 2, 5));
    // in two stretches the longest text is read otherwise, the others as they were
    expect(both.slice(1)).toEqual(whole.slice(1).map((perplexity) => expect.closeTo(perplexity, 4) as number));
    expect(both[0]).not.toBeCloseTo(whole[0]!, 4);
  });
});

test('the gradient of the loss is its slope', async () => {
  const shape = shapeOf('gru', 64, true);
  const parameters = drawParameters(shape, 5);
  const example = dataSet(stretchesOf([7, 8, 9], 64, true), 'token', 2);
  const engine = await openEngine(undefined, { threads: 1 });
  const { lanes } = await lossGradients(engine, shape, parameters, example);
  expect(lanes.map(({ direction }) => direction)).toEqual(['forward', 'backward']);
  for (const { direction, norms } of lanes)
    for (const [t, norm] of norms.entries()) {
      const slopes: number[] = [];
      for (let unit = 0; unit < 4; unit++) {
        const [more, less] = await Promise.all(
          [0.01, -0.01].map(async (by) => {
            const nudge = new Float32Array(5 * 4);
            nudge[4 * t + unit] = by;
            return (await lossGradients(engine, shape, parameters, example, new Map([[`nudge.1.${direction}`, nudge]]))).loss;
          }),
        );
        slopes.push((more! - less!) / 0.02);
      }
      expect(norm).toBeCloseTo(Math.hypot(...slopes), 3);
    }
});
