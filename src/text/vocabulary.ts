/**
 * Step 3: the vocabulary, which numbers tokens (and what features read beside them). Ids: the special tokens, then the most frequent first, ties by
 * code point. Its document is JSON with one token a line, so that differences between two can be read.
 */
import { createHash } from 'node:crypto';
import { PipeError, show } from '../errors.js';
import { mapFeatures, type FeatureName, type OfFeatures } from '../formats/features.js';
import { tableOf, type TextTable } from '../formats/text-table.js';
import type { VocabularyDocument } from '../formats/vocabulary.js';
import { formatLists, inOrder, listsIn, type TokenCounts, type WrittenList } from './counts.js';
import { readName, writtenName, type WrittenName } from './features.js';
import { countPairs } from './ids.js';
import { SPECIALS, UNKNOWN } from './specials.js';

export type { TokenCounts } from './counts.js';

export interface Vocabulary {
  /** in id order; the first four are the special ones */
  tokens: readonly string[];
  counts: readonly number[];
  /** id of each ordinary token; the special ones are not in it, since a text's `<pad>` is a word */
  ids: ReadonlyMap<string, number>;
  /** the ordinary tokens by their bytes, the first with number 0 */
  table: TextTable;
  /** how many tokens make a run; 1: no n-grams */
  ngrams: number;
  features: OfFeatures<Names>;
  /** fingerprint of the segmenter; '' when it is not known */
  segmenter: string;
  sha256: string;
  /** the first 12 hex digits of `sha256`: what records carry */
  hash: string;
  /** the document */
  text: string;
}

/** The names of a feature, which have ids from 4 on as tokens do. */
export interface Names {
  names: readonly string[];
  counts: readonly number[];
  ids: ReadonlyMap<string, number>;
  /** the names as documents have them: a run is the array of its tokens */
  written: readonly WrittenName[];
}

export interface VocabularyOptions {
  /** tokens that are seen less often are left out (default 1) */
  minCount?: number | undefined;
  /** how many ids there may be, the special ones counted; at least 5 */
  maxSize?: number | undefined;
  /** tokens that were left out already for being below `minCount`: the sum of their whole counts */
  leftOut?: number;
  /** tokens that are kept however seldom they are seen: those of a model to begin with */
  also?: readonly string[] | undefined;
}

/** Numbers what was counted. */
export function vocabularyOf(counts: TokenCounts, options: VocabularyOptions = {}): Vocabulary {
  const { also = [] } = options;
  const known = also.length > 0 ? new Map([...also.map((token): Counted => [token, 0]), ...counts.tokens]) : counts.tokens;
  const { kept, leftOut } = chosen(known, options, new Set(also));
  const count = leftOut + (options.leftOut ?? 0);
  const tokens = [...SPECIALS.map((special, id): Counted => [special, id === UNKNOWN ? count : 0]), ...kept];
  const features = mapFeatures(counts.features, (names, feature) => named(feature, chosen(names, options).kept));
  return make({ segmenter: counts.segmenter ?? '', ngrams: counts.ngrams, tokens, features });
}

/** The ordinary tokens in an order that another program gave them; nothing is known of their counts. */
export function vocabularyInOrder(tokens: readonly string[], segmenter: string): Vocabulary {
  return make({ segmenter, ngrams: 1, tokens: [...SPECIALS, ...tokens].map((token): Counted => [token, 0]), features: {} });
}

type Counted = [name: string, count: number];

interface Content {
  segmenter: string;
  ngrams: number;
  tokens: readonly Counted[];
  features: OfFeatures<Names>;
}

/** Names in the order of their ids, and how often those were counted that get none. */
function chosen(
  counts: ReadonlyMap<string, number>,
  { minCount = 1, maxSize = Infinity }: VocabularyOptions,
  also?: ReadonlySet<string>,
): { kept: Counted[]; leftOut: number } {
  const all = inOrder(counts);
  const kept = all.filter(([token, count]) => count >= minCount || also?.has(token)).slice(0, Math.max(0, maxSize - SPECIALS.length));
  const sum = (some: readonly Counted[]): number => some.reduce((total, [, count]) => total + count, 0);
  return { kept, leftOut: sum(all) - sum(kept) };
}

