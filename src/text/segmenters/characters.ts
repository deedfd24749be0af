/** characters: each Chinese character is a token; Latin words, numbers and the rest stay whole, as with every segmenter. */
import { isHan } from '../han.js';
import { hanAndOther } from '../han-and-other.js';
import type { CutRuns, SegmenterDefinition } from '../segmenter.js';

export const characters: SegmenterDefinition = {
  name: 'characters',
  open: () => {
    const cutRuns: CutRuns = (runs) => new Uint8Array(runs.filter(isHan).length).fill(1);
    return Promise.resolve({ cut: hanAndOther(cutRuns), cutRuns, identity: [] });
  },
};
