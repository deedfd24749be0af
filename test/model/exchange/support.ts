/** Small models of every kind, and sentences for them. */
import { Tensor } from '../../../src/formats/tensor.js';
import { tableSizes } from '../../../src/formats/features.js';
import type { ModelDocument } from '../../../src/formats/model.js';
import { columnsOf, drawParameters, type Parameters } from '../../../src/model/parameters.js';
import type { Sentences } from '../../../src/model/predictor.js';

type Kind = Partial<ModelDocument['network']> & {
  take?: 'last' | 'first' | 'mean' | 'max' | 'attention';
  ngrams?: boolean;
  affixes?: boolean;
  head?: ModelDocument['head'];
};

export function documentOf({ take = 'last', ngrams = false, affixes = false, head, ...network }: Kind = {}): ModelDocument {
  const sizes = tableSizes({
    ...(ngrams ? { runs: { dim: 3, rows: 12 } } : {}),
    ...(affixes ? { affixes: { dim: 2, rows: 9 } } : {}),
  });
  const embedding = { dim: 4, rows: 20, ...sizes };
  return {
    type: 'rnn-pipe model',
    version: 1,
    rnnPipe: '0.1.0',
    segmenter: {
      options: { name: 'characters', hmm: false, mode: 'cut', userDicts: [], stopWords: [], dropPunctuation: false, toSimplified: false },
      fingerprint: 'characters-00000000',
    },
    vocabulary: '0'.repeat(64),
    weights: '0'.repeat(64),
    maxLength: 32,
    embedding,
    network: {
      cell: 'lstm',
      units: 3,
      layers: 1,
      directions: ['forward'],
      resetAfter: true,
      ...network,
      inputSize: columnsOf({ embedding }).reduce((sum, dim) => sum + dim),
    },
    head: head ?? { task: 'classify', take, labels: ['财经', '体育', 'c'] },
    training: {},
  };
}

/** Weights far from zero, so that gates are far from 0.5 and an exchanged one is seen; row 0 of a table stays zeros. */
export const parametersOf = (document: ModelDocument, seed = 1): Parameters =>
  new Map(
    [...drawParameters(document, seed)].map(([name, { shape, data }]) => [
      name,
      new Tensor(
        shape,
        data.map((x) => 3 * x),
      ),
    ]),
  );

/** Four sentences of 3, 1, 7 and 5 tokens. */
export const sentences: Sentences = {
  ids: Int32Array.from({ length: 16 }, (_, i) => 1 + ((i * 7) % 19)),
  ngramIds: Int32Array.from({ length: 16 }, (_, i) => 1 + ((i * 5) % 11)),
  prefixIds: Int32Array.from({ length: 16 }, (_, i) => 1 + ((i * 3) % 8)),
  suffixIds: Int32Array.from({ length: 16 }, (_, i) => 1 + ((i * 5 + 2) % 8)),
  offsets: Int32Array.of(0, 3, 4, 11, 16),
};

/** The sentences as one batch, [batch, time], padded with zeros. */
export function padded(ids: Int32Array): { rows: number[][]; lengths: number[] } {
  const lengths = [3, 1, 7, 5];
  const rows = lengths.map((length, i) => Array.from({ length: 7 }, (_, t) => (t < length ? ids[sentences.offsets[i]! + t]! : 0)));
  return { rows, lengths };
}

export const KINDS: { name: string; kind: Kind }[] = [
  ...(['rnn', 'lstm', 'gru'] as const).flatMap((cell) =>
    [1, 2].flatMap((layers) =>
      ([['forward'], ['forward', 'backward'], ['backward']] as const).map((directions) => ({
        name: `${cell}, ${layers} layers, ${directions.join(' and ')}`,
        kind: { cell, layers, directions: [...directions] },
      })),
    ),
  ),
  { name: 'gru, reset before', kind: { cell: 'gru', resetAfter: false, layers: 2, directions: ['forward', 'backward'] } },
  ...(['first', 'mean', 'max', 'attention'] as const).map((take) => ({
    name: `bidirectional, ${take}, n-grams`,
    kind: { take, ngrams: true, directions: ['forward', 'backward'] as ('forward' | 'backward')[] },
  })),
  { name: 'affixes', kind: { affixes: true } },
  {
    name: 'bidirectional, max, n-grams and affixes',
    kind: { take: 'max', ngrams: true, affixes: true, directions: ['forward', 'backward'] },
  },
];
