/**
 * jieba: runs of Chinese characters by the dictionary's most probable cut, without guesses at new words (Python's `HMM=False`).
 * One algorithm and one dictionary over three backends: our own cuts as Python does and needs the least time and memory; the two
 * libraries cut alike but for ties of equal probability, and can guess new words.
 */
import { HAN_ONLY } from '../han.js';
import { hanAndOther, type Expand } from '../han-and-other.js';
import { baseDictionary, tagsOf, trieOf, withUserWords, type Dictionary } from '../jieba/dictionary.js';
import { everyWord, searchWords } from '../jieba/inner-words.js';
import { openJiebaRs } from '../jieba/jieba-rs.js';
import { mostProbable } from '../jieba/most-probable.js';
import { hasNodejieba, openNodejieba } from '../jieba/nodejieba.js';
import { parseUserDictionary, type UserWord } from '../jieba/user-dictionary.js';
import type { WordTrie } from '../jieba/word-trie.js';
import { literalsOf } from '../literals.js';
import { tagOfOther } from '../other-text.js';
import type { CutRuns, SegmenterDefinition, SegmenterOptions } from '../segmenter.js';

export const jieba: SegmenterDefinition = {
  name: 'jieba',
  open: async (options) => {
    const { hmm = false, mode = 'cut', userDicts = [], pos = false } = options;
    const backend = options.backend ?? defaultBackend(hmm);
    const userWords = userDicts.flatMap(parseUserDictionary);
    const [han, other] = [userWords.filter(isHan), userWords.filter((word) => !isHan(word))];
    const dictionary = withUserWords(baseDictionary(), han);
    const cutRuns = await openBackend(backend, dictionary, hmm);
    const literals = literalsOf(other.map(({ word }) => word));
    return {
      ...(other.length === 0 && mode === 'cut' ? { cutRuns } : {}),
      cut: hanAndOther(cutRuns, { literals, expand: mode === 'cut' ? undefined : expander(mode, trieOf(dictionary)) }),
      backend,
      identity: [mode, hmm ? `hmm ${backend}` : 'no hmm', dictionary.hash, ...other.map(({ word }) => word).sort()],
      ...(pos ? { tagOf: tagger(tagsOf(dictionary), other) } : {}),
    };
  },
};

type Backend = NonNullable<SegmenterOptions['backend']>;

/** Only the libraries guess new words; which of them is there, may differ from machine to machine. */
export const defaultBackend = (hmm: boolean): Backend => (!hmm ? 'builtin' : hasNodejieba() ? 'nodejieba' : 'jieba-rs');

function openBackend(backend: Backend, dictionary: Dictionary, hmm: boolean): CutRuns | Promise<CutRuns> {
  if (backend === 'nodejieba') return openNodejieba(dictionary, hmm);
  return backend === 'jieba-rs' ? openJiebaRs(dictionary, hmm) : mostProbable(trieOf(dictionary));
}

const isHan = ({ word }: UserWord): boolean => HAN_ONLY.test(word);

function expander(mode: 'all' | 'search', words: WordTrie): Expand {
  return mode === 'search' ? (_, parts) => searchWords(parts, words) : (run) => everyWord(run, words);
}

function tagger(tags: ReadonlyMap<string, string>, literals: readonly UserWord[]): (token: string) => string {
  const own = new Map(literals.map(({ word, tag }) => [word, tag]));
  return (token) => own.get(token) ?? tags.get(token) ?? tagOfOther(token);
}
