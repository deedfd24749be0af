/**
 * Step 3: the vocabulary, which numbers tokens (and runs of n tokens). Ids: the special tokens, then the most frequent first, ties by
 * code point. Its document is JSON with one token a line, so that differences between two can be read.
 */
import { createHash } from 'node:crypto';
import { PipeError, show } from '../errors.js';
import type { VocabularyDocument } from '../formats/vocabulary.js';
import { inOrder, keyOf, runOf, type TokenCounts } from './counts.js';
import { SPECIALS, UNKNOWN } from './specials.js';

export type { TokenCounts } from './counts.js';

export interface Vocabulary {
  /** in id order; the first four are the special ones */
  tokens: readonly string[];
  counts: readonly number[];
  /** id of each ordinary token; the special ones are not in it, since a text's `<pad>` is a word */
  ids: ReadonlyMap<string, number>;
  /** 1: no n-grams; n: `runIds` numbers runs of n tokens, from 4 on */
  ngrams: number;
  runs: readonly string[];
  runCounts: readonly number[];
  runIds: ReadonlyMap<string, number>;
  /** fingerprint of the segmenter; '' when it is not known */
  segmenter: string;
  sha256: string;
  /** the first 12 hex digits of `sha256`: what records carry */
  hash: string;
  /** the document */
  text: string;
}

export interface VocabularyOptions {
  /** tokens that are seen less often are left out (default 1) */
  minCount?: number | undefined;
  /** how many ids there may be, the special ones counted; at least 5 */
  maxSize?: number | undefined;
  /** what was left out already for being below `minCount`: whole counts, by their sum */
  leftOut?: { tokens: number; runs: number };
  /** tokens that are kept however seldom they are seen: those of a model to begin with */
  also?: readonly string[] | undefined;
}

/** Numbers what was counted. */
export function vocabularyOf(counts: TokenCounts, options: VocabularyOptions = {}): Vocabulary {
  const { also = [], leftOut } = options;
  const known = new Map([...also.map((token): Counted => [token, 0]), ...counts.tokens]);
  const tokens = numbered(known, options, leftOut?.tokens, new Set(also));
  const runs = counts.ngrams > 1 ? numbered(counts.runs, options, leftOut?.runs).slice(SPECIALS.length) : [];
  return make({ segmenter: counts.segmenter ?? '', ngrams: counts.ngrams, tokens, runs });
}

/** The ordinary tokens in an order that another program gave them; nothing is known of their counts. */
export function vocabularyInOrder(tokens: readonly string[], segmenter: string): Vocabulary {
  return make({ segmenter, ngrams: 1, tokens: [...SPECIALS, ...tokens].map((token): Counted => [token, 0]), runs: [] });
}

type Counted = [name: string, count: number];

interface Content {
  segmenter: string;
  ngrams: number;
  tokens: readonly Counted[];
  runs: readonly Counted[];
}

function numbered(
  counts: ReadonlyMap<string, number>,
  { minCount = 1, maxSize = Infinity }: VocabularyOptions,
  before = 0,
  also?: ReadonlySet<string>,
): Counted[] {
  const all = inOrder(counts);
  const kept = all.filter(([token, count]) => count >= minCount || also?.has(token)).slice(0, Math.max(0, maxSize - SPECIALS.length));
  const sum = (some: readonly Counted[]): number => some.reduce((total, [, count]) => total + count, 0);
  const leftOut = before + sum(all) - sum(kept);
  return [...SPECIALS.map((special, id): Counted => [special, id === UNKNOWN ? leftOut : 0]), ...kept];
}

const HEAD = /^\{"type":"rnn-pipe vocabulary","version":1,\n"sha256":"([0-9a-f]{64})",\n/;

/** @param known the content's document, where it is known to be that */
function make(content: Content, known?: string): Vocabulary {
  const { segmenter, ngrams, tokens, runs } = content;
  const names = tokens.map(([token]) => token);
  const text = known ?? format(content);
  const sha256 = HEAD.exec(text)![1]!;
  return {
    tokens: names,
    counts: tokens.map(([, count]) => count),
    ids: new Map(names.slice(SPECIALS.length).map((token, i) => [token, i + SPECIALS.length])),
    ngrams,
    runs: runs.map(([key]) => key),
    runCounts: runs.map(([, count]) => count),
    runIds: new Map(runs.map(([key], i) => [key, i + SPECIALS.length])),
    segmenter,
    sha256,
    hash: sha256.slice(0, 12),
    text,
  };
}

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

function format(content: Content): string {
  const text = body(content);
  return `{"type":"rnn-pipe vocabulary","version":1,\n"sha256":"${sha256Of(text)}",\n${text}`;
}

/** Is the document as we have written it, to the last byte? */
function isAsWritten(text: string): boolean {
  const head = HEAD.exec(text);
  return head !== null && sha256Of(text.slice(head[0].length)) === head[1];
}

/** Everything but the hash, one token a line. */
function body({ segmenter, ngrams, tokens, runs }: Content): string {
  const lines = tokens.map((token) => JSON.stringify(token)).join(',\n');
  const runLines = runs.map(([key, count]) => JSON.stringify([runOf(key), count])).join(',\n');
  return `"segmenter":${JSON.stringify(segmenter)},\n"ngrams":${ngrams},\n"tokens":[\n${lines}\n],\n"runs":[\n${runLines}\n]}\n`;
}

/** The vocabulary as the text of its document. */
export const formatVocabulary = ({ text }: Vocabulary): string => text;

/**
 * The vocabulary in a document.
 *
 * @throws PipeError('mismatch') when it is no vocabulary, was changed after it was written, or has a token twice
 */
export async function parseVocabulary(text: string, file: string): Promise<Vocabulary> {
  const hint = 'make one: rnn-pipe vocab tokens.jsonl -o vocabulary.json';
  // to check what has the right hash once more would take longer than all else
  const asWritten = isAsWritten(text);
  const document = asWritten ? (JSON.parse(text) as VocabularyDocument) : await checkedDocument(text, file, hint);
  const runs = document.runs.map(([run, count]): Counted => [keyOf(run, 0, document.ngrams), count]);
  const vocabulary = make({ ...document, runs }, asWritten ? text : undefined);
  const wrong = (what: string, expected: string, found: string): PipeError =>
    new PipeError('mismatch', what, { expected, found, hint, place: { file } });
  for (const [id, special] of SPECIALS.entries())
    if (vocabulary.tokens[id] !== special) throw wrong(`token ${id} is not special`, special, show(vocabulary.tokens[id]));
  if (vocabulary.ids.size + SPECIALS.length !== vocabulary.tokens.length || vocabulary.runIds.size !== runs.length)
    throw wrong('a token is there twice', 'each token once', show(twice(vocabulary.tokens.slice(SPECIALS.length)) ?? 'an n-gram'));
  if (vocabulary.sha256 !== document.sha256)
    throw wrong('the vocabulary was changed after it was written', `SHA-256 ${document.sha256.slice(0, 12)}…`, `${vocabulary.hash}…`);
  return vocabulary;
}

async function checkedDocument(text: string, file: string, hint: string): Promise<VocabularyDocument> {
  const [{ VOCABULARY }, { parseDocument }] = await Promise.all([import('../formats/vocabulary.js'), import('../formats/document.js')]);
  return parseDocument(VOCABULARY, text, file, { what: 'a vocabulary', hint });
}

function twice(tokens: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return tokens.find((token) => seen.size === seen.add(token).size);
}
