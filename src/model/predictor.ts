/** Sentences of ids through the program that predicts: batches of like length, answers in the order of the sentences. */
import type { HostTensor, PiecedTensors, Program, Tensors } from '../engine/ops.js';
import type { ModelShape } from '../formats/model.js';
import { batchesByLength } from './batches.js';
import { distinctIds } from './distinct.js';
import type { Answers, Targets } from './heads/head.js';
import { headOf } from './heads/index.js';
import { sideBySide } from './jobs.js';
import { readingsOf, VECTORS, type Parameters, type Reading, type ReadTable } from './parameters.js';
import { BESIDE, mostVectors, PLACES } from './products.js';
import type { Sentences } from './sentences.js';
import type { NetworkShape } from './shape.js';
import { chosenIds, gathered, partOf, pieced, stepFeeds, type Part, type Table } from './training/feeds.js';

export type { Sentences } from './sentences.js';

/** One kind of sequence of a data set, with the tables that its vectors come from. */
export interface Read {
  /** the input of its vectors */
  vectors: string;
  timeSteps: string;
  tables: Table[];
  offsets: Int32Array;
}

/** All that a model reads of some sentences. */
export const readsOf = (shape: ModelShape, parameters: Parameters, sentences: Sentences): Read[] =>
  readingsOf(shape).map((reading) => readOf(reading, parameters, sentences));

export function readOf({ vectors, timeSteps, of, tables }: Reading, parameters: Parameters, sentences: Sentences): Read {
  const read = of === 'sentences' ? sentences : sentences.answers!;
  const table = ({ name, shape: sizes, fields }: ReadTable): Table => ({
    name,
    dim: sizes[1]!,
    numbers: parameters.get(name)!.data,
    ids: fields.map((field) => read[field]!),
  });
  return { vectors, timeSteps, tables: tables.map(table), offsets: read.offsets };
}

/** The vectors of some sentences, by the name of the program's input. */
export const vectorsOf = (reads: readonly Read[], rows: ArrayLike<number>): Record<string, HostTensor> =>
  Object.fromEntries(reads.map(({ vectors, tables, offsets }) => [vectors, gathered(tables, offsets, partOf({ offsets }, rows)).vectors]));

/** Batches that look the same products up, and the vectors that these are made of. */
export interface Job {
  common: Tensors;
  batches: { part: Part; feeds: PiecedTensors }[];
}

/** Sentences in one job, at most: enough of them that words come again, few enough that threads share them. */
const TOGETHER = 1024;

/** For so many sentences the products of a whole table may as well be had, if it is small: they are kept for those that come next. */
const MANY = 256;

/** Sentences in a job that has them, and time steps of all its rows: as small as threads share best. */
const [FEWER, CELLS] = [256, 8192];

/**
 * Batches as jobs of a program that looks the products of tokens up: of the tokens that are in the job; or for many sentences, where the
 * table is small, of all tokens, which the program then computes for the first job only. The batches decide it, and not what came before
 * them, so that any number of threads gives the same bytes.
 *
 * @param more what else a batch is fed
 */
export function* jobsOf(
  program: Program,
  { network }: Pick<ModelShape, 'network'>,
  { tables: [tokens, ...features], offsets }: Read,
  batches: readonly Int32Array[],
  more: (part: Part) => Record<string, HostTensor>,
): Generator<Job> {
  const all = batches.reduce((sum, { length }) => sum + length, 0);
  const whole = all >= MANY ? wholeTable(program, network, tokens!) : undefined;
  const [most, cells] = whole ? [FEWER, CELLS] : [TOGETHER, Infinity];
  const parts = batches.map((rows) => partOf({ offsets }, rows));
  for (let begin = 0, end = 0; begin < batches.length; begin = end) {
    for (let [sentences, taken] = [0, 0]; end < parts.length; end++) {
      const { rows, timeSteps } = parts[end]!;
      sentences += rows.length;
      taken += rows.length * timeSteps;
      if (end > begin && (sentences > most || taken > cells)) break;
    }
    const distinct = whole ? undefined : distinctIds(tokens!);
    const made: Job['batches'] = [];
    for (let at = begin; at < end; at++) {
      if (distinct && at > begin && distinct.count() >= mostVectors(network)) end = at;
      else {
        const part = parts[at]!;
        const places = placesOf(tokens!.ids[0]!, offsets, part, distinct?.numberOf);
        const beside = features.length > 0 ? { [BESIDE]: pieced(features, offsets, part) } : {};
        const lengths = { shape: [part.rows.length], data: part.lengths.slice() };
        made.push({ part, feeds: { [PLACES]: places, ...beside, lengths, ...more(part) } });
      }
    }
    yield { common: whole ?? { [VECTORS]: { shape: [distinct!.count(), tokens!.dim], data: distinct!.vectors() } }, batches: made };
  }
}

