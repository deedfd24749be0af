/**
 * The loop of a training: batches, gradients, clipping, the optimiser; scores on the validation data after each epoch; the best epoch
 * kept. It opens no file and prints nothing: it yields what happened, and its state can be taken at any step and gone on from.
 */
import type { EngineName } from '../../engine/ops.js';
import { PipeError } from '../../errors.js';
import type { HeadDefinition, ModelShape } from '../../formats/model.js';
import type { Answers } from '../heads/head.js';
import { headOf } from '../heads/index.js';
import { tablesOf, type Parameters } from '../parameters.js';
import { batchesOf, partsOf } from './batches.js';
import { sentencesOf, sharedFloats, sharedSpace, type DataSet, type Space } from './data.js';
import type { SparseGradient } from './feeds.js';
import { denseLayout, parametersOf, type Gradient, type LearningOptions, type Shared } from './learner.js';
import { newMoments, type Moments, type OptimizerOptions } from './optimizer.js';
import { learningRateAt, type Schedule } from './schedule.js';
import { openThreads, type Threads } from './threads.js';
import { DENSE, type UpdateJob } from './update.js';

export interface TrainingOptions extends LearningOptions {
  engine?: EngineName | undefined;
  /** threads; the cores */
  workers: number;
  epochs: number;
  batchSize: number;
  /** into so many parts each batch is divided, which threads may share; a part of what the seed gives again */
  parts: number;
  optimizer: OptimizerOptions;
  learningRate: number;
  schedule: Schedule;
  /** steps in which the learning rate rises */
  warmup: number;
  /** the largest norm of all gradients together; undefined: any */
  clip?: number | undefined;
  /** epochs without a better score after which the training ends; undefined: never */
  patience?: number | undefined;
  /** the score that decides which epoch is the best */
  metric: string;
}

/** Where a training stands; all that going on needs. */
export interface TrainingState {
  /** the epoch under way, from 1, and how many of its batches are done */
  epoch: number;
  batch: number;
  /** steps done */
  step: number;
  /** Σ of the losses of this epoch's batches */
  lossSum: number;
  parameters: Parameters;
  /** by the name of the parameter: of each table, and of the others together as `dense` */
  moments: ReadonlyMap<string, Moments>;
  best?: Best | undefined;
}

/** The epoch that is the best so far. */
export interface Best {
  epoch: number;
  score: number;
  parameters: Parameters;
  /** with what was chosen on the validation data */
  head: HeadDefinition;
}

export interface EpochReport {
  epoch: number;
  /** mean over the epoch's batches */
  loss: number;
  learningRate: number;
  /** of the validation data */
  scores: Readonly<Record<string, number>>;
  best: boolean;
}

export type TrainingEvent =
  { kind: 'step'; epoch: number; batch: number; batches: number; sentences: number; loss: number } | ({ kind: 'epoch' } & EpochReport);

export interface Training {
  /** runs to the end, or until the caller breaks off between two events */
  events(): AsyncGenerator<TrainingEvent>;
  state(): TrainingState;
  close(): Promise<void>;
}

