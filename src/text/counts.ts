/**
 * Counts of tokens: of a corpus, or of a part of it that one worker or one machine has seen. Adding counts up is associative and
 * commutative, so parts in any order and grouping give what one run gives. Plain data in Maps: it can be sent to and from workers.
 */
import { PipeError } from '../errors.js';
import { FEATURE_NAMES, FEATURES, mapFeatures, type FeatureName, type OfFeatures } from '../formats/features.js';
import { need, type SentenceRecord } from '../formats/record.js';
import { featuresOf, NAME_AT, readName, toldOptions, writtenName, type FeatureOptions, type WrittenName } from './features.js';

export interface TokenCounts {
  /** fingerprint of the segmenter that all tokens are from; undefined before the first record, '' for tokens of unknown origin */
  segmenter: string | undefined;
  /** how many tokens make a run; 1 where none are counted */
  ngrams: number;
  tokens: Map<string, number>;
  /** by name, of each feature that is counted */
  features: OfFeatures<Map<string, number>>;
  /** more tokens and their counts, as a thread that counts bytes hands them over: the strings of an array in JSON, which `unpack` puts into `tokens` */
  packed?: { texts: Uint8Array; counts: Float64Array };
  /** files with more of them, which whoever has written them can read */
  spilled?: { tokens: readonly string[]; features: OfFeatures<readonly string[]> };
}

export function newCounts(options: FeatureOptions = {}): TokenCounts {
  const features = Object.fromEntries(featuresOf(options).map((name) => [name, new Map<string, number>()]));
  return { segmenter: undefined, ngrams: options.ngrams ?? 1, tokens: new Map(), features };
}

/** The same things to count, and nothing counted. */
export const emptied = (counts: TokenCounts): TokenCounts => ({
  segmenter: counts.segmenter,
  ngrams: counts.ngrams,
  tokens: new Map(),
  features: mapFeatures(counts.features, () => new Map<string, number>()),
});

/**
 * Adds the tokens of a record.
 *
 * @throws PipeError('mismatch') when another segmenter cut it than those before
 */
export function addTokens(counts: TokenCounts, record: SentenceRecord): void {
  const tokens = need(record, 'tokens');
  joinSegmenter(counts, record.segmenter ?? '');
  for (const token of tokens) add(counts.tokens, token, 1);
  for (const feature of FEATURE_NAMES) {
    const into = counts.features[feature];
    if (into) addNames(into, feature, tokens, counts.ngrams);
  }
}

