/**
 * A training under way, as one file: weights, moments, the best epoch, the log so far, and what it was started with. It is written
 * beside its place and renamed, so a kill or a full disk leaves the one before.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PipeError } from '../../errors.js';
import { readBytes } from '../../io/file.js';
import { writeBytes } from '../../io/output.js';
import { Tensor } from '../../formats/tensor.js';
import type { TrainingState } from '../../model/training/trainer.js';
import { readMetadata, readWeights, writeWeights } from '../../model/weights.js';
import { FILES, makeFolder } from '../model-folder.js';

/** The folder of a training whose model is to be `out`. */
export const trainingFolder = (out: string): string => `${out.replace(/\/+$/, '')}.training`;

const FILE = 'checkpoint.safetensors';

export interface Checkpoint {
  state: TrainingState;
  /** lines of training.jsonl */
  log: string;
  /** the score that decides which epoch is kept */
  metric: string;
}

/** What a training was started with; going on with something else is refused. */
export type Configuration = Readonly<Record<string, unknown>>;

const prefixed = (prefix: string, tensors: Iterable<readonly [string, Tensor]>): [string, Tensor][] =>
  [...tensors].map(([name, tensor]) => [`${prefix}/${name}`, tensor]);
const flat = (data: Float32Array): Tensor => new Tensor([data.length], data);

export async function saveCheckpoint(folder: string, { state, log, metric }: Checkpoint, configuration: Configuration): Promise<void> {
  const { parameters, moments, best, epoch, batch, step, lossSum } = state;
  const tensors = new Map([
    ...prefixed('parameters', parameters),
    ...prefixed('best', best?.parameters ?? []),
    ...[...moments].flatMap(([name, { first, second }]): [string, Tensor][] => [
      [`first/${name}`, flat(first)],
      [`second/${name}`, flat(second)],
    ]),
  ]);
  const position = { epoch, batch, step, lossSum, best: best && { epoch: best.epoch, score: best.score, head: best.head } };
  makeFolder(folder);
  await writeBytes(
    join(folder, FILE),
    writeWeights(tensors, { position: JSON.stringify(position), configuration: JSON.stringify(configuration), log, metric }),
  );
  await writeBytes(join(folder, FILES.log), Buffer.from(log));
}

/** The score that decides which epoch of a training under way is kept; undefined where no checkpoint says it. */
export async function metricUnderWay(folder: string): Promise<string | undefined> {
  const file = join(folder, FILE);
  return existsSync(file) ? readMetadata(await readBytes(file)).get('metric') : undefined;
}

/** @throws PipeError('no-input' | 'mismatch') where there is none, where it is damaged, or was started with something else */
export async function loadCheckpoint(folder: string, configuration: Configuration): Promise<Omit<Checkpoint, 'metric'>> {
  const file = join(folder, FILE);
  if (!existsSync(file))
    throw new PipeError('no-input', 'there is no training to go on with', {
      place: { file: folder },
      hint: 'leave --resume out to begin one',
    });
  try {
    const bytes = await readBytes(file);
    const texts = readMetadata(bytes);
    const tensors = readWeights(bytes);
    sameConfiguration(JSON.parse(texts.get('configuration') ?? '{}') as Configuration, configuration);
    const { best, ...position } = JSON.parse(texts.get('position') ?? '{}') as Omit<TrainingState, 'parameters' | 'moments'>;
    const those = (prefix: string): Map<string, Tensor> =>
      new Map(
        [...tensors].filter(([name]) => name.startsWith(`${prefix}/`)).map(([name, tensor]) => [name.slice(prefix.length + 1), tensor]),
      );
    const [first, second] = [those('first'), those('second')];
    return {
      log: texts.get('log') ?? '',
      state: {
        ...position,
        parameters: those('parameters'),
        moments: new Map([...first].map(([name, { data }]) => [name, { first: data, second: second.get(name)!.data }])),
        ...(best ? { best: { ...best, parameters: those('best') } } : {}),
      },
    };
  } catch (error) {
    throw error instanceof PipeError ? error.at({ file }) : error;
  }
}

function sameConfiguration(then: Configuration, now: Configuration): void {
  for (const name of new Set([...Object.keys(then), ...Object.keys(now)])) {
    const [before, after] = [then, now].map((one) => (one[name] === undefined ? 'nothing' : JSON.stringify(one[name])));
    if (before !== after)
      throw new PipeError('mismatch', `the training was started with another ${name}`, {
        expected: before!.slice(0, 60),
        found: after!.slice(0, 60),
        hint: 'type the command as it was, with --resume; or leave --resume out to begin anew (--force)',
      });
  }
}

export const removeTraining = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** @throws PipeError('cannot-create') where one was begun already */
export function checkNoTraining(folder: string, force: boolean): void {
  if (!existsSync(join(folder, FILE))) return;
  if (force) removeTraining(folder);
  else
    throw new PipeError('cannot-create', 'a training of that name was begun', {
      place: { file: folder },
      hint: '--resume goes on with it, --force begins anew',
    });
}
