/** What cuts a model's texts, as its document has it. */
import type { ModelDocument } from '../formats/model.js';
import type { Segmenter, SegmenterOptions } from '../text/segmenters/index.js';

export function documented(options: SegmenterOptions, { fingerprint, backend }: Segmenter): ModelDocument['segmenter'] {
  const { name, hmm, mode, userDicts, stopWords, dropPunctuation, toSimplified } = options;
  return {
    options: {
      name,
      hmm: hmm === true,
      mode: mode ?? 'cut',
      userDicts: [...(userDicts ?? [])],
      stopWords: [...(stopWords ?? [])],
      dropPunctuation: dropPunctuation === true,
      toSimplified: toSimplified === true,
    },
    fingerprint,
    ...(backend ? { backend } : {}),
  };
}
