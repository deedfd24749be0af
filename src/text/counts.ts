/**
 * Counts of tokens: of a corpus, or of a part of it that one worker or one machine has seen. Adding counts up is associative and
 * commutative, so parts in any order and grouping give what one run gives. Plain data in Maps: it can be sent to and from workers.
 */
import { PipeError } from '../errors.js';
import { need, type SentenceRecord } from '../formats/record.js';

export interface TokenCounts {
  /** fingerprint of the segmenter that all tokens are from; undefined before the first record, '' for tokens of unknown origin */
  segmenter: string | undefined;
  /** 1: tokens only; n: runs of n tokens too */
  ngrams: number;
  tokens: Map<string, number>;
  /** by `keyOf`; empty when `ngrams` is 1 */
  runs: Map<string, number>;
  /** more tokens and their counts, as a thread that counts bytes hands them over: `mergeCounts` puts them into `tokens` */
  packed?: { texts: Uint8Array; counts: Float64Array };
}

export function newCounts(ngrams = 1): TokenCounts {
  return { segmenter: undefined, ngrams, tokens: new Map(), runs: new Map() };
}

/**
 * Adds the tokens of a record.
 *
 * @throws PipeError('mismatch') when another segmenter cut it than those before
 */
export function addTokens(counts: TokenCounts, record: SentenceRecord): void {
  const tokens = need(record, 'tokens');
  joinSegmenter(counts, record.segmenter ?? '');
  for (const token of tokens) counts.tokens.set(token, (counts.tokens.get(token) ?? 0) + 1);
  if (counts.ngrams > 1)
    for (let at = 0; at < tokens.length; at++) {
      const key = keyOf(tokens, at, counts.ngrams);
      counts.runs.set(key, (counts.runs.get(key) ?? 0) + 1);
    }
}

/**
 * All counts as one.
 *
 * @throws PipeError('mismatch') when they are of two segmenters or of different n-grams
 */
export function mergeCounts(parts: readonly TokenCounts[]): TokenCounts {
  const sum = newCounts(parts[0]?.ngrams);
  for (const part of parts) {
    if (part.ngrams !== sum.ngrams)
      throw new PipeError('mismatch', 'counts of different n-grams cannot be added', {
        expected: `n-grams of ${sum.ngrams}`,
        found: String(part.ngrams),
        hint: 'count all parts with the same --ngrams',
      });
    if (part.segmenter !== undefined) joinSegmenter(sum, part.segmenter);
    for (const [token, count] of part.tokens) sum.tokens.set(token, (sum.tokens.get(token) ?? 0) + count);
    for (const [i, token] of textsOf(part.packed?.texts).entries())
      sum.tokens.set(token, (sum.tokens.get(token) ?? 0) + part.packed!.counts[i]!);
    for (const [key, count] of part.runs) sum.runs.set(key, (sum.runs.get(key) ?? 0) + count);
  }
  return sum;
}

/** The strings of an array in JSON. */
const textsOf = (json: Uint8Array | undefined): string[] => (json ? (JSON.parse(Buffer.from(json).toString('utf8')) as string[]) : []);

function joinSegmenter(counts: TokenCounts, segmenter: string): void {
  counts.segmenter ??= segmenter;
  if (counts.segmenter !== segmenter)
    throw new PipeError('mismatch', 'tokens of two segmenters cannot be counted together', {
      expected: counts.segmenter || 'no segmenter',
      found: segmenter || 'no segmenter',
      hint: 'tokenize all parts with the same options: rnn-pipe tokenize',
    });
}

/**
 * The n tokens from `at` as one string that no other n tokens give: lengths, then tokens. At the end of a sentence there are fewer,
 * and the key is that of a run that ends with <eos>.
 *
 * @example keyOf(['我', '爱你'], 0, 2) // '1,2:我爱你'
 */
export function keyOf(tokens: readonly string[], at: number, n: number): string {
  let lengths = '';
  let text = '';
  for (let i = at; i < at + n && i < tokens.length; i++) {
    lengths += `${i === at ? '' : ','}${tokens[i]!.length}`;
    text += tokens[i]!;
  }
  return `${lengths}:${text}`;
}

/** The tokens of a key. */
export function runOf(key: string): string[] {
  const colon = key.indexOf(':');
  let at = colon + 1;
  return key
    .slice(0, colon)
    .split(',')
    .map((length) => key.slice(at, (at += Number(length))));
}

/** Most frequent first, ties by code point: the order of ids, whatever the machine's locale. */
export function inOrder(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a, countA], [b, countB]) => countB - countA || byCodePoint(a, b));
}

/** Order by code point: UTF-16's own order puts 😀 before ， since surrogates come before U+FF0C. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x === y) continue;
    // a half that stands alone is a code point below U+E000; a half of a pair is one above U+FFFF
    return pointAt(a, at) - pointAt(b, at);
  }
  return a.length - b.length;
}

/** The code point that the code unit at `at` belongs to, given that what stands before is the same in both strings. */
function pointAt(text: string, at: number): number {
  const isSecondHalf = (text.charCodeAt(at) & 0xfc00) === 0xdc00 && at > 0 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
  return text.codePointAt(isSecondHalf ? at - 1 : at)!;
}

/** The counts as the text of their document: in order, one token a line, so that equal counts give equal bytes. */
export function formatCounts({ segmenter, ngrams, tokens, runs }: TokenCounts): string {
  const lines = inOrder(tokens).map((token) => JSON.stringify(token));
  const runLines = inOrder(runs).map(([key, count]) => JSON.stringify([runOf(key), count]));
  const head = `"segmenter":${JSON.stringify(segmenter ?? null)},\n"ngrams":${ngrams}`;
  return `{"type":"rnn-pipe counts","version":1,\n${head},\n"tokens":[\n${lines.join(',\n')}\n],\n"runs":[\n${runLines.join(',\n')}\n]}\n`;
}

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
    runs: new Map(document.runs.map(([run, count]) => [keyOf(run, 0, document.ngrams), count])),
  };
}
