/**
 * The record: one sentence on its way through the eight steps, and the one table of its fields.
 * From the table come the TypeScript type, the check of every line read, and the page docs/records.md.
 * Fields that the table does not name are the user's: they are handed on untouched.
 */
import { PipeError, show } from '../errors.js';
import { Spans, spansFromJson, spansToJson } from './spans.js';
import { Tensor, tensorFromJson, tensorToJson } from './tensor.js';

/** [start, end) in Unicode code points. */
export type Span = [start: number, end: number];

/** One layer and direction of a recurrent network on one sentence; every matrix is [timeSteps, units], 0 where masked. */
export interface LayerTrace {
  /** from 1, the layer that reads the embeddings */
  layer: number;
  direction: 'forward' | 'backward';
  hiddenStates: Tensor;
  /** LSTM only */
  cellStates?: Tensor;
  /** LSTM: inputGate, forgetGate, candidate, outputGate; GRU: updateGate, resetGate, candidate; RNN: none */
  gates: Record<string, Tensor>;
  /** what the word vector (x·W + b) and the state before (h·U + c) bring to each gate; a simple cell has one, hiddenState (--sums) */
  sums?: Record<string, Sums>;
}

/** The two sums inside a gate at every time step, [timeSteps, units]. */
export interface Sums {
  input: Tensor;
  recurrent: Tensor;
}

/** Which network made the hidden states. */
export interface NetworkName {
  cell: 'rnn' | 'lstm' | 'gru';
  layers: number;
  units: number;
  directions: ('forward' | 'backward')[];
}

/** What `output` took, and from where. */
export interface Taken {
  how: 'last' | 'first' | 'mean' | 'max' | 'attention' | 'all';
  /** time steps from 1 that the output was taken from: one for last and first, every real one for the others */
  timeSteps: number[];
  /** attention: what each of these time steps counts for; they add up to 1 */
  weights?: number[];
}

/** A text that a model said. */
export interface SaidText {
  text: string;
  logProbability: number;
  /** what the texts were compared by */
  score: number;
}

/** One step of a beam search: its hypotheses, which `parent` of the next step counts from 0. */
export interface SearchTrace {
  hypotheses: {
    token: string;
    parent: number;
    logProbability: number;
    state: number[];
    attention: number[];
    best: { token: string; probability: number }[];
  }[];
}

interface Prediction {
  label: string;
  probability: number;
}

/** What a run of tags stands for: a name, a place. */
interface TaggedSpan {
  type: string;
  start: number;
  end: number;
  tokens: string[];
}

/** The TypeScript type of each kind of field. */
interface Kinds {
  id: string | number;
  string: string;
  label: string | number | string[] | number[];
  span: Span;
  strings: string[];
  spans: Spans;
  number: number;
  integer: number;
  integers: number[];
  vector: Tensor;
  matrix: Tensor;
  trace: LayerTrace[];
  network: NetworkName;
  taken: Taken;
  predictions: Prediction[];
  tagSpans: TaggedSpan[];
  said: SaidText[];
  search: SearchTrace[];
}

type Kind = keyof Kinds;

interface Field<K extends Kind = Kind> {
  kind: K;
  /** the step that adds it */
  step: string;
  about: string;
}

const field = <K extends Kind>(kind: K, step: string, about: string): Field<K> => ({ kind, step, about });