function addNames(counts: Map<string, number>, feature: FeatureName, tokens: readonly string[], ngrams: number): void {
  for (const field of FEATURES[feature].fields)
    for (let at = 0; at < tokens.length; at++) {
      const name = NAME_AT[field](tokens, at, ngrams);
      if (name !== undefined) add(counts, name, 1);
    }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

/**
 * Adds counts to others.
 *
 * @throws PipeError('mismatch') when they are of another segmenter or of other features
 */
export function addCounts(sum: TokenCounts, part: TokenCounts): void {
  const told = ({ features, ngrams }: TokenCounts): string => toldOptions(features, ngrams);
  if (told(part) !== told(sum))
    throw new PipeError('mismatch', 'counts of different n-grams or affixes cannot be added', {
      expected: told(sum),
      found: told(part),
      hint: 'count all parts with the same --ngrams and --affixes',
    });
  if (part.segmenter !== undefined) joinSegmenter(sum, part.segmenter);
  for (const [token, count] of part.tokens) add(sum.tokens, token, count);
  addPacked(sum.tokens, part.packed);
  mapFeatures(part.features, (counted, feature) => {
    for (const [name, count] of counted) add(sum.features[feature]!, name, count);
  });
}

/**
 * All counts as one.
 *
 * @throws PipeError('mismatch') when they are of two segmenters or of different features
 */
export function mergeCounts(parts: readonly TokenCounts[]): TokenCounts {
  const sum = parts[0] ? { ...emptied(parts[0]), segmenter: undefined } : newCounts();
  for (const part of parts) addCounts(sum, part);
  return sum;
}

/** Puts what is packed into `tokens`. */
export function unpack(counts: TokenCounts): void {
  addPacked(counts.tokens, counts.packed);
  delete counts.packed;
}

function addPacked(sum: Map<string, number>, packed: TokenCounts['packed']): void {
  if (!packed) return;
  const tokens = JSON.parse(Buffer.from(packed.texts).toString('utf8')) as string[];
  for (const [i, token] of tokens.entries()) add(sum, token, packed.counts[i]!);
}

function joinSegmenter(counts: TokenCounts, segmenter: string): void {
  counts.segmenter ??= segmenter;
  if (counts.segmenter !== segmenter)
    throw new PipeError('mismatch', 'tokens of two segmenters cannot be counted together', {
      expected: counts.segmenter || 'no segmenter',
      found: segmenter || 'no segmenter',
      hint: 'tokenize all parts with the same options: rnn-pipe tokenize',
    });
}

/** Most frequent first, ties by code point: the order of ids, whatever the machine's locale. */
export function inOrder(counts: ReadonlyMap<string, number>): [string, number][] {
  // most tokens share their count with many: these are put in order without looking at it
  const byCount = new Map<number, string[]>();
  for (const [token, count] of counts) {
    const same = byCount.get(count);
    if (same) same.push(token);
    else byCount.set(count, [token]);
  }
  return [...byCount]
    .sort(([a], [b]) => b - a)
    .flatMap(([count, tokens]) => sortedByCodePoint(tokens).map((token): [string, number] => [token, count]));
}

const SURROGATE = /[\ud800-\udfff]/;

/** Where no character is of two code units, their own order is that of code points, and is had faster. */
const sortedByCodePoint = (tokens: string[]): string[] =>
  tokens.some((token) => SURROGATE.test(token)) ? tokens.sort(byCodePoint) : tokens.sort();

/** Order by code point: UTF-16's own order puts 😀 before ， since surrogates come before U+FF0C. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x === y) continue;
    // a first half that both have before may be one of a pair in one of them, and stand alone in the other
    const halved = at > 0 && (a.charCodeAt(at - 1) & 0xfc00) === 0xd800;
    return (halved && a.codePointAt(at - 1)! - b.codePointAt(at - 1)!) || a.codePointAt(at)! - b.codePointAt(at)!;
  }
  return a.length - b.length;
}

/** The counts as the text of their document: in order, one token a line, so that equal counts give equal bytes. */
export function formatCounts({ segmenter, ngrams, tokens, features }: TokenCounts): string {
  const head = `"segmenter":${JSON.stringify(segmenter ?? null)},\n"ngrams":${ngrams}`;
  return `{"type":"rnn-pipe counts","version":1,\n${head},\n${formatLists(inOrder(tokens), mapFeatures(features, inOrder))}`;
}

type Counted = readonly (readonly [name: string, count: number])[];
export type WrittenList = readonly (readonly [name: WrittenName, count: number])[];

/** What JSON writes as it is. */
const PLAIN = /^[^"\\\u0000-\u001f\ud800-\udfff]*$/;

/** Tokens and the names of features, a name a line: the end of a document. Runs are there even where none are counted. */
export function formatLists(tokens: Counted, features: OfFeatures<Counted>): string {
  const list = (name: string, lines: readonly string[]): string => `"${name}":[\n${lines.join(',\n')}\n]`;
  const lists = mapFeatures<Counted, string>({ runs: [], ...features }, (names, feature) =>
    list(
      feature,
      names.map(([name, count]) => JSON.stringify([writtenName(feature, name), count])),
    ),
  );
  const own = tokens.map(([token, count]) => `[${PLAIN.test(token) ? `"${token}"` : JSON.stringify(token)},${count}]`);
  return `${[list('tokens', own), ...Object.values(lists)].join(',\n')}}\n`;
}

/** The features of a document. Runs are there even where none are counted. */
export const listsIn = ({
  ngrams,
  runs,
  affixes,
}: { ngrams: number } & OfFeatures<WrittenList | undefined>): OfFeatures<WrittenList | undefined> => ({
  runs: ngrams > 1 ? runs : undefined,
  affixes,
});

/**
 * The counts in a document.
 *
 * @throws PipeError('mismatch') when it is not one
 */
export async function parseCounts(text: string, file: string): Promise<TokenCounts> {
  const [{ COUNTS }, { parseDocument }] = await Promise.all([import('../formats/vocabulary.js'), import('../formats/document.js')]);
  const hint = 'make them with rnn-pipe vocab --partial tokens.jsonl -o a.counts.json';
  const document = parseDocument(COUNTS, text, file, { what: 'counts of tokens', hint });
  return {
    segmenter: document.segmenter ?? undefined,
    ngrams: document.ngrams,
    tokens: new Map(document.tokens),
    features: mapFeatures(listsIn(document), (names) => new Map(names.map(([name, count]) => [readName(name, document.ngrams), count]))),
  };
}
