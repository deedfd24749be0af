/** What a Chinese character is to the segmenters that have a dictionary: U+4E00 to U+9FD5, as in Python jieba's segmentation without guesses. */
import { PipeError } from '../errors.js';

export const [HAN_FIRST, HAN_LAST] = [0x4e00, 0x9fd5];
export const HAN = /[\u4E00-\u9FD5]+/g;
export const HAN_ONLY = /^[\u4E00-\u9FD5]+$/;

export const isHan = (code: number): boolean => code >= HAN_FIRST && code <= HAN_LAST;

/** 3, the bytes of a Chinese character in UTF-8, where one begins at `at`; else 0. */
export function hanWidth(bytes: Uint8Array, at: number): 0 | 3 {
  const lead = bytes[at]!;
  if (lead < 0xe4 || lead > 0xe9) return 0;
  if (lead === 0xe4) return bytes[at + 1]! >= 0xb8 ? 3 : 0;
  return lead < 0xe9 || bytes[at + 1]! < 0xbf || (bytes[at + 1] === 0xbf && bytes[at + 2]! <= 0x95) ? 3 : 0;
}

/** For a segmenter whose words, joined, are not the runs of Chinese characters that it was given. */
export function notTheRuns(): PipeError {
  return new PipeError('bug', 'the segmenter’s words are not the text', { hint: 'try another --backend, and report this' });
}
