/**
 * What a network may read of a token beside the token itself, one entry a feature: the names that the vocabulary numbers for it, the fields
 * of records that hold its ids, and the table that a model has its vectors in. The order of the entries is that of a model's inputs.
 */
import { PipeError } from '../errors.js';
import { need, type SentenceRecord } from './record.js';

export const FEATURES = {
  /** runs of n tokens, by the token that they begin at */
  runs: { called: 'n-grams', fields: ['ngramIds'], table: 'ngramEmbedding', dim: 'ngramDim', rows: 'ngramRows' },
  /** the first and the last character of a token, out of one table */
  affixes: {
    called: 'first and last characters',
    fields: ['prefixIds', 'suffixIds'],
    table: 'affixEmbedding',
    dim: 'affixDim',
    rows: 'affixRows',
  },
} as const;

export type FeatureName = keyof typeof FEATURES;
type Feature = (typeof FEATURES)[FeatureName];
export type FeatureField = Feature['fields'][number];

export const FEATURE_NAMES = Object.keys(FEATURES) as FeatureName[];

/** Something of each feature that is read. */
export type OfFeatures<Value> = { [Name in FeatureName]?: Value };

/** What is made of each feature that is there. */
export function mapFeatures<From, To>(features: OfFeatures<From | undefined>, make: (from: From, name: FeatureName) => To): OfFeatures<To> {
  const there = FEATURE_NAMES.filter((name) => features[name] !== undefined);
  return Object.fromEntries(there.map((name) => [name, make(features[name]!, name)]));
}

/** Numbers of tokens, and of all that is read beside them: in records, in data sets, and as a model's inputs. */
export type Ids<Numbers> = { ids: Numbers } & { [Field in FeatureField]?: Numbers };

export const FIELDS_OF_IDS: readonly (keyof Ids<unknown>)[] = ['ids', ...FEATURE_NAMES.flatMap((name) => FEATURES[name].fields)];

/** The same made of all numbers that are there. */
export function mapIds<From, To>(all: Ids<From>, make: (numbers: From, field: keyof Ids<unknown>) => To): Ids<To> {
  const there = FIELDS_OF_IDS.filter((field) => all[field] !== undefined);
  return Object.fromEntries(there.map((field) => [field, make(all[field]!, field)])) as Ids<To>;
}

/**
 * All ids of a record.
 *
 * @throws PipeError('data') where it has none, or where those of a feature are not as many as the tokens'
 */
export function idsIn(record: SentenceRecord): Ids<number[]> {
  const { length } = need(record, 'ids');
  return mapIds(record as Ids<number[]>, (numbers, field) => {
    if (numbers.length === length) return numbers;
    throw new PipeError('data', `"ids" and "${field}" have different lengths`, {
      expected: String(length),
      found: String(numbers.length),
      hint: 'encode the record again: rnn-pipe encode',
    });
  });
}

/** Sizes of the tables of a model, as its document has them; those of a feature that it does not read are 0. */
export type TableSizes = { [Name in Feature['dim' | 'rows']]: number };

export const tableSizes = (sizes: OfFeatures<{ dim: number; rows: number }>): TableSizes =>
  Object.fromEntries(
    FEATURE_NAMES.flatMap((name) => [
      [FEATURES[name].dim, sizes[name]?.dim ?? 0],
      [FEATURES[name].rows, sizes[name]?.rows ?? 0],
    ]),
  ) as TableSizes;
