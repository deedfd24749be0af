/**
 * The one dictionary of the segmenter `jieba`, whatever its backend: `dict.txt` of @node-rs/jieba, with the user's words put in.
 * A line is `word frequency tag`.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, dirname } from 'node:path';
import { suggestFrequency } from './most-probable.js';
import type { UserWord } from './user-dictionary.js';
import { WordTrie } from './word-trie.js';

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

/** The trie that was made last, and of what. */
let made: { hash: string; trie: WordTrie } | undefined;

/** The words of a dictionary; nobody may change them. */
export function trieOf({ bytes, hash }: Dictionary): WordTrie {
  // the same dictionary opened again costs nothing
  if (made?.hash !== hash) made = { hash, trie: WordTrie.of(bytes.toString('utf8')) };
  return made.trie;
}

/** The part of speech of each word. */
export function tagsOf(dictionary: Dictionary): Map<string, string> {
  return new Map([...entriesOf(dictionary)].map(([word, { tag }]) => [word, tag]));
}

interface Entry {
  frequency: number;
  tag: string;
}

function entriesOf({ bytes }: Dictionary): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const line of bytes.toString('utf8').split('\n')) {
    const [word, frequency, tag] = line.split(' ');
    if (word) entries.set(word, { frequency: Number(frequency), tag: tag ?? 'x' });
  }
  return entries;
}

/**
 * The dictionary with words of the user's, which must be of Chinese characters only. A word without a frequency gets the one that
 * makes it win over its parts, as Python jieba's `suggest_freq` does.
 */
export function withUserWords(dictionary: Dictionary, userWords: readonly UserWord[]): Dictionary {
  if (userWords.length === 0) return dictionary;
  const entries = entriesOf(dictionary);
  const words = WordTrie.of(dictionary.bytes.toString('utf8'));
  for (const { word, frequency, tag } of userWords) {
    const chosen = frequency ?? suggestFrequency(word, words);
    words.set(word, chosen);
    entries.set(word, { frequency: chosen, tag: tag ?? entries.get(word)?.tag ?? 'x' });
  }
  const lines = [...entries].map(([word, { frequency, tag }]) => `${word} ${frequency} ${tag}\n`);
  const bytes = Buffer.from(lines.join(''), 'utf8');
  return { bytes, hash: hashOf(bytes) };
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
