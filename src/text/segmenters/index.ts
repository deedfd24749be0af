/** The list of segmenters, and how one is opened: what is cut off before and left out after is the same for all of them. */
import { createHash } from 'node:crypto';
import { isPunctuation } from '../other-text.js';
import type { Cut, OpenSegmenter, Segmenter, SegmenterDefinition, SegmenterOptions } from '../segmenter.js';
import { characters } from './characters.js';
import { codepoints } from './codepoints.js';
import { intl } from './intl.js';
import { jieba } from './jieba.js';
import { whitespace } from './whitespace.js';

export type { Segmenter, SegmenterOptions } from '../segmenter.js';

export const SEGMENTERS: readonly SegmenterDefinition[] = [jieba, intl, characters, codepoints, whitespace];

/** Grows when the same options give other tokens than before. */
const ALGORITHM = '1';

/**
 * Opens a segmenter: loads its dictionary and computes its fingerprint.
 *
 * @throws PipeError('data') for a wrong line of a user dictionary, PipeError('mismatch') where the backend is not there
 */
export async function openSegmenter(options: SegmenterOptions): Promise<Segmenter> {
  const definition = SEGMENTERS.find(({ name }) => name === options.name)!;
  const { cut, cutRuns, ...opened } = await definition.open(options);
  const { dropping, ...about } = await around(options.name, options, opened);
  const nothingElse = !dropping && !about.tagOf && !about.simplify;
  return {
    ...about,
    ...(cutRuns && nothingElse ? { cutRuns } : {}),
    cut: dropping ? (texts) => cut(texts).map(dropping) : cut,
  };
}

/** All of a segmenter but its cutting: what the options say of before and after it, and the fingerprint. */
export async function around(
  name: Segmenter['name'],
  options: Omit<SegmenterOptions, 'name'>,
  { identity, backend, tagOf }: Omit<OpenSegmenter, 'cut' | 'cutRuns'>,
): Promise<Omit<Segmenter, 'cut' | 'cutRuns'> & { dropping?: (cut: Cut) => Cut }> {
  const stopWords = new Set(options.stopWords);
  const { dropPunctuation = false, toSimplified = false } = options;
  const drop = dropper(stopWords, dropPunctuation);
  const decides = [ALGORITHM, name, identity, [...stopWords].sort(), dropPunctuation, toSimplified];
  const hash = createHash('sha256').update(JSON.stringify(decides)).digest('hex');
  return {
    name,
    fingerprint: `${name}-${hash.slice(0, 8)}`,
    ...(drop ? { dropping: without(drop) } : {}),
    ...(backend === undefined ? {} : { backend }),
    ...(tagOf ? { tagOf } : {}),
    ...(toSimplified ? { simplify: await simplifier() } : {}),
  };
}

function dropper(stopWords: ReadonlySet<string>, dropPunctuation: boolean): ((token: string) => boolean) | undefined {
  if (stopWords.size === 0 && !dropPunctuation) return undefined;
  return (token) => stopWords.has(token) || (dropPunctuation && isPunctuation(token));
}

/** Leaves tokens out, with their spans, and counts them. */
function without(drop: (token: string) => boolean): (cut: Cut) => Cut {
  return ({ tokens, spans, dropped }) => {
    const kept = tokens.map((token) => !drop(token));
    const left = tokens.filter((_, i) => kept[i]);
    return { tokens: left, spans: spans.filter((_, i) => kept[i >> 1]), dropped: dropped + tokens.length - left.length };
  };
}

async function simplifier(): Promise<(text: string) => string> {
  // the package's types do not reach this entry
  const library = (await import('opencc-js/t2cn')) as { Converter: (from: { from: 't'; to: 'cn' }) => (text: string) => string };
  return library.Converter({ from: 't', to: 'cn' });
}