/** @param begin parameters to begin with, or a state to go on from */
export async function openTraining(
  shape: ModelShape,
  data: { train: DataSet; valid: DataSet | undefined },
  options: TrainingOptions,
  begin: { parameters: Parameters } | TrainingState,
): Promise<Training> {
  const shared = sharedOf(shape, data, options, begin.parameters);
  const from = 'epoch' in begin ? begin : { epoch: 1, batch: 0, step: 0, lossSum: 0, moments: undefined, best: undefined };
  const moments = new Map(
    [...shared.tables, { name: DENSE, numbers: shared.dense }].map(({ name, numbers }) => [
      name,
      newMoments(options.optimizer, numbers.length, from.moments?.get(name)),
    ]),
  );
  const joining = tablesOf(shape).map(({ shape: [rows] }): Joining => ({ places: new Int32Array(rows!), space: sharedSpace() }));
  const threads = await openThreads(options.workers, {
    shared,
    optimizing: { optimizer: options.optimizer, moments },
    engine: options.engine,
  });
  const at = { ...from };
  const head = headOf(shape.head);
  const better = (score: number, than: number): boolean => (head.lowerIsBetter.includes(options.metric) ? score < than : score > than);
  const perEpoch = batchesOf(data.train, options.batchSize, options.seed, 1).length;

  async function* events(): AsyncGenerator<TrainingEvent> {
    while (at.epoch <= options.epochs) {
      if (options.patience !== undefined && at.best && at.epoch - 1 - at.best.epoch >= options.patience) return;
      const batches = batchesOf(data.train, options.batchSize, options.seed, at.epoch);
      const rateAt = (step: number): number =>
        learningRateAt(options.schedule, options.learningRate, step, perEpoch * options.epochs, options.warmup);
      while (at.batch < batches.length) {
        const rows = batches[at.batch]!;
        const learningRate = rateAt(at.step);
        const gradients = await gradientsOf(threads, shared, options, rows, at.step);
        const loss = gradients.reduce((sum, gradient) => sum + gradient.loss, 0);
        if (!Number.isFinite(loss)) throw diverged(loss, at.epoch, at.batch + 1, learningRate);
        at.step++;
        await threads.update(await stepOf(threads, shared, joining, options, gradients, learningRate, at.step));
        at.batch++;
        at.lossSum += loss;
        yield { kind: 'step', epoch: at.epoch, batch: at.batch, batches: batches.length, sentences: rows.length, loss };
      }
      const { scores, head: settled } = await validated(threads, shared);
      const score = scores[options.metric];
      if (score === undefined && data.valid) throw noSuchScore(options.metric, scores);
      const best = score === undefined || at.best === undefined || better(score, at.best.score);
      if (best) at.best = { epoch: at.epoch, score: score ?? 0, parameters: copied(parametersOf(shared)), head: settled };
      const report: EpochReport = { epoch: at.epoch, loss: at.lossSum / batches.length, learningRate: rateAt(at.step - 1), scores, best };
      [at.epoch, at.batch, at.lossSum] = [at.epoch + 1, 0, 0];
      yield { kind: 'epoch', ...report };
    }
  }

  return {
    events,
    state: () => ({ ...at, parameters: parametersOf(shared), moments }),
    close: () => threads.close(),
  };
}

/** The weights in memory that threads share. */
function sharedOf(
  shape: ModelShape,
  { train, valid }: { train: DataSet; valid: DataSet | undefined },
  options: LearningOptions & Pick<TrainingOptions, 'parts'>,
  parameters: Parameters,
): Shared {
  const layout = denseLayout(shape);
  const dense = sharedFloats(layout.at(-1)!.end);
  for (const { name, begin } of layout) dense.set(parameters.get(name)!.data, begin);
  const tables = tablesOf(shape).map(({ name }) => {
    const { data } = parameters.get(name)!;
    const numbers = sharedFloats(data.length);
    numbers.set(data);
    return { name, numbers };
  });
  const { seed, dropout, loss, frozen, parts } = options;
  const gradients = Array.from({ length: parts }, () => sharedFloats(dense.length));
  return { shape, dense, tables, gradients, train, valid, options: { seed, dropout, loss, frozen } };
}

/** The gradients of a batch's parts, in the order of the parts. */
function gradientsOf(
  threads: Threads,
  { shape, train }: Shared,
  options: TrainingOptions,
  rows: Int32Array,
  step: number,
): Promise<Gradient[]> {
  const head = headOf(shape.head);
  const lengths = Int32Array.from(rows, (row) => train.offsets[row + 1]! - train.offsets[row]!);
  const weight = head.weightOf(shape.head, { ...train, rows, lengths, options: options.loss });
  // streams from 1 on are the steps'; each part has one
  return threads.gradients(
    partsOf(rows, options.parts).map((part, i) => ({ rows: part, part: i, scale: 1 / weight, stream: 1 + step * options.parts + i })),
  );
}

