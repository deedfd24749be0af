/** intl: Chinese characters by the dictionary of ICU, which is in Node. Its version is a part of the fingerprint. */
import { hanAndOther } from '../han-and-other.js';
import type { SegmenterDefinition } from '../segmenter.js';

export const intl: SegmenterDefinition = {
  name: 'intl',
  open: () => {
    const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
    const cut = hanAndOther((runs) => {
      const words: string[] = [];
      for (const run of runs) for (const { segment } of segmenter.segment(run)) words.push(segment);
      return words;
    });
    return Promise.resolve({ cut, identity: [`ICU ${process.versions.icu ?? 'none'}`] });
  },
};