/** Every field that a step reads or writes, in the order in which steps add them. */
export const FIELDS = {
  id: field('id', 'sentences', 'the name of the record; `12#3` is the third sentence of line (or row) 12'),
  text: field('string', 'sentences', 'the sentence'),
  originalText: field('string', 'tokenize', 'the text before --to-simplified'),
  span: field('span', 'sentences', 'where the sentence stands in the document (or in its row), [start, end) in code points'),
  label: field('label', 'sentences', 'the label that the input gave'),
  tokens: field('strings', 'tokenize', 'the tokens; joined they are the text'),
  tokenSpans: field('spans', 'tokenize', 'where each token stands in `text`, [start, end) in code points'),
  pos: field('strings', 'tokenize', 'the part of speech of each token (--pos)'),
  segmenter: field('string', 'tokenize', 'what cut the text: algorithm and a hash of its options and dictionaries'),
  ids: field('integers', 'encode', 'the number of each token in the vocabulary; after pad, of one fixed length'),
  ngramIds: field('integers', 'encode', 'the number of the n-gram that starts at each token (vocab --ngrams)'),
  prefixIds: field('integers', 'encode', 'the number of the first character of each token (vocab --affixes)'),
  suffixIds: field('integers', 'encode', 'the number of the last character of each token, out of the same list'),
  vocabulary: field('string', 'encode', 'the start of the SHA-256 of the vocabulary that the ids belong to'),
  length: field('integer', 'pad', 'how many of the ids are real tokens'),
  mask: field('integers', 'pad', '1 = real token, 0 = padding, one a time step'),
  kept: field('span', 'pad', 'which tokens were kept, [start, end); the others were cut'),
  embeddings: field('matrix', 'embed', 'one word vector a time step, [timeSteps, dim]; 0 where masked'),
  hiddenStates: field('matrix', 'rnn', 'the last layer’s hidden state at every time step, [timeSteps, units × directions]; 0 where masked'),
  network: field('network', 'rnn', 'which network made them: cell, layers, units, directions'),
  trace: field('trace', 'rnn', 'hidden states, cell states and gates of every layer and direction (--trace)'),
  output: field('vector', 'output', 'the network’s output vector'),
  taken: field('taken', 'output', 'how the output was taken and from which time steps'),
  logits: field('vector', 'classify', 'one score a label, before softmax'),
  probabilities: field('vector', 'classify', 'softmax of the logits'),
  prediction: field('string', 'classify', 'the most probable label'),
  labels: field('strings', 'predict', 'the labels that are probable enough, from a model of several labels a text'),
  numbers: field('vector', 'regress', 'what a model of numbers answers, in the units of its training texts'),
  tags: field('strings', 'tag', 'the tag of each token, from a model of tags'),
  spans: field('tagSpans', 'tag', 'what the tags say together: type, [start, end) in tokens, and the tokens'),
  words: field('strings', 'tag', 'the words, from a model of segmentation'),
  perplexity: field(
    'number',
    'predict',
    'how little a language model foresees the text: 1 is wholly, the size of the vocabulary not at all',
  ),
  top: field('predictions', 'classify', 'the k most probable labels (--top-k)'),
  said: field('said', 'seq2seq', 'the best texts with their log probabilities and scores (--n-best)'),
  search: field('search', 'seq2seq', 'every step of the beam search: hypotheses, parents, states, attention, best next tokens (--trace)'),
} as const satisfies Record<string, Field>;

export type FieldName = keyof typeof FIELDS;

/** Undefined is absent. */
type FieldsOfARecord = { [Name in FieldName]?: Kinds[(typeof FIELDS)[Name]['kind']] | undefined };

/** The line of the input that a record comes from; not written. */
export const LINE: unique symbol = Symbol('line');

/** The input that it is a line of, where there are several; not written. */
export const FILE: unique symbol = Symbol('file');

/** The bytes of that line, kept only where bad records are put aside; not written. */
export const RAW: unique symbol = Symbol('raw');

/** The record as a line of text, where that is wanted instead of JSON. */
export const PLAIN: unique symbol = Symbol('plain');

export interface SentenceRecord extends FieldsOfARecord {
  [LINE]?: number;
  [FILE]?: string;
  [RAW]?: Uint8Array;
  [PLAIN]?: string;
  [other: string]: unknown;
}

/** Records travel in batches, so that native code and Arrow see many at once. */
export type Batch = SentenceRecord[];

const isInteger = (value: unknown): boolean => Number.isSafeInteger(value);
const isSpan = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isInteger);
const isString = (value: unknown): boolean => typeof value === 'string';
const arrayOf =
  (check: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(check);

/** What a value of each kind looks like, in words and as a check of parsed JSON; tensors are read by `fromJson`. */
const KINDS: Record<Kind, { expected: string; is: (value: unknown) => boolean }> = {
  id: { expected: 'a string or a whole number', is: (value) => isString(value) || isInteger(value) },
  string: { expected: 'a string', is: isString },
  label: {
    expected: 'a string, a number or an array of them',
    is: (value) => [value].flat().every((one) => isString(one) || Number.isFinite(one)),
  },
  span: { expected: '[start, end]', is: isSpan },
  strings: { expected: 'an array of strings', is: arrayOf(isString) },
  spans: { expected: 'an array of [start, end]', is: (value) => value instanceof Spans },
  number: { expected: 'a number', is: (value) => Number.isFinite(value) },
  integer: { expected: 'a whole number', is: isInteger },
  integers: { expected: 'an array of whole numbers', is: arrayOf(isInteger) },
  vector: { expected: 'an array of numbers', is: (value) => value instanceof Tensor },
  matrix: { expected: 'an array of equally long arrays of numbers', is: (value) => value instanceof Tensor },
  trace: { expected: 'an array of layers', is: arrayOf((value) => typeof value === 'object' && value !== null) },
  network: {
    expected: 'an object with "cell", "layers", "units" and "directions"',
    is: (value) => typeof value === 'object' && value !== null && Array.isArray((value as NetworkName).directions),
  },
  taken: { expected: 'an object with "how" and "timeSteps"', is: (value) => typeof value === 'object' && value !== null },
  predictions: { expected: 'an array of label and probability', is: Array.isArray },
  tagSpans: { expected: 'an array of type, start, end and tokens', is: Array.isArray },
  said: { expected: 'an array of texts and their scores', is: Array.isArray },
  search: { expected: 'an array of steps of a search', is: Array.isArray },
};

const NAMES = Object.keys(FIELDS) as FieldName[];

/**
 * A parsed JSON object as a record: known fields are checked and nested arrays become tensors.
 *
 * @throws PipeError('data') that names the field, what was expected and what was found
 */
export function fromJson(value: unknown): SentenceRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PipeError('data', 'not a record', { expected: 'a JSON object', found: show(value) });
  const record = value as Record<string, unknown>;
  for (const name of NAMES) if (Object.hasOwn(record, name)) record[name] = fieldFromJson(name, record[name]);
  return record;
}

