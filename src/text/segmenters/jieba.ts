/**
 * jieba: runs of Chinese characters by the dictionary's most probable cut, without guesses at new words (Python's `HMM=False`).
 * One algorithm and one dictionary over two backends, which cut alike but for ties of equal probability.
 */
import { hanAndOther, type Expand } from '../han-and-other.js';
import { baseDictionary, withUserWords, wordsOf, type Words } from '../jieba/dictionary.js';
import { openJiebaRs } from '../jieba/jieba-rs.js';
import { hasNodejieba, openNodejieba } from '../jieba/nodejieba.js';
import { everyWord, longestWord, searchWords } from '../jieba/route.js';
import { parseUserDictionary, type UserWord } from '../jieba/user-dictionary.js';
import { literalsOf } from '../literals.js';
import { tagOfOther } from '../other-text.js';
import type { SegmenterDefinition, SegmenterOptions } from '../segmenter.js';

const HAN_ONLY = /^[\u4E00-\u9FD5]+$/;

export const jieba: SegmenterDefinition = {
  name: 'jieba',
  open: async (options) => {
    const { hmm = false, mode = 'cut', userDicts = [], pos = false } = options;
    const backend = options.backend ?? (hasNodejieba() ? 'nodejieba' : 'jieba-rs');
    const userWords = userDicts.flatMap(parseUserDictionary);
    const [han, other] = [userWords.filter(isHan), userWords.filter((word) => !isHan(word))];
    const dictionary = withUserWords(baseDictionary(), han);
    const words = pos || mode !== 'cut' ? wordsOf(dictionary) : undefined;
    const cutRuns = backend === 'nodejieba' ? openNodejieba(dictionary, hmm) : await openJiebaRs(dictionary, hmm);
    const literals = literalsOf(other.map(({ word }) => word));
    return {
      cut: hanAndOther(cutRuns, { literals, expand: words && expander(mode, words) }),
      backend,
      identity: [mode, hmm ? `hmm ${backend}` : 'no hmm', dictionary.hash, ...other.map(({ word }) => word).sort()],
      ...(pos && words ? { tagOf: tagger(words, other) } : {}),
    };
  },
};

const isHan = ({ word }: UserWord): boolean => HAN_ONLY.test(word);

function expander(mode: SegmenterOptions['mode'], words: Words): Expand | undefined {
  if (mode === 'search') return (_, parts) => searchWords(parts, words);
  if (mode !== 'all') return undefined;
  const longest = longestWord(words);
  return (run) => everyWord(run, words, longest);
}

function tagger({ tags }: Words, literals: readonly UserWord[]): (token: string) => string {
  const own = new Map(literals.map(({ word, tag }) => [word, tag]));
  return (token) => own.get(token) ?? tags.get(token) ?? tagOfOther(token);
}
