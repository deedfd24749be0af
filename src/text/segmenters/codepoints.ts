/**
 * codepoints: every character is a token, of Latin words and numbers too, as in data whose characters are tagged. White space is no
 * token there, so it is left out (and counted as dropped).
 */
import type { SegmenterDefinition } from '../segmenter.js';

export const codepoints: SegmenterDefinition = {
  name: 'codepoints',
  open: () =>
    Promise.resolve({
      identity: [],
      cut: (texts) =>
        texts.map((text) => {
          const found = [...text.matchAll(/\S/gu)];
          return {
            tokens: found.map(([token]) => token),
            spans: found.flatMap(({ 0: token, index }) => [index, index + token.length]),
            dropped: text.match(/\s+/g)?.length ?? 0,
          };
        }),
    }),
};
