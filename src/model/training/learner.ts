/**
 * What one thread of a training does: the loss and the gradients of a part of a batch, and answers for validation.
 * It holds programs of its own and reads data and weights from memory that all threads share.
 */
import { gradientOf, type Engine, type HostTensor, type Program } from '../../engine/ops.js';
import type { ModelShape } from '../../formats/model.js';
import { countOf, Tensor } from '../../formats/tensor.js';
import { compileLearning, compilePrediction, DROPOUT, learningInputs } from '../build.js';
import type { Answers, LossOptions } from '../heads/head.js';
import { headOf } from '../heads/index.js';
import { denseParameters, tablesOf, type Parameters } from '../parameters.js';
import { answersOf, readsOf, type Read } from '../predictor.js';
import { uniform, type Random } from '../random.js';
import { sharedSpace, type DataSet, type Space } from './data.js';
import { dropout, gathered, partOf, scattered, stepFeeds, type Part, type SparseGradient } from './feeds.js';

/** What is left out while learning; probabilities. */
export interface DropoutOptions {
  /** numbers between layers and before the head */
  layers: number;
  /** numbers of word vectors */
  embedding: number;
  /** recurrent weights */
  recurrent: number;
  /** words, which become `<unk>` */
  token: number;
}

export interface LearningOptions {
  seed: number;
  dropout: DropoutOptions;
  loss: LossOptions;
  /** tables that stay as they are */
  frozen: readonly string[];
}

/** All that threads share: the weights that do not lie in tables one after another, the tables, the data. */
export interface Shared {
  shape: ModelShape;
  /** of `denseParameters`, in their order */
  dense: Float32Array;
  tables: readonly { name: string; numbers: Float32Array }[];
  /** of each part of a batch the gradient of `dense`, which the thread that has the part writes: sending it would be work for the garbage collector */
  gradients: readonly Float32Array[];
  train: DataSet;
  valid: DataSet | undefined;
  options: LearningOptions;
}

export interface GradientJob {
  rows: Int32Array;
  /** which part of the batch it is: where its gradient goes */
  part: number;
  /** what the loss of a sentence is multiplied by */
  scale: number;
  /** names the random numbers of the dropout */
  stream: number;
}

export interface Gradient {
  loss: number;
  /** of each table, but for the frozen ones */
  sparse: (SparseGradient | undefined)[];
}

export interface Learner {
  /** that of `dense` goes to its place in the shared memory */
  gradient(job: GradientJob): Promise<Gradient>;
  /** answers for sentences of the validation data, by the weights as they are now */
  answers(rows: Int32Array): Promise<Answers>;
  close(): Promise<void>;
}

/** Where each dense parameter lies in their common array. */
export function denseLayout(shape: ModelShape): { name: string; shape: readonly number[]; begin: number; end: number }[] {
  let end = 0;
  return denseParameters(shape).map(({ name, shape: sizes }) => {
    const begin = end;
    end += countOf(sizes);
    return { name, shape: sizes, begin, end };
  });
}

/** The weights as they are now, by name; views of the shared memory. */
export function parametersOf({ shape, dense, tables }: Pick<Shared, 'shape' | 'dense' | 'tables'>): Parameters {
  return new Map([
    ...tablesOf(shape).map(({ name, shape: sizes }, i): [string, Tensor] => [name, new Tensor(sizes, tables[i]!.numbers)]),
    ...denseLayout(shape).map(({ name, shape: sizes, begin, end }): [string, Tensor] => [
      name,
      new Tensor(sizes, dense.subarray(begin, end)),
    ]),
  ]);
}

const PREDICT_TOGETHER = 128;

