/**
 * whitespace: for text that is cut already. What stands between white space is a token; the white space itself was put in by
 * whoever cut the text, so it is no token (and is counted as dropped).
 */
import type { SegmenterDefinition } from '../segmenter.js';

export const whitespace: SegmenterDefinition = {
  name: 'whitespace',
  open: () =>
    Promise.resolve({
      identity: [],
      cut: (texts) =>
        texts.map((text) => {
          const found = [...text.matchAll(/\S+/g)];
          return {
            tokens: found.map(([token]) => token),
            spans: found.flatMap(({ 0: token, index }) => [index, index + token.length]),
            dropped: text.match(/\s+/g)?.length ?? 0,
          };
        }),
    }),
};
