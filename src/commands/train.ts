/** `train`: labelled texts to a model's folder. */
import { availableParallelism } from 'node:os';
import type { EngineName } from '../engine/ops.js';
import { PipeError } from '../errors.js';
import { FEATURES, mapFeatures, tableSizes } from '../formats/features.js';
import type { ModelShape } from '../formats/model.js';
import { readVectors } from '../io/vectors.js';
import { undisturbed } from '../io/cleanup.js';
import { CELL_NAMES, type CellName } from '../model/cells/index.js';
import { metricOf } from '../model/heads/index.js';
import { columnsOf, drawParameters, EMBEDDING } from '../model/parameters.js';
import { sentencesOf } from '../model/training/data.js';
import { OPTIMIZER_DEFAULTS } from '../model/training/optimizer.js';
import { SCHEDULES, type Schedule } from '../model/training/schedule.js';
import { openTraining, type EpochReport, type Training, type TrainingOptions } from '../model/training/trainer.js';
import { addTokens, newCounts } from '../text/counts.js';
import { openSegmenter, type Segmenter, type SegmenterOptions } from '../text/segmenters/index.js';
import { SPECIALS } from '../text/specials.js';
import { vocabularyOf, type Vocabulary } from '../text/vocabulary.js';
import { checkNoTraining, loadCheckpoint, removeTraining, saveCheckpoint, trainingFolder, type Configuration } from './checkpoint.js';
import { flagOf, namesOf, type CommandDefinition, type Invocation, type OptionDefinition, type Options } from './command.js';
import { beginWith, initialModel, withSizesOf } from './initial-model.js';
import { checkFree, saveModel } from './model-folder.js';
import { number, share, shareOrTail, TEXT_READING, wholeNumber } from './options.js';
import { ENGINE_OPTIONS } from './rnn.js';
import { readOptions } from './step-command.js';
import { TASKS, taskOf } from './tasks/index.js';
import type { Labelled, Task } from './tasks/task.js';
import { documented } from './segmenter-document.js';
import { checkSegmenter, refuseModelSegmenter, SEGMENTER_OPTIONS, segmenterOptions } from './tokenize.js';
import { encodeTexts, fingerprintOf, heldOut, readTexts, type Encoded, type HoldOut } from './training-data.js';
import { version } from './version.js';
import { featuresIn } from './vocab.js';

