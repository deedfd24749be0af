/** intl: Chinese characters by the dictionary of ICU, which is in Node. Its version is a part of the fingerprint. */
import { hanAndOther } from '../han-and-other.js';
import { stringOf } from '../runs.js';
import type { CutRuns, SegmenterDefinition } from '../segmenter.js';

export const intl: SegmenterDefinition = {
  name: 'intl',
  open: () => {
    const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
    const cutRuns: CutRuns = (runs) => {
      const lengths: number[] = [];
      for (const run of stringOf(runs).split('\n')) for (const { segment } of segmenter.segment(run)) lengths.push(segment.length);
      return lengths;
    };
    return Promise.resolve({ cut: hanAndOther(cutRuns), cutRuns, identity: [`ICU ${process.versions.icu ?? 'none'}`] });
  },
};