const idsFrom = (names: readonly string[]): Map<string, number> => new Map(names.map((name, i) => [name, i + SPECIALS.length]));

/** Made when it is first asked for: who only writes a vocabulary, or looks tokens up by their bytes, never does. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** All of it made when it is asked for: who looks runs up by their tokens' ids never needs them as texts. */
function namesOf(
  counted: readonly (readonly [unknown, count: number])[],
  names: () => readonly string[],
  written: () => readonly WrittenName[],
): Names {
  const itsNames = once(names);
  const [itsIds, itsWritten] = [once(() => idsFrom(itsNames())), once(written)];
  return {
    get names() {
      return itsNames();
    },
    get ids() {
      return itsIds();
    },
    get written() {
      return itsWritten();
    },
    counts: counted.map(countIn),
  };
}

function named(feature: FeatureName, counted: readonly Counted[]): Names {
  const names = counted.map(nameIn);
  return namesOf(
    counted,
    () => names,
    () => names.map((name) => writtenName(feature, name)),
  );
}

function readNames(counted: WrittenList, ngrams: number): Names {
  const written = counted.map(nameIn);
  return namesOf(
    counted,
    () => written.map((name) => readName(name, ngrams)),
    () => written,
  );
}

// by their places: a pattern would ask each pair for an iterator
const nameIn = <Name>(pair: readonly [name: Name, count: number]): Name => pair[0];
const countIn = (pair: readonly [name: unknown, count: number]): number => pair[1];

const HEAD = /^\{"type":"rnn-pipe vocabulary","version":1,\n"sha256":"([0-9a-f]{64})",\n/;

/** @param known the content's document, where it is known to be that */
function make(content: Content, known?: string): Vocabulary {
  const { segmenter, ngrams, tokens, features } = content;
  const names = tokens.map(nameIn);
  const ordinary = names.slice(SPECIALS.length);
  const [ids, table] = [once(() => idsFrom(ordinary)), once(() => tableOf(ordinary))];
  const text = known ?? format(content);
  const sha256 = HEAD.exec(text)![1]!;
  return {
    tokens: names,
    counts: tokens.map(countIn),
    get ids() {
      return ids();
    },
    get table() {
      return table();
    },
    ngrams,
    features,
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
function body({ segmenter, ngrams, tokens, features }: Content): string {
  const counted = mapFeatures(features, ({ names, counts }) => names.map((name, i): Counted => [name, counts[i]!]));
  return `"segmenter":${JSON.stringify(segmenter)},\n"ngrams":${ngrams},\n${formatLists(tokens, counted)}`;
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
  const { segmenter, ngrams, tokens } = document;
  const features = mapFeatures(listsIn(document), (list) => readNames(list, ngrams));
  const vocabulary = make({ segmenter, ngrams, tokens, features }, asWritten ? text : undefined);
  const wrong = (what: string, expected: string, found: string): PipeError =>
    new PipeError('mismatch', what, { expected, found, hint, place: { file } });
  for (const [id, special] of SPECIALS.entries())
    if (vocabulary.tokens[id] !== special) throw wrong(`token ${id} is not special`, special, show(vocabulary.tokens[id]));
  if (vocabulary.table.size + SPECIALS.length !== vocabulary.tokens.length)
    throw wrong('a token is there twice', 'each token once', show(twice(vocabulary.tokens.slice(SPECIALS.length))));
  mapFeatures(vocabulary.features, (named, feature) => {
    const different = feature === 'runs' && ngrams === 2 ? countPairs(vocabulary) : named.ids.size;
    if (different !== named.counts.length) throw wrong('a name is there twice', `each of "${feature}" once`, show(twice(named.names)));
  });
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
