/** Shapes of small models that say texts. */
import { tableSizes } from '../../src/formats/features.js';
import type { TextModel } from '../../src/model/decoding/programs.js';

interface Sizes {
  cell?: 'lstm' | 'gru';
  attention: 'additive' | 'multiplicative';
  /** words and tokens: rows of the two tables */
  words: number;
  tokens: number;
  dim: number;
  units: number;
  decoderUnits: number;
  decoderLayers: number;
  /** tokens that are said at most */
  maxLength: number;
}

/** An encoder of one layer and both directions. */
export const translatorOf = ({
  cell = 'lstm',
  attention,
  words,
  tokens,
  dim,
  units,
  decoderUnits,
  decoderLayers,
  maxLength,
}: Sizes): TextModel => ({
  embedding: { dim, rows: words, ...tableSizes({}) },
  network: { cell, inputSize: dim, units, layers: 1, directions: ['forward', 'backward'], resetAfter: true },
  head: {
    task: 'seq2seq',
    attention,
    decoder: { cell, inputSize: dim, units: decoderUnits, layers: decoderLayers, directions: ['forward'], resetAfter: true },
    answers: {
      segmenter: {
        options: { name: 'whitespace', hmm: false, mode: 'cut', userDicts: [], stopWords: [], dropPunctuation: false, toSimplified: false },
        fingerprint: 'whitespace',
      },
      lowerCase: false,
      vocabulary: '',
      rows: tokens,
      maxLength,
    },
  },
});