const NETWORK: readonly OptionDefinition[] = [
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

const VOCABULARY: readonly OptionDefinition[] = [
  { flags: '--min-count <n>', about: 'tokens that are seen less often are unknown', default: 2, parse: wholeNumber('--min-count', 1) },
  { flags: '--max-size <n>', about: 'keep only so many tokens, and so many n-grams', parse: wholeNumber('--max-size', 5) },
  {
    flags: '--ngrams <n>',
    about: 'read runs of n neighbouring tokens too, each with a vector of its own',
    parse: wholeNumber('--ngrams', 2),
  },
  { flags: '--affixes', about: 'read the first and the last character of each token too, whose vectors unknown tokens have as well' },
];

const LEARNING: readonly OptionDefinition[] = [
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
const TASK_OPTIONS: OptionDefinition[] = [
  ...new Map(TASKS.flatMap(({ options }) => options).map((option) => [option.flags, option])).values(),
];

export const trainCommand: CommandDefinition = {
  description: `Reads labelled texts, learns, and writes a folder that "predict", "evaluate" and the steps (--model) take; it needs nothing else.
The epoch that is best on the validation data is kept. The training can be stopped (Ctrl-C) or killed at any moment and goes on with --resume to
the very same bytes. The same options and seed give the same model, with any number of --workers.`,
  argument: {
    name: '<train...>',
    about: 'labelled texts: TSV, CSV, JSONL, or __label__x text; tag: CoNLL columns or word/tag; segment: words divided by spaces',
  },
  options: [
    { flags: '--task <name>', about: 'what is learnt', choices: TASKS.map(({ name }) => name), default: 'classify' },
    { flags: '--out <folder>', about: 'the model' },
    { flags: '--valid <file>', about: 'labelled texts that decide which epoch is kept' },
    {
      flags: '--hold-out <p%>',
      about: 'share of the texts that is put aside for that, where there is no --valid: at random, or tail:10% for the last ones',
      default: 10,
      parse: shareOrTail('--hold-out'),
    },
    { flags: '--resume', about: 'go on with a training that was stopped' },
    { flags: '--force', about: 'replace the model if it exists, and a training that was begun' },
    ...SEGMENTER_OPTIONS.filter(({ flags }) => flags !== '--pos'),
    ...VOCABULARY,
    ...NETWORK,
    ...TASK_OPTIONS,
    ...LEARNING,
    ...ENGINE_OPTIONS.filter(({ flags }) => flags.startsWith('--engine')),
    ...TEXT_READING,
    {
      flags: '--workers <n>',
      about: 'threads that share each batch; any number gives the same bytes (default: the cores, at most --parts)',
      parse: wholeNumber('--workers', 1),
    },
  ],
  examples: ['rnn-pipe train examples/headlines.tsv --out model --segmenter characters --units 16 --epochs 20 --hold-out 0% --min-count 1'],
  run: train,
};

async function train(asked: Invocation): Promise<void> {
  const { given, report } = asked;
  const out = asked.options['out'] as string | undefined;
  if (out === undefined) throw new PipeError('usage', 'the model has no name', { hint: '--out model' });
  checkSegmenter(asked.options);
  refuseModelSegmenter(asked.options);
  checkStray(asked.options, given);
  const initial = await initialModel(asked.options);
  const options = initial ? withSizesOf(initial, asked.options, given) : asked.options;
  const invocation = { ...asked, options };
  const resume = options['resume'] === true;
  const force = options['force'] === true;
  checkFree(out, force);
  const folder = trainingFolder(out);
  if (!resume) checkNoTraining(folder, force);

  const task = taskOf(String(options['task']));
  const { train: trainTexts, valid: validTexts, segmenting, segmenter } = await texts(invocation, task);
  const vocabulary = vocabularyFrom(trainTexts, segmenter, options, initial?.vocabulary.tokens.slice(SPECIALS.length));
  const answers = await task.answers?.(trainTexts, options);
  const head = task.define(trainTexts, options, report.note, answers);
  const vectors = await vectorsFor(options, vocabulary);
  const shape = shapeOf(options, vocabulary, head, vectors?.dim);
  const maxLength = Number(options['maxLength']);
  const encode = (some: readonly Labelled[]): Encoded => encodeTexts(some, vocabulary, maxLength, task, head, answers);
  const train = encode(trainTexts);
  const valid = validTexts.length > 0 ? encode(validTexts) : undefined;
  tellData(report.note, 'training', trainTexts.length, train);
  if (valid) tellData(report.note, 'validation', validTexts.length, valid);
  else report.note('no validation data: the last epoch is kept');

  const configuration: Configuration = {
    ...configurationOf(options),
    'training data': fingerprintOf(trainTexts),
    'validation data': fingerprintOf(validTexts),
    ...(initial ? { 'initial weights': initial.document.weights } : {}),
  };
  const metric = (options['metric'] as string | undefined) ?? metricOf(head);
  const begun = resume ? await loadCheckpoint(folder, configuration) : undefined;
  const parameters = drawParameters(shape, Number(options['seed']));
  const fitting = vectors ? tablesOfVectors(shape, vocabulary, vectors) : [];
  if (!begun) for (const { table, names } of fitting) fill(parameters.get(table)!.data, names, vectors!);
  if (initial && !begun) beginWith(initial, { shape, parameters, vocabulary }, String(options['initFrom']), report.note);
  const training = await openTraining(
    shape,
    { train: train.data, valid: valid?.data },
    {
      ...trainingOptions(options),
      metric,
      loss: task.lossOptions(trainTexts, head, options),
      frozen: options['freezeVectors'] === true ? fitting.map(({ table }) => table) : [],
    },
    begun?.state ?? { parameters },
  );
  let log: string;
  try {
    log = await learn(training, invocation, { folder, configuration, log: begun?.log ?? '', sentences: sentencesOf(train.data), metric });
  } finally {
    await training.close();
  }
  const { best } = training.state();
  await saveModel(out, {
    document: {
      rnnPipe: version,
      segmenter: documented(segmenting, segmenter),
      maxLength,
      ...shape,
      head: best!.head,
      training: {
        ...(configuration as Record<string, string>),
        ...(valid && best ? { best: { epoch: best.epoch, [metric]: best.score } } : {}),
      },
    },
    vocabulary,
    answerVocabulary: answers?.vocabulary,
    parameters: best!.parameters,
    log,
  });
  removeTraining(folder);
  report.say(valid ? `${out}: epoch ${best!.epoch}, ${metric} ${best!.score.toFixed(4)}` : out);
}

/** Options that say how, not what: they do not decide what is learnt. */
const NOT_LEARNT = new Set(['out', 'resume', 'force', 'workers', 'quiet', 'log', 'patience', 'valid', 'maxLineBytes']);

const configurationOf = (options: Options): Configuration =>
  Object.fromEntries(
    Object.entries(options).filter(
      // a constant learning rate does not know how many epochs there will be
      ([name, value]) => value !== undefined && !NOT_LEARNT.has(name) && !(name === 'epochs' && options['schedule'] === 'constant'),
    ),
  );

function checkStray(options: Options, given: ReadonlySet<string>): void {
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

/** The texts, and what cuts them; or where their tokens are given, what will cut new ones. */
interface Texts {
  train: Labelled[];
  valid: Labelled[];
  segmenting: SegmenterOptions;
  segmenter: Segmenter;
}

async function texts({ inputs, options, given, report }: Invocation, task: Task): Promise<Texts> {
  const read = { ...readOptions(options, true), pairs: task.answers !== undefined };
  let segmenting = await segmenterOptions(options);
  let opened: Promise<Segmenter> | undefined;
  const segmenter = (): Promise<Segmenter> => (opened ??= openSegmenter(segmenting));
  const all = await readTexts(task, inputs, read, segmenter, options, report.note);
  if (task.segmenter && !given.has('segmenter')) segmenting = { ...segmenting, name: task.segmenter(all) };
  const cuts = { segmenting, segmenter: await segmenter() };
  const file = options['valid'] as string | undefined;
  if (file !== undefined) return { ...cuts, train: all, valid: await readTexts(task, [file], read, segmenter, options, report.note) };
  const held = heldOut(all, options['holdOut'] as HoldOut, Number(options['seed']));
  if (held.train.length === 0) throw new PipeError('data', '--hold-out leaves nothing to learn from', { found: `${all.length} texts` });
  return { ...cuts, ...held };
}

function vocabularyFrom(
  trainTexts: readonly Labelled[],
  { fingerprint }: Segmenter,
  options: Options,
  also: readonly string[] | undefined,
): Vocabulary {
  const counts = newCounts(featuresIn(options));
  for (const { tokens } of trainTexts) addTokens(counts, { tokens: [...tokens], segmenter: fingerprint });
  return vocabularyOf(counts, { minCount: Number(options['minCount']), maxSize: options['maxSize'] as number | undefined, also });
}

type Vectors = Awaited<ReturnType<typeof readVectors>>;

async function vectorsFor(options: Options, vocabulary: Vocabulary): Promise<Vectors | undefined> {
  const [file, dim] = [options['vectors'] as string | undefined, options['dim'] as number | undefined];
  if (file === undefined) return undefined;
  const vectors = await readVectors(file, new Set([...vocabulary.tokens, ...(vocabulary.features.affixes?.names ?? [])]));
  if (dim !== undefined && dim !== vectors.dim)
    throw new PipeError('mismatch', 'the vectors have another size than --dim', {
      expected: String(dim),
      found: String(vectors.dim),
      place: { file },
      hint: 'leave --dim out',
    });
  return vectors;
}

/** The tables that vectors of a file fit into, and the names of their rows from the special ones on. */
function tablesOfVectors(
  { embedding }: ModelShape,
  { tokens, features }: Vocabulary,
  { dim }: Vectors,
): { table: string; names: readonly string[] }[] {
  const { affixes } = features;
  return [
    { table: EMBEDDING, names: tokens.slice(SPECIALS.length) },
    ...(affixes && embedding.affixDim === dim ? [{ table: FEATURES.affixes.table, names: affixes.names }] : []),
  ];
}

function fill(table: Float32Array, names: readonly string[], { dim, vectors }: Vectors): void {
  for (const [i, name] of names.entries()) if (vectors.has(name)) table.set(vectors.get(name)!, (i + SPECIALS.length) * dim);
}

function shapeOf(options: Options, { tokens, features }: Vocabulary, head: ModelShape['head'], vectorDim: number | undefined): ModelShape {
  const dims = { runs: Number(options['ngramDim']), affixes: Number(options['affixDim'] ?? vectorDim ?? 64) };
  const embedding = {
    dim: Number(options['dim'] ?? vectorDim ?? 128),
    rows: tokens.length,
    ...tableSizes(mapFeatures(features, ({ names }, name) => ({ dim: dims[name], rows: names.length + SPECIALS.length }))),
  };
  return {
    embedding,
    network: {
      cell: options['cell'] as CellName,
      inputSize: columnsOf({ embedding }).reduce((sum, dim) => sum + dim, 0),
      units: Number(options['units']),
      layers: Number(options['layers']),
      directions: options['bidirectional'] === true ? ['forward', 'backward'] : ['forward'],
      resetAfter: options['reset'] !== 'before',
    },
    head,
  };
}

function trainingOptions(options: Options): Omit<TrainingOptions, 'metric' | 'loss' | 'frozen'> {
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

function tellData(
  note: (text: string) => void,
  what: string,
  count: number,
  { tokens, unknown, cutTokens, cutTexts, empty }: Encoded,
): void {
  const percent = ((100 * unknown) / Math.max(1, tokens)).toFixed(2);
  const cut = cutTokens > 0 ? `, ${cutTokens} tokens of ${cutTexts} texts cut (--max-length)` : '';
  const none = empty > 0 ? `, ${empty} texts without a token are read as one unknown token` : '';
  note(`${what}: ${count} texts, ${tokens} tokens, ${percent} % unknown${cut}${none}`);
}

interface Learning {
  folder: string;
  configuration: Configuration;
  log: string;
  sentences: number;
  metric: string;
}

/** Runs the training, with a checkpoint after each epoch and at a signal; gives the lines of training.jsonl. */
async function learn(training: Training, { options, signal, report }: Invocation, about: Learning): Promise<string> {
  const { folder, configuration, sentences, metric } = about;
  const epochs = Number(options['epochs']);
  let { log } = about;
  const save = (): Promise<void> => undisturbed(() => saveCheckpoint(folder, { state: training.state(), log, metric }, configuration));
  let epochBegan = performance.now();
  let [done, since] = [0, 0];
  for await (const event of training.events()) {
    if (event.kind === 'step') {
      done += event.sentences;
      since += event.sentences;
      const perSecond = since / ((performance.now() - epochBegan) / 1000);
      const left = (sentences * (epochs - event.epoch + 1) - done) / perSecond;
      report.progress(
        `epoch ${event.epoch} of ${epochs}: ${event.batch}/${event.batches} steps, loss ${event.loss.toFixed(4)}, ${perSecond.toFixed(0)} texts/s, ${clock(left)} left`,
      );
    } else {
      const seconds = (performance.now() - epochBegan) / 1000;
      log += `${JSON.stringify(lineOf(event))}\n`;
      report.say(epochLine(event, epochs, since / seconds, seconds, metric));
      await save();
      [epochBegan, done, since] = [performance.now(), 0, 0];
    }
    if (signal.aborted) {
      await save();
      report.say(`stopped; all that was learnt is in ${folder}: go on with the same command and --resume`);
      throw new Error('stopped by a signal');
    }
  }
  return log;
}

/** No times: the same training gives the same bytes. */
const lineOf = ({ epoch, loss, learningRate, scores, best }: EpochReport): object => ({ epoch, loss, learningRate, valid: scores, best });

function epochLine({ epoch, loss, scores, best }: EpochReport, epochs: number, perSecond: number, seconds: number, metric: string): string {
  const told = Object.entries(scores)
    .sort(([a], [b]) => Number(b === metric) - Number(a === metric))
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(', ');
  const star = best && told ? ' (best)' : '';
  return `epoch ${epoch} of ${epochs}: loss ${loss.toFixed(4)}${told && `; ${told}`}${star}; ${perSecond.toFixed(0)} texts/s, ${seconds.toFixed(1)} s`;
}

/** 75 → 1:15 */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
