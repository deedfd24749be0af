/** Weights for PyTorch and Keras, there and back: names, shapes, orders of gates; and a real PyTorch's opinion. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { openEngine } from '../../../src/engine/index.js';
import { Tensor } from '../../../src/formats/tensor.js';
import type { ModelDocument } from '../../../src/formats/model.js';
import { compilePrediction } from '../../../src/model/build.js';
import { exported } from '../../../src/model/exchange/correspondence.js';
import { foundWeights } from '../../../src/model/exchange/found.js';
import { loadNetwork } from '../../../src/model/layouts.js';
import { networkWeights, type Parameters } from '../../../src/model/parameters.js';
import { answersOf } from '../../../src/model/predictor.js';
import { readWeights, writeWeights } from '../../../src/model/weights.js';
import { documentOf, padded, parametersOf, sentences } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'exchange-'));
afterAll(() => rmSync(folder, { recursive: true }));

const models = fc
  .record({
    cell: fc.constantFrom('rnn' as const, 'lstm' as const, 'gru' as const),
    layers: fc.integer({ min: 1, max: 3 }),
    units: fc.integer({ min: 1, max: 5 }),
    directions: fc.constantFrom<('forward' | 'backward')[]>(['forward'], ['forward', 'backward'], ['backward']),
    resetAfter: fc.boolean(),
    take: fc.constantFrom('last' as const, 'attention' as const),
    ngrams: fc.boolean(),
    affixes: fc.boolean(),
  })
  .map(documentOf);

const heldByPytorch = ({ network: { cell, resetAfter, directions } }: ModelDocument): boolean =>
  (cell !== 'gru' || resetAfter) && directions[0] === 'forward';

const numbers = (parameters: Parameters, name: string): number[] => Array.from(parameters.get(name)!.data);

test('PyTorch: what is written is read back bit for bit, for every cell, depth and direction', () => {
  fc.assert(
    fc.property(models.filter(heldByPytorch), fc.integer({ min: 0, max: 99 }), (document, seed) => {
      const parameters = parametersOf(document, seed);
      const tensors = readWeights(writeWeights(exported(document, parameters, 'pytorch')));
      const { parameters: back, left } = foundWeights(tensors, 'pytorch', document);
      expect(left).toEqual([]);
      expect([...back.keys()].sort()).toEqual([...parameters.keys()].sort());
      for (const name of parameters.keys()) expect(numbers(back, name)).toEqual(numbers(parameters, name));
      // the same network as the reader of `rnn --weights` finds, which is held to PyTorch's states
      const { weights } = loadNetwork(tensors, 'pytorch', document.network.cell, true);
      expect(weights).toEqual(networkWeights(document.network, parameters));
    }),
    { numRuns: 60 },
  );
});

test('Keras: the same, but one bias where Keras has one: their sum', () => {
  fc.assert(
    fc.property(models, fc.integer({ min: 0, max: 99 }), (document, seed) => {
      const parameters = parametersOf(document, seed);
      const tensors = readWeights(writeWeights(exported(document, parameters, 'keras')));
      const { parameters: back, left } = foundWeights(tensors, 'keras', document);
      expect(left).toEqual([]);
      const { cell, resetAfter } = document.network;
      const oneBias = cell !== 'gru' || !resetAfter;
      for (const [name, { data }] of parameters) {
        const other = parameters.get(name.replace(/bias$/, 'recurrentBias'))?.data;
        const summed = oneBias && name.startsWith('rnn.') && name.endsWith('.bias');
        if (oneBias && name.endsWith('recurrentBias')) expect(numbers(back, name).every((x) => x === 0)).toBe(true);
        else expect(numbers(back, name)).toEqual(Array.from(data, (x, i) => (summed ? Math.fround(x + other![i]!) : x)));
      }
      const { weights } = loadNetwork(tensors, 'keras', cell, resetAfter);
      expect(weights).toEqual(networkWeights(document.network, back));
    }),
    { numRuns: 60 },
  );
});

async function probabilitiesOf(document: ModelDocument, parameters: Parameters): Promise<Float32Array> {
  const program = await compilePrediction(await openEngine('onnx-wasm'), document, parameters);
  const answers = await answersOf(program, document, parameters, sentences, [0, 1, 2, 3], 4);
  await program.close();
  return answers['probabilities']!.numbers;
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));

// fixtures/exchange/make_classifier.py made the file
describe('a classifier of PyTorch with names of its own', () => {
  const all = readWeights(readFileSync(resolve(import.meta.dirname, '../../../fixtures/exchange/classifier.safetensors')));
  const state = new Map([...all].filter(([name]) => name.startsWith('state/')).map(([name, one]) => [name.slice('state/'.length), one]));
  const document = documentOf({ layers: 2, directions: ['forward', 'backward'] });

  test('gives its probabilities, and what was taken for what is told', async () => {
    const { parameters, taken, left } = foundWeights(state, 'pytorch', document);
    expect(taken).toEqual([
      ['the recurrent network', 'encoder.'],
      ['embedding.weight', 'emb.weight'],
      ['linear.weight', 'fc.weight'],
      ['linear.bias', 'fc.bias'],
    ]);
    expect(left).toEqual([]);
    const [ids, lengths] = [all.get('ids')!, all.get('lengths')!];
    const rows = Array.from(lengths.data, (length, i) => Array.from(ids.row(i)).slice(0, length));
    const program = await compilePrediction(await openEngine('onnx-wasm'), document, parameters);
    const offsets = Int32Array.of(0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length));
    const given = { ids: Int32Array.from(rows.flat()), offsets };
    const { probabilities } = await answersOf(program, document, parameters, given, [0, 1, 2, 3], 4);
    await program.close();
    expect(largest(probabilities!.numbers, all.get('probabilities')!.data)).toBeLessThan(1e-5);
  });

  test('exported again it has the same tensors under our names', () => {
    const again = exported(document, foundWeights(state, 'pytorch', document).parameters, 'pytorch');
    expect(again.size).toBe(state.size);
    for (const [name, { shape, data }] of state) {
      const ours = again.get(name.replace('emb.', 'embedding.').replace('encoder.', 'lstm.').replace('fc.', 'linear.'))!;
      expect(ours.shape).toEqual(shape);
      expect(ours.data).toEqual(data);
    }
  });

  const without = (name: string): Map<string, Tensor> => new Map([...state].filter(([key]) => key !== name));
  const withOne = (name: string, ...shape: number[]): Map<string, Tensor> =>
    new Map([...state, [name, new Tensor(shape, new Float32Array(shape.reduce((a, b) => a * b)))]]);

  test.each([
    [
      'no embedding',
      without('emb.weight'),
      ['there is no tensor for embedding.weight', '[20, 4]', 'fc.weight [3, 6]', '--map embedding.weight='],
    ],
    ['two of one shape', withOne('other.weight', 20, 4), ['which tensor is embedding.weight?', 'emb.weight [20, 4]; other.weight [20, 4]']],
    ['a name of ours with another shape', withOne('linear.weight', 4, 6), ['"linear.weight" has another shape', '[3, 6]', '[4, 6]']],
    ['a recurrent tensor less', without('encoder.weight_hh_l1'), ['no tensor "encoder.weight_hh_l1"']],
    ['no recurrent network', new Map([...state].filter(([name]) => !name.startsWith('encoder'))), ['no recurrent network']],
  ] as const)('%s is refused', (_, tensors, says) => {
    const told = (): string => {
      try {
        foundWeights(tensors, 'pytorch', document);
        return 'nothing';
      } catch (error) {
        const { message, expected, found, hint } = error as { message: string; expected: string; found: string; hint: string };
        return [message, expected, found, hint].join('\n');
      }
    };
    for (const words of says) expect(told()).toContain(words);
  });

  test('another network than the model’s is refused; a linear layer without a bias gets zeros, and a tensor too many is told', () => {
    expect(() => foundWeights(state, 'pytorch', documentOf({ layers: 1 }))).toThrow('another recurrent network');
    const { parameters, taken, left } = foundWeights(
      new Map([...without('fc.bias'), ['running_mean', state.get('fc.bias')!]]),
      'pytorch',
      document,
    );
    expect(numbers(parameters, 'head.bias')).toEqual([0, 0, 0]);
    expect(taken).toContainEqual(['linear.bias', 'zeros: the layer has no bias']);
    expect(left).toEqual(['running_mean']);
  });
});

test.each([
  ['a GRU with its reset gate before the product', documentOf({ cell: 'gru', resetAfter: false })],
  ['one backward direction', documentOf({ directions: ['backward'] })],
])('PyTorch has no layer for %s; Keras has', (what, document) => {
  expect(() => exported(document, parametersOf(document), 'pytorch')).toThrow(`PyTorch has no layer for ${what}`);
  expect(exported(document, parametersOf(document), 'keras').size).toBeGreaterThan(4);
});

const python = process.env['RNN_PIPE_PYTHON'];
const hasTorch =
  python !== undefined &&
  (() => {
    try {
      return execFileSync(python, ['-c', 'import torch, safetensors; print(1)'], { stdio: 'pipe' }).length > 0;
    } catch {
      return false;
    }
  })();

/** Only where RNN_PIPE_PYTHON names a Python with torch and safetensors (bench/requirements.txt). */
(hasTorch ? test : test.skip).each(['rnn', 'lstm', 'gru'] as const)(
  'a real PyTorch loads the exported %s and says the same',
  async (cell) => {
    const document = documentOf({ cell, layers: 2, directions: ['forward', 'backward'] });
    const parameters = parametersOf(document);
    const file = join(folder, `${cell}.safetensors`);
    writeFileSync(file, writeWeights(exported(document, parameters, 'pytorch')));
    const program = `
import sys, json, torch
from torch import nn
from safetensors.torch import load_file
cell, file, ids, lengths = sys.argv[1], sys.argv[2], torch.tensor(json.loads(sys.argv[3])), torch.tensor(json.loads(sys.argv[4]))
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 4)
        setattr(self, cell, dict(rnn=nn.RNN, lstm=nn.LSTM, gru=nn.GRU)[cell](4, 3, 2, batch_first=True, bidirectional=True))
        self.linear = nn.Linear(6, 3)
    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        last = getattr(self, cell)(packed)[1]
        last = last[0] if cell == 'lstm' else last
        return self.linear(torch.cat([last[-2], last[-1]], 1)).softmax(1)
net = Net()
net.load_state_dict(load_file(file))
print(json.dumps(net(ids, lengths).flatten().tolist()))`;
    const { rows, lengths } = padded(sentences.ids);
    const theirs = JSON.parse(
      execFileSync(python!, ['-c', program, cell, file, JSON.stringify(rows), JSON.stringify(lengths)], { encoding: 'utf8' }),
    ) as number[];
    expect(theirs).toHaveLength(12);
    expect(largest(theirs, await probabilitiesOf(document, parameters))).toBeLessThan(1e-5);
  },
);