/**
 * The value of one field.
 *
 * @throws PipeError('data') as `fromJson` does
 */
export function fieldFromJson(name: string, value: unknown): unknown {
  if (!Object.hasOwn(FIELDS, name)) return value;
  const known = name as FieldName;
  const { kind } = FIELDS[known];
  if (kind === 'vector' || kind === 'matrix') return readTensor(value, kind, known);
  if (kind === 'trace') return readTrace(value);
  if (kind === 'spans') return spansFromJson(value) ?? refuse(known, value);
  return KINDS[kind].is(value) ? value : refuse(known, value);
}

function refuse(name: FieldName, value: unknown): never {
  throw wrongField(name, value);
}

function wrongField(name: FieldName, value: unknown): PipeError {
  return new PipeError('data', `the field "${name}" is wrong`, { expected: KINDS[FIELDS[name].kind].expected, found: show(value) });
}

function readTensor(value: unknown, kind: 'vector' | 'matrix', name: string): Tensor {
  const tensor = tensorFromJson(value, kind === 'vector' ? 1 : 2);
  if (typeof tensor !== 'string') return tensor;
  throw new PipeError('data', `the field "${name}" ${tensor}`, { expected: KINDS[kind].expected });
}

function readTrace(value: unknown): LayerTrace[] {
  if (!KINDS.trace.is(value)) throw wrongField('trace', value);
  return (value as Record<string, unknown>[]).map((layer) => {
    const { hiddenStates, cellStates, gates, sums, ...rest } = layer;
    const entries = (value: unknown): [string, unknown][] => Object.entries(typeof value === 'object' && value !== null ? value : {});
    const parts = entries(sums).map(([gate, both]): [string, unknown] => [
      gate,
      Object.fromEntries(entries(both).map(([part, values]) => [part, readTensor(values, 'matrix', `trace.sums.${gate}.${part}`)])),
    ]);
    return {
      ...rest,
      hiddenStates: readTensor(hiddenStates, 'matrix', 'trace.hiddenStates'),
      ...(cellStates === undefined ? {} : { cellStates: readTensor(cellStates, 'matrix', 'trace.cellStates') }),
      gates: Object.fromEntries(entries(gates).map(([name, gate]) => [name, readTensor(gate, 'matrix', `trace.gates.${name}`)])),
      ...(sums === undefined ? {} : { sums: Object.fromEntries(parts) }),
    } as LayerTrace;
  });
}

/** The record as one line of JSON without its line end; fields stand in the order in which they were added. */
export function toJson(record: SentenceRecord): string {
  let fields = '';
  for (const name of Object.keys(record)) {
    const value = record[name];
    if (value !== undefined) fields += `${fields && ','}${keyOf(name)}:${jsonOf(value)}`;
  }
  // U+2028, U+2029 and U+0085 are line ends to some readers (Python's splitlines), so they are written escaped
  return `{${fields}}`.replace(/[\u0085\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const keys = new Map(NAMES.map((name): [string, string] => [name, JSON.stringify(name)]));
const keyOf = (name: string): string => keys.get(name) ?? JSON.stringify(name);

function jsonOf(value: unknown): string {
  if (value instanceof Tensor) return tensorToJson(value);
  if (value instanceof Spans) return spansToJson(value);
  if (!holdsOurs(value)) return JSON.stringify(value);
  return Array.isArray(value) ? `[${value.map(jsonOf).join(',')}]` : toJson(value as SentenceRecord);
}

/** Whether there is a tensor or spans in it, which JSON.stringify does not know. */
function holdsOurs(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Tensor || value instanceof Spans) return true;
  // of arrays only those of objects can hold one: an array of tokens or ids is not walked
  if (Array.isArray(value)) return typeof value[0] === 'object' && !Array.isArray(value[0]) && value.some(holdsOurs);
  return Object.values(value).some(holdsOurs);
}

/** The fields that a record has; one that is undefined it has not. */
export const namesOf = (record: SentenceRecord): string[] => Object.keys(record).filter((name) => record[name] !== undefined);

/**
 * The named field of a record, which a step needs.
 *
 * @throws PipeError('data') that says which step adds the field
 */
export function need<Name extends FieldName>(record: SentenceRecord, name: Name): NonNullable<SentenceRecord[Name]> {
  const value = record[name];
  if (value !== undefined) return value;
  const { step } = FIELDS[name];
  throw new PipeError('data', `the record has no "${name}"`, {
    found: namesOf(record).join(', ') || 'an empty record',
    hint: `"${name}" is added by rnn-pipe ${step}: run that step first`,
  });
}
