/** Step 3: how a vocabulary names what is read beside a token (`formats/features.ts`), and how its documents write these names. */
import { FEATURE_NAMES, type FeatureField, type FeatureName, type OfFeatures } from '../formats/features.js';

/** What is counted beside tokens. */
export interface FeatureOptions {
  /** runs of n tokens; 1 or undefined: none */
  ngrams?: number | undefined;
  /** the first and the last character of tokens */
  affixes?: boolean | undefined;
}

export const featuresOf = ({ ngrams = 1, affixes = false }: FeatureOptions): FeatureName[] =>
  FEATURE_NAMES.filter((name) => ({ runs: ngrams > 1, affixes })[name]);

/** The options that say which features there are, as a user types them. */
export const toldOptions = (features: OfFeatures<unknown>, ngrams: number): string =>
  [...(features.runs ? [`--ngrams ${ngrams}`] : []), ...(features.affixes ? ['--affixes'] : [])].join(' ') || 'tokens alone';

type NameAt = (tokens: readonly string[], at: number, ngrams: number) => string | undefined;

/** The name of each field of ids at a token; undefined where there is none. */
export const NAME_AT: Readonly<Record<FeatureField, NameAt>> = {
  ngramIds: keyOf,
  prefixIds: (tokens, at) => firstOf(tokens[at]!),
  suffixIds: (tokens, at) => lastOf(tokens[at]!),
};

/** A name in a document: a run is the array of its tokens. */
export type WrittenName = string | readonly string[];
export const writtenName = (feature: FeatureName, name: string): WrittenName => (feature === 'runs' ? runOf(name) : name);
export const readName = (name: WrittenName, ngrams: number): string => (typeof name === 'string' ? name : keyOf(name, 0, ngrams));

/** The first code point; undefined of a token without one. @example firstOf('5w-30') // '5' */
function firstOf(token: string): string | undefined {
  const point = token.codePointAt(0);
  return point === undefined ? undefined : String.fromCodePoint(point);
}

/** The last code point. @example lastOf('好😀') // '😀' */
function lastOf(token: string): string | undefined {
  const end = /[\ud800-\udbff][\udc00-\udfff]$/.test(token) ? 2 : 1;
  return token === '' ? undefined : token.slice(-end);
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
