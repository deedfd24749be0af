/** characters: each Chinese character is a token; Latin words, numbers and the rest stay whole, as with every segmenter. */
import { hanAndOther } from '../han-and-other.js';
import type { SegmenterDefinition } from '../segmenter.js';

export const characters: SegmenterDefinition = {
  name: 'characters',
  open: () => Promise.resolve({ cut: hanAndOther((runs) => runs.join('').split('')), identity: [] }),
};
