/**
 * The one dictionary of the segmenter `jieba`, whatever its backend: `dict.txt` of @node-rs/jieba, with the user's words put in.
 * A line is `word frequency tag`.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, dirname } from 'node:path';
import { suggestFrequency } from './route.js';
import type { UserWord } from './user-dictionary.js';

const require = createRequire(import.meta.url);

export interface Dictionary {
  /** the file, where the dictionary is the package's own as it is */
  path?: string;
  bytes: Buffer;
  /** SHA-256 of the bytes, hex */
  hash: string;
}

let base: Required<Dictionary> | undefined;

/** The dictionary as the package has it; read once. */
export function baseDictionary(): Required<Dictionary> {
  if (base) return base;
  const path = join(dirname(require.resolve('@node-rs/jieba/package.json')), 'dict.txt');
  const bytes = readFileSync(path);
  base = { path, bytes, hash: hashOf(bytes) };
  return base;
}

/** Frequencies and tags of a dictionary's words. */
export interface Words {
  frequencies: Map<string, number>;
  tags: Map<string, string>;
  total: number;
}

export function wordsOf({ bytes }: Dictionary): Words {
  const words: Words = { frequencies: new Map(), tags: new Map(), total: 0 };
  for (const line of bytes.toString('utf8').split('\n')) {
    const [word, frequency, tag] = line.split(' ');
    if (!word) continue;
    words.frequencies.set(word, Number(frequency));
    words.tags.set(word, tag ?? 'x');
    words.total += Number(frequency);
  }
  return words;
}

/**
 * The dictionary with words of the user's, which must be of Chinese characters only. A word without a frequency gets the one that
 * makes it win over its parts, as Python jieba's `suggest_freq` does.
 */
export function withUserWords(dictionary: Dictionary, userWords: readonly UserWord[]): Dictionary {
  if (userWords.length === 0) return dictionary;
  const words = wordsOf(dictionary);
  for (const { word, frequency, tag } of userWords) {
    const chosen = frequency ?? suggestFrequency(word, words);
    words.total += chosen - (words.frequencies.get(word) ?? 0);
    words.frequencies.set(word, chosen);
    words.tags.set(word, tag ?? words.tags.get(word) ?? 'x');
  }
  const lines = [...words.frequencies].map(([word, frequency]) => `${word} ${frequency} ${words.tags.get(word)!}\n`);
  const bytes = Buffer.from(lines.join(''), 'utf8');
  return { bytes, hash: hashOf(bytes) };
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
