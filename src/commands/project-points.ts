/** What `project` draws: vectors with their names, of words or of records. */
import { PipeError, show } from '../errors.js';
import { need, type SentenceRecord } from '../formats/record.js';
import { readRecords } from '../io/read.js';
import { inputFile } from '../io/source.js';
import { readVectors } from '../io/vectors.js';
import { EMBEDDING } from '../model/parameters.js';
import { SPECIALS } from '../text/specials.js';
import type { Vocabulary } from '../text/vocabulary.js';
import type { Options } from './command.js';
import { loadVocabulary } from './loading.js';
import { loadModel } from './model-folder.js';

export interface Named {
  title: string;
  vectors: Float32Array[];
  names: string[];
  /** most frequent first; none where points have no kinds */
  kinds: string[];
  /** index into `kinds`; one a point */
  kindOf: (number | undefined)[];
  /** columns for people, a row a point */
  metadata: { head: string[]; rows: string[][] };
  /** what was left out, and why */
  notes: string[];
}

/** The most frequent words that have a vector. */
export async function wordPoints(options: Options, most: number): Promise<Named> {
  const { vocabulary, vectorOf, source } = await words(options);
  const all = vocabulary.tokens.map((token, id) => ({ token, id })).slice(SPECIALS.length);
  const having = all.flatMap(({ token, id }) => {
    const vector = vectorOf(token, id);
    return vector ? [{ token, id, vector }] : [];
  });
  const shown = having.slice(0, most);
  return {
    title: `Word vectors of ${source}`,
    vectors: shown.map(({ vector }) => vector),
    names: shown.map(({ token }) => token),
    kinds: [],
    kindOf: shown.map(() => undefined),
    metadata: { head: ['token', 'id'], rows: shown.map(({ token, id }) => [token, String(id)]) },
    notes: [
      ...(having.length < all.length ? [`${all.length - having.length} of ${all.length} tokens have no vector in the file.`] : []),
      ...(shown.length < having.length ? [`The ${shown.length} most frequent of ${having.length} tokens (--most).`] : []),
    ],
  };
}

interface Words {
  vocabulary: Vocabulary;
  vectorOf: (token: string, id: number) => Float32Array | undefined;
  source: string;
}

async function words(options: Options): Promise<Words> {
  const folder = options['model'] as string | undefined;
  if (folder !== undefined) {
    const { vocabulary, parameters } = await loadModel(folder);
    const table = parameters.get(EMBEDDING)!;
    return { vocabulary, vectorOf: (_, id) => table.row(id), source: folder };
  }
  const file = String(options['vectors']);
  const vocabulary = await loadVocabulary(options);
  const { vectors } = await readVectors(file, new Set(vocabulary.tokens));
  return { vocabulary, vectorOf: (token) => vectors.get(token), source: file };
}

/**
 * The outputs of the first records.
 *
 * @param by the field that gives the kinds; without it the label, where the first record has one, else the prediction
 * @throws PipeError('data') for a record without an output, and for outputs of different sizes
 */
export async function recordPoints(file: string, by: string | undefined, most: number): Promise<Named> {
  const records: SentenceRecord[] = [];
  let more = 0;
  for await (const batch of readRecords([inputFile(file)], { records: true }))
    for (const record of batch)
      if (records.length < most) records.push(checked(record, records[0], file));
      else more++;
  const field = by ?? (records[0]?.label !== undefined ? 'label' : records[0]?.prediction !== undefined ? 'prediction' : 'none');
  const kindNames = records.map((record) => (field === 'none' ? undefined : kindName(record[field])));
  if (by !== undefined && by !== 'none' && kindNames.every((name) => name === undefined))
    throw new PipeError('data', `no record has a ${by}`, {
      place: { file },
      hint: by === 'label' ? '--kinds prediction' : 'run rnn-pipe classify first',
    });
  const kinds = byFrequency(kindNames);
  const names = records.map(({ text, tokens, id }) => text ?? tokens?.join('') ?? String(id ?? ''));
  return {
    title: `Output vectors of ${file === '-' ? 'stdin' : file}`,
    vectors: records.map(({ output }) => output!.data),
    names,
    kinds,
    kindOf: kindNames.map((name) => (name === undefined ? undefined : kinds.indexOf(name))),
    metadata: {
      head: ['id', 'text', 'label', 'prediction'],
      rows: records.map(({ id, label, prediction }, i) => [String(id ?? i + 1), names[i]!, kindName(label) ?? '', prediction ?? '']),
    },
    notes: [
      ...(more > 0 ? [`The first ${records.length} of ${records.length + more} records (--most).`] : []),
      ...(field === 'none' ? [] : [`Colours: ${field}.`]),
    ],
  };
}

function checked(record: SentenceRecord, first: SentenceRecord | undefined, file: string): SentenceRecord {
  try {
    const [size, expected] = [need(record, 'output').data.length, first?.output?.data.length];
    if (expected === undefined || size === expected) return record;
    throw new PipeError('data', 'the output vectors differ in size', {
      expected: String(expected),
      found: `${size} in record ${show(record.id)}`,
      hint: 'do they come from one network? run output again',
    });
  } catch (error) {
    throw error instanceof PipeError ? error.at({ file }) : error;
  }
}

const kindName = (value: unknown): string | undefined =>
  value === undefined
    ? undefined
    : Array.isArray(value)
      ? value.map(String).join(', ')
      : typeof value === 'number'
        ? String(value)
        : (value as string);

/** Of equals the one that came first. */
function byFrequency(names: readonly (string | undefined)[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
}
