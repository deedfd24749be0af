/** The options of `train`: which there are, which go together, and what they say to the training. */
import { availableParallelism } from 'node:os';
import type { EngineName } from '../../engine/ops.js';
import { PipeError } from '../../errors.js';
import { CELL_NAMES } from '../../model/cells/index.js';
import { DEVIATION } from '../../model/parameters.js';
import { OPTIMIZER_DEFAULTS } from '../../model/training/optimizer.js';
import { SCHEDULES, type Schedule } from '../../model/training/schedule.js';
import type { TrainingOptions } from '../../model/training/trainer.js';
import { flagOf, namesOf, type OptionDefinition, type Options } from '../command.js';
import { number, share, wholeNumber } from '../options.js';
import { TASKS, taskOf } from '../tasks/index.js';

export const NETWORK: readonly OptionDefinition[] = [
  { flags: '--cell <name>', about: 'kind of cell', choices: CELL_NAMES, default: 'lstm' },
  { flags: '--units <n>', about: 'size of a hidden state', default: 128, parse: wholeNumber('--units', 1) },
  { flags: '--layers <n>', about: 'layers, one above the other', default: 1, parse: wholeNumber('--layers', 1) },
  { flags: '--bidirectional', about: 'read the sentence both ways' },
  {
    flags: '--reset <when>',
    about: 'GRU: the reset gate acts after the recurrent product or before it',
    choices: ['after', 'before'],
    default: 'after',
  },
  { flags: '--dim <n>', about: 'size of a word vector (default: 128, or that of --vectors)', parse: wholeNumber('--dim', 1) },
  {
    flags: '--deviation <x>',
    about: 'standard deviation of vectors that are drawn; 1 as PyTorch has it suits some little data better',
    default: DEVIATION,
    parse: number('--deviation', 0),
  },
  { flags: '--ngram-dim <n>', about: 'size of the vector of an n-gram (--ngrams)', default: 64, parse: wholeNumber('--ngram-dim', 1) },
  {
    flags: '--affix-dim <n>',
    about: 'size of the vector of a first or last character (--affixes) (default: that of --vectors, or 64)',
    parse: wholeNumber('--affix-dim', 1),
  },
  { flags: '--vectors <file>', about: 'vectors to begin with, of tokens and of characters (--affixes): word2vec, GloVe or fastText' },
  { flags: '--freeze-vectors', about: 'leave the vectors of --vectors as they are' },
  {
    flags: '--init-from <model>',
    about: 'a model to begin with, such as a language model: its vectors by token, its sizes, its recurrent weights where they fit',
  },
  { flags: '--max-length <n>', about: 'tokens of a text beyond this are cut', default: 256, parse: wholeNumber('--max-length', 1) },
];

export const VOCABULARY: readonly OptionDefinition[] = [
  { flags: '--min-count <n>', about: 'tokens that are seen less often are unknown', default: 2, parse: wholeNumber('--min-count', 1) },
  { flags: '--max-size <n>', about: 'keep only so many tokens, and so many n-grams', parse: wholeNumber('--max-size', 5) },
  {
    flags: '--ngrams <n>',
    about: 'read runs of n neighbouring tokens too, each with a vector of its own',
    parse: wholeNumber('--ngrams', 2),
  },
  { flags: '--affixes', about: 'read the first and the last character of each token too, whose vectors unknown tokens have as well' },
];

