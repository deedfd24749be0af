/** What one model's training takes of another: by token, and where sizes agree. */
import { mapFeatures, tableSizes } from '../../src/formats/features.js';
import type { ModelShape } from '../../src/formats/model.js';
import { takeWeights as take, type Named, type Taken } from '../../src/model/initial.js';
import { columnsOf, drawParameters } from '../../src/model/parameters.js';

/** four special tokens, as every vocabulary has them */
const takeWeights = (to: Named, from: Named): Taken => take(to, from, 4);

function model(
  seed: number,
  tokens: string[],
  about: { network?: Partial<ModelShape['network']>; dim?: number; runs?: string[]; affixes?: string[]; head?: ModelShape['head'] } = {},
): Named {
  const { network, dim = 2, runs, affixes, head = { task: 'classify', take: 'last', labels: ['a', 'b'] } } = about;
  const features = { ...(runs ? { runs } : {}), ...(affixes ? { affixes } : {}) };
  const embedding = { dim, rows: tokens.length + 4, ...tableSizes(mapFeatures(features, ({ length }) => ({ dim: 3, rows: length + 4 }))) };
  const shape: ModelShape = {
    embedding,
    network: {
      cell: 'lstm',
      inputSize: columnsOf({ embedding }).reduce((sum, one) => sum + one),
      units: 2,
      layers: 2,
      directions: ['forward'],
      resetAfter: true,
      ...network,
    },
    head,
  };
  return { shape, parameters: drawParameters(shape, seed), tokens, features };
}

const row = ({ parameters }: Named, table: string, id: number): number[] => Array.from(parameters.get(table)!.row(id));

test('vectors go by the text of the token; the others stay as they were drawn', () => {
  const [to, from] = [model(1, ['乙', '新', '甲']), model(2, ['甲', '乙'])];
  const before = row(to, 'embedding', 5);
  expect(takeWeights(to, from).tokens).toEqual({ taken: 2, of: 3 });
  expect(row(to, 'embedding', 4)).toEqual(row(from, 'embedding', 5));
  expect(row(to, 'embedding', 6)).toEqual(row(from, 'embedding', 4));
  expect(row(to, 'embedding', 1)).toEqual(row(from, 'embedding', 1));
  expect(row(to, 'embedding', 5)).toEqual(before);
});

test('a network that reads both ways takes the forward weights, of a later layer the rows of forward states', () => {
  const [to, from] = [model(1, ['甲'], { network: { directions: ['forward', 'backward'] } }), model(2, ['甲'])];
  const drawn = [2, 3].map((i) => row(to, 'rnn.2.forward.kernel', i));
  const taken = takeWeights(to, from);
  expect(taken.partly).toEqual(['rnn.2.forward.kernel']);
  expect(taken.whole).toEqual(
    ['rnn.1.forward.kernel', 'rnn.1.forward.recurrentKernel', 'rnn.1.forward.bias', 'rnn.1.forward.recurrentBias'].concat(
      ['recurrentKernel', 'bias', 'recurrentBias'].map((name) => `rnn.2.forward.${name}`),
    ),
  );
  expect(taken.drawn.every((name) => name.includes('backward'))).toBe(true);
  expect([0, 1].map((i) => row(to, 'rnn.2.forward.kernel', i))).toEqual([0, 1].map((i) => row(from, 'rnn.2.forward.kernel', i)));
  expect([2, 3].map((i) => row(to, 'rnn.2.forward.kernel', i))).toEqual(drawn);
});

test('n-grams go by their text; a kernel that reads n-grams too takes the rows of the token’s vector', () => {
  const [to, plain] = [model(1, ['甲'], { runs: ['甲乙', '乙丙'] }), model(2, ['甲'])];
  expect(takeWeights(to, plain)).toMatchObject({ features: { runs: { taken: 0, of: 2 } }, partly: ['rnn.1.forward.kernel'] });
  expect([0, 1].map((i) => row(to, 'rnn.1.forward.kernel', i))).toEqual([0, 1].map((i) => row(plain, 'rnn.1.forward.kernel', i)));
  const other = model(3, ['乙'], { runs: ['乙丙'] });
  expect(takeWeights(to, other)).toMatchObject({ tokens: { taken: 0, of: 1 }, features: { runs: { taken: 1, of: 2 } } });
  expect(row(to, 'ngramEmbedding', 5)).toEqual(row(other, 'ngramEmbedding', 4));
});

test('characters go by themselves; a kernel takes rows as far as both models read the same', () => {
  const [to, from] = [model(1, ['甲'], { affixes: ['乙', '甲'] }), model(2, ['甲'], { affixes: ['甲', '丙'] })];
  expect(takeWeights(to, from)).toMatchObject({ features: { affixes: { taken: 1, of: 2 } }, partly: [] });
  expect(row(to, 'affixEmbedding', 5)).toEqual(row(from, 'affixEmbedding', 4));
  expect(row(to, 'rnn.1.forward.kernel', 7)).toEqual(row(from, 'rnn.1.forward.kernel', 7));
  const both = model(3, ['甲'], { runs: ['甲乙'], affixes: ['甲'] });
  const drawn = [5, 10].map((i) => row(both, 'rnn.1.forward.kernel', i));
  expect(takeWeights(both, model(4, ['甲'], { runs: ['甲乙'] })).partly).toEqual(['rnn.1.forward.kernel']);
  expect([5, 10].map((i) => row(both, 'rnn.1.forward.kernel', i))).toEqual(drawn);
});

test.each([
  ['another cell', { network: { cell: 'gru' as const } }],
  ['other units', { network: { units: 3 } }],
])('%s: only vectors are taken', (_, about) => {
  expect(takeWeights(model(1, ['甲'], about), model(2, ['甲']))).toMatchObject({ tokens: { taken: 1, of: 1 }, whole: [], partly: [] });
});

test('other sizes of vectors: the first layer’s kernel is not taken', () => {
  const taken = takeWeights(model(1, ['甲'], { dim: 3 }), model(2, ['甲']));
  expect(taken).toMatchObject({ tokens: { taken: 0, of: 1 }, drawn: ['rnn.1.forward.kernel'] });
});

describe('the softmax', () => {
  const lm = (seed: number, tokens: string[], directions: ModelShape['network']['directions'], layers = 1): Named =>
    model(seed, tokens, {
      network: { directions, layers },
      head: { task: 'lm', stretch: 8, ...(directions.length > 1 ? { bothWays: true } : {}) },
    });
  const column = ({ parameters }: Named, id: number): number[] =>
    ['head.kernel', 'head.bias'].flatMap((name) => {
      const { data, shape } = parameters.get(name)!;
      return Array.from(data).filter((_, i) => i % shape.at(-1)! === id);
    });

  test('of a language model goes by token to another one, whichever ways they read', () => {
    const [to, from] = [lm(1, ['乙', '新', '甲'], ['forward', 'backward']), lm(2, ['甲', '乙'], ['forward'])];
    const drawn = column(to, 5);
    expect(takeWeights(to, from).softmax).toEqual({ taken: 2, of: 3 });
    expect([3, 4, 5, 6].map((id) => column(to, id))).toEqual([column(from, 3), column(from, 5), drawn, column(from, 4)]);
  });

  test('stays where the states below it mean something else, and goes to no other task', () => {
    const from = lm(2, ['甲'], ['forward']);
    expect(takeWeights(lm(1, ['甲'], ['forward'], 2), from).softmax.taken).toBe(0);
    expect(takeWeights(model(1, ['甲']), from).softmax.taken).toBe(0);
  });
});