export async function openLearner(engine: Engine, shared: Shared): Promise<Learner> {
  const { shape, dense, train, valid, options } = shared;
  const program = await compileLearning(engine, shape, options.dropout);
  const layout = denseLayout(shape);
  const inputs = learningInputs(shape, options.dropout);
  const reads = readsOf(shape, parametersOf(shared), train).map((read) => learntVectors(read, options));
  return {
    gradient: async ({ rows, part: place, scale, stream }) => {
      const part = partOf(train, rows);
      const next = uniform(options.seed, stream);
      const taken = reads.map((read) => read.take(rows, next));
      const feeds = {
        ...feedsOf(shared, inputs, part, scale, next),
        ...Object.fromEntries(taken.map(({ name, vectors }) => [name, vectors])),
        ...Object.fromEntries(
          layout.map(({ name, shape: sizes, begin, end }): [string, HostTensor] => [
            name,
            { shape: sizes, data: dense.subarray(begin, end) },
          ]),
        ),
      };
      const own = shared.gradients[place]!;
      const into = Object.fromEntries(layout.map(({ name, begin, end }) => [gradientOf(name), own.subarray(begin, end)]));
      const results = await program.run(feeds, into);
      const sparse = taken.flatMap(({ name, give }) => give(results[gradientOf(name)]!, place));
      return { loss: results['loss']!.data[0]!, sparse };
    },
    answers: async (rows) => {
      const now = parametersOf({ ...shared, dense: Float32Array.from(dense) });
      const prediction: Program = await compilePrediction(engine, shape, now, { judging: true });
      try {
        return await answersOf(prediction, shape, now, valid!, rows, PREDICT_TOGETHER, valid!.targets);
      } finally {
        await prediction.close();
      }
    },
    close: () => program.close(),
  };
}

/** Vectors of one kind of sequence on their way into the program, and the way back of their gradient. */
interface Taken {
  name: string;
  vectors: HostTensor;
  /** of each table, but for the frozen ones; it lies where the part's gradient of the step before did */
  give: (gradient: HostTensor, part: number) => (SparseGradient | undefined)[];
}

function learntVectors(
  { vectors: name, tables, offsets }: Read,
  { dropout: { token, embedding }, frozen }: LearningOptions,
): { take(rows: Int32Array, next: Random): Taken } {
  const places = tables.map(({ numbers, dim }) => new Int32Array(numbers.length / dim));
  const spaces: Space[][] = [];
  return {
    take: (rows, next) => {
      const part = partOf({ offsets }, rows);
      const keep = token > 0 ? () => next() >= token : undefined;
      const { vectors, chosen } = gathered(tables, offsets, part, keep);
      const kept = embedding > 0 ? dropout(vectors.shape, embedding, next) : undefined;
      if (kept) multiplyBy(vectors, kept);
      const give: Taken['give'] = (gradient, place) => {
        const own = (spaces[place] ??= tables.map(sharedSpace));
        if (kept) multiplyBy(gradient, kept);
        let column = 0;
        return tables.map(({ name: table, dim, ids }, i) => {
          const begin = column;
          column += dim * ids.length;
          if (frozen.includes(table)) return undefined;
          return scattered(gradient.data as Float32Array, vectors.shape[2]!, begin, dim, chosen[i]!, places[i]!, own[i]!);
        });
      };
      return { name, vectors, give };
    },
  };
}

/** Lengths, masks, targets and dropout of a part. */
function feedsOf(
  { shape, train, options }: Shared,
  inputs: Record<string, { shape: readonly (number | string)[] }>,
  part: Part,
  scale: number,
  next: Random,
): Record<string, HostTensor> {
  const { rows, lengths, timeSteps } = part;
  const head = headOf(shape.head);
  const { targets, offsets, answers } = train;
  const answerSteps = answers && partOf(answers, rows).timeSteps;
  const feeds: Record<string, HostTensor> = {
    lengths: { shape: [rows.length], data: lengths },
    ...stepFeeds(shape.head, part),
    ...head.lossFeeds(shape.head, { targets, rows, offsets, lengths, timeSteps, answers, scale, options: options.loss }),
  };
  for (const [name, { shape: sizes }] of Object.entries(inputs)) {
    if (!name.startsWith(DROPOUT.prefix)) continue;
    const probability = name.endsWith('.recurrentKernel') ? options.dropout.recurrent : options.dropout.layers;
    const known: Record<string, number | undefined> = { timeSteps, answerSteps, batch: rows.length };
    const real = sizes.map((size) => known[size] ?? Number(size));
    feeds[name] = dropout(real, probability, next);
  }
  return feeds;
}

function multiplyBy({ data }: HostTensor, { data: factors }: HostTensor): void {
  for (let i = 0; i < data.length; i++) data[i]! *= factors[i]!;
}