/** The step of the optimiser with the sum of the parts' gradients. Where they are clipped, the dense ones are summed before it, for their norm. */
async function stepOf(
  threads: Threads,
  { shape, tables, options: { frozen } }: Shared,
  joining: readonly Joining[],
  { clip }: TrainingOptions,
  gradients: readonly Gradient[],
  learningRate: number,
  step: number,
): Promise<UpdateJob> {
  const summing = clip === undefined ? undefined : threads.sum(gradients.length);
  const widths = tablesOf(shape).map(({ shape: sizes }) => sizes[1]!);
  const sparse = tables.map(({ name }, i) =>
    frozen.includes(name)
      ? undefined
      : joined(
          gradients.map((one) => one.sparse[i]!),
          widths[i]!,
          joining[i]!,
        ),
  );
  if (clip === undefined || summing === undefined) return { learningRate, step, scale: 1, parts: gradients.length, sparse };
  const squares = sparse.reduce((sum, one) => sum + (one ? sumOfSquares(one.rows) : 0), await summing);
  return { learningRate, step, scale: scaleOf(clip, squares), parts: 1, sparse };
}

function sumOfSquares(numbers: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i]! * numbers[i]!;
  return sum;
}

/** What joining the gradients of a table needs, used again at each step. */
interface Joining {
  /** zeros, one a row of the table, and given back so */
  places: Int32Array;
  space: Space;
}

/** The sparse gradients of the parts as one. */
function joined(parts: readonly SparseGradient[], width: number, { places, space }: Joining): SparseGradient {
  const [first, ...others] = parts;
  if (others.length === 0) return first!;
  const ids: number[] = [];
  for (const part of parts)
    for (const id of part.ids)
      if (places[id] === 0) {
        ids.push(id);
        places[id] = ids.length;
      }
  // the rows of the first part come first, as they are
  const rows = space(ids.length * width);
  rows.set(first!.rows);
  rows.fill(0, first!.rows.length);
  for (const part of others)
    for (let row = 0, from = 0; row < part.ids.length; row++) {
      let to = (places[part.ids[row]!]! - 1) * width;
      for (let k = 0; k < width; k++) rows[to++]! += part.rows[from++]!;
    }
  for (const id of ids) places[id] = 0;
  return { ids: Int32Array.from(ids), rows };
}

/** What clips the gradients to a norm: 1 where they are within it. PyTorch's clip_grad_norm_ has this 1e-6, too. */
const scaleOf = (clip: number, squares: number): number => Math.min(1, clip / (Math.sqrt(squares) + 1e-6));

const VALIDATE_TOGETHER = 512;

/** The scores on the validation data, none without any; and the head with what it chooses there. */
async function validated(threads: Threads, shared: Shared): Promise<{ scores: Record<string, number>; head: HeadDefinition }> {
  const { shape, valid } = shared;
  if (!valid) return { scores: {}, head: shape.head };
  const all = Int32Array.from({ length: sentencesOf(valid) }, (_, i) => i);
  const groups: Int32Array[] = [];
  const size = Math.max(VALIDATE_TOGETHER, Math.ceil(all.length / 2));
  for (let begin = 0; begin < all.length; begin += size) groups.push(all.subarray(begin, begin + size));
  const answers = together(await threads.answers(groups));
  const head = headOf(shape.head);
  const settled = head.settle?.(shape.head, answers, valid) ?? shape.head;
  return { scores: head.scores(settled, answers, valid, parametersOf(shared)), head: settled };
}

function together(parts: readonly Answers[]): Answers {
  const [first] = parts;
  return Object.fromEntries(
    Object.entries(first!).map(([name, { per, width }]) => {
      const numbers = new Float32Array(parts.reduce((sum, part) => sum + part[name]!.numbers.length, 0));
      let at = 0;
      for (const part of parts) {
        numbers.set(part[name]!.numbers, at);
        at += part[name]!.numbers.length;
      }
      return [name, { per, width, numbers }];
    }),
  );
}

function copied(parameters: Parameters): Parameters {
  return new Map([...parameters].map(([name, tensor]) => [name, tensor.copy()]));
}

function noSuchScore(metric: string, scores: Readonly<Record<string, number>>): PipeError {
  return new PipeError('usage', `there is no score "${metric}"`, {
    expected: Object.keys(scores).join(', '),
    hint: `--metric names one of them`,
  });
}

function diverged(loss: number, epoch: number, batch: number, learningRate: number): PipeError {
  return new PipeError('data', `the loss is ${loss} at batch ${batch} of epoch ${epoch}`, {
    expected: 'a finite number',
    hint: `a smaller --learning-rate than ${learningRate}, or --clip 5; the last checkpoint is as it was`,
  });
}