/** By the program, which keeps what it has made of it. */
const wholeTables = new WeakMap<Program, Tensors>();

/** All vectors, where there are few enough. */
function wholeTable(program: Program, network: NetworkShape, { dim, numbers }: Table): Tensors | undefined {
  if (numbers.length / dim > mostVectors(network)) return undefined;
  // a copy: a training's tables lie in memory that threads share, which ONNX Runtime does not take
  const made = wholeTables.get(program) ?? { [VECTORS]: { shape: [numbers.length / dim, dim], data: numbers.slice() } };
  wholeTables.set(program, made);
  return made;
}

/** [timeSteps, batch]; 0 at padding */
function placesOf(ids: Int32Array, offsets: Int32Array, part: Part, numberOf?: (id: number) => number): HostTensor {
  const data = chosenIds(ids, offsets, part);
  if (numberOf) for (let i = 0; i < data.length; i++) if (data[i] !== 0) data[i] = numberOf(data[i]!);
  return { shape: [part.timeSteps, part.rows.length], data };
}

/**
 * What the program says of sentences that have at least one token each, by `rows`.
 *
 * @param judged what the sentences were to give, for a program that judges
 */
export async function answersOf(
  program: Program,
  shape: ModelShape,
  parameters: Parameters,
  sentences: Sentences,
  rows: ArrayLike<number>,
  batchSize: number,
  judged?: Targets,
): Promise<Answers> {
  const { offsets } = sentences;
  const { judging } = headOf(shape.head);
  const reads = readsOf(shape, parameters, sentences);
  const place = new Map(Array.from(rows, (row, i) => [row, i]));
  const begins = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) begins[i + 1] = begins[i]! + offsets[rows[i]! + 1]! - offsets[rows[i]!]!;
  const answers: Record<string, { per: 'sentence' | 'token'; width: number; numbers: Float32Array }> = {};
  const [sentence, ...others] = reads;
  const more = (part: Part): Record<string, HostTensor> => ({
    ...vectorsOf(judged ? others : [], part.rows),
    ...stepFeeds(shape.head, part),
    ...(judged && judging?.feeds(shape.head, { ...part, offsets, answers: sentences.answers, targets: judged })),
  });
  const jobs = jobsOf(program, shape, sentence!, batchesByLength(rows, offsets, batchSize), more);
  await sideBySide(jobs, program.threads, async ({ common, batches }) => {
    const all = await program.runAll(
      common,
      batches.map(({ feeds }) => feeds),
    );
    for (const [i, results] of all.entries())
      for (const [name, result] of Object.entries(results)) {
        const per = result.shape.length === 3 ? 'token' : 'sentence';
        const width = result.shape.at(-1)!;
        answers[name] ??= { per, width, numbers: new Float32Array(width * (per === 'token' ? begins.at(-1)! : rows.length)) };
        const begin = (row: number): number => (per === 'token' ? begins : undefined)?.[place.get(row)!] ?? place.get(row)!;
        copy(result, batches[i]!.part, answers[name].numbers, width, begin);
      }
  });
  return answers;
}

/** The rows of a result [batch, width], or the real time steps of one [timeSteps, batch, width], to where they belong. */
function copy({ shape, data }: HostTensor, { rows, lengths }: Part, to: Float32Array, width: number, begin: (row: number) => number): void {
  const perToken = shape.length === 3;
  for (let row = 0; row < rows.length; row++) {
    const at = begin(rows[row]!) * width;
    const timeSteps = perToken ? lengths[row]! : 1;
    // number by number: rows are scores of a few tags or labels, for which a view would cost more than they do
    for (let t = 0; t < timeSteps; t++) for (let i = 0; i < width; i++) to[at + t * width + i] = data[(t * rows.length + row) * width + i]!;
  }
}