export const LEARNING: readonly OptionDefinition[] = [
  { flags: '--epochs <n>', about: 'how often all texts are read', default: 10, parse: wholeNumber('--epochs', 1) },
  { flags: '--batch-size <n>', about: 'texts that make one step', default: 64, parse: wholeNumber('--batch-size', 1) },
  { flags: '--optimizer <name>', about: 'how weights follow gradients', choices: ['adam', 'adamw', 'sgd'], default: 'adam' },
  { flags: '--learning-rate <x>', about: 'length of a step', default: 0.001, parse: number('--learning-rate', 0) },
  { flags: '--schedule <name>', about: 'how the learning rate falls', choices: SCHEDULES, default: 'constant' },
  {
    flags: '--warmup <n>',
    about: 'steps in which the learning rate rises to its full size',
    default: 0,
    parse: wholeNumber('--warmup', 0),
  },
  { flags: '--momentum <x>', about: 'of sgd', default: 0, parse: share('--momentum') },
  { flags: '--weight-decay <x>', about: 'L2 (adam, sgd), or decoupled decay (adamw)', default: 0, parse: number('--weight-decay', 0) },
  { flags: '--clip <x>', about: 'largest norm of all gradients together (0: any)', default: 5, parse: number('--clip', 0) },
  { flags: '--dropout <p>', about: 'of numbers between layers and before the head', default: 0, parse: share('--dropout') },
  { flags: '--dropout-embedding <p>', about: 'of numbers of word vectors', default: 0, parse: share('--dropout-embedding') },
  { flags: '--dropout-recurrent <p>', about: 'of recurrent weights', default: 0, parse: share('--dropout-recurrent') },
  { flags: '--dropout-token <p>', about: 'of tokens, which become unknown', default: 0, parse: share('--dropout-token') },
  { flags: '--patience <n>', about: 'epochs without a better score after which training ends', parse: wholeNumber('--patience', 1) },
  { flags: '--metric <name>', about: 'score that decides which epoch is kept (default: the task’s)' },
  { flags: '--seed <n>', about: 'seed of all random numbers', default: 1, parse: wholeNumber('--seed', 0) },
  {
    flags: '--parts <n>',
    about: 'parts of a batch that threads can share; it decides the bytes, as the seed does',
    default: 2,
    parse: wholeNumber('--parts', 1),
  },
];

/** Every task's options, each name once: a name means the same in every task that has it. */
export const TASK_OPTIONS: OptionDefinition[] = [
  ...new Map(TASKS.flatMap(({ options }) => options).map((option) => [option.flags, option])).values(),
];

/** @throws PipeError('usage') for an option without what it goes with, or that the task has no use for */
export function checkStray(options: Options, given: ReadonlySet<string>): void {
  const needs = (name: string, flag: string, other: string, there: boolean): void => {
    if (given.has(name) && !there) throw new PipeError('usage', `${flag} does not apply`, { hint: `it goes with ${other}` });
  };
  needs('reset', '--reset', '--cell gru', options['cell'] === 'gru');
  needs('ngramDim', '--ngram-dim', '--ngrams', options['ngrams'] !== undefined);
  needs('affixDim', '--affix-dim', '--affixes', options['affixes'] === true);
  needs('freezeVectors', '--freeze-vectors', '--vectors', options['vectors'] !== undefined);
  needs('momentum', '--momentum', '--optimizer sgd', options['optimizer'] === 'sgd');
  needs('holdOut', '--hold-out', 'a training without --valid', options['valid'] === undefined);
  const task = taskOf(String(options['task']));
  task.check?.(options);
  const own = namesOf(task.options);
  for (const name of namesOf(TASK_OPTIONS))
    if (given.has(name) && !own.has(name))
      throw new PipeError('usage', `${flagOf(name)} does not apply`, { hint: `--task ${task.name} has no use for it` });
}

/** How it is learnt; what the task and the model say comes to it. */
export function trainingOptions(options: Options): Omit<TrainingOptions, 'metric' | 'loss' | 'frozen'> {
  const parts = Number(options['parts']);
  const clip = Number(options['clip']);
  return {
    engine: options['engine'] as EngineName | undefined,
    workers: Math.min(parts, Number(options['workers'] ?? availableParallelism())),
    epochs: Number(options['epochs']),
    batchSize: Number(options['batchSize']),
    parts,
    optimizer: {
      ...OPTIMIZER_DEFAULTS,
      name: options['optimizer'] as 'adam',
      momentum: Number(options['momentum']),
      weightDecay: Number(options['weightDecay']),
    },
    learningRate: Number(options['learningRate']),
    schedule: options['schedule'] as Schedule,
    warmup: Number(options['warmup']),
    clip: clip > 0 ? clip : undefined,
    patience: options['patience'] as number | undefined,
    seed: Number(options['seed']),
    dropout: {
      layers: Number(options['dropout']),
      embedding: Number(options['dropoutEmbedding']),
      recurrent: Number(options['dropoutRecurrent']),
      token: Number(options['dropoutToken']),
    },
  };
}
