/** `train`: labelled texts to a model's folder. */
import { PipeError } from '../errors.js';
import { metricOf } from '../model/heads/index.js';
import { sentencesOf } from '../model/training/data.js';
import { openTraining } from '../model/training/trainer.js';
import { SPECIALS } from '../text/specials.js';
import type { CommandDefinition, Invocation, Options } from './command.js';
import { checkFree, saveModel, type Model } from './model-folder.js';
import { shareOrTail, TEXT_READING, wholeNumber } from './options.js';
import { ENGINE_OPTIONS } from './engine-options.js';
import { documented } from './segmenter-document.js';
import { TASKS, taskOf } from './tasks/index.js';
import type { AnswerTexts, Labelled, Task } from './tasks/task.js';
import { checkSegmenter, refuseModelSegmenter, SEGMENTER_OPTIONS } from './tokenize.js';
import { checkNoTraining, loadCheckpoint, removeTraining, trainingFolder, type Configuration } from './train/checkpoint.js';
import { initialModel, withSizesOf } from './train/initial-model.js';
import { learn } from './train/learn.js';
import { firstParameters, shapeOf, tablesOfVectors, vectorsFor, type Beginning } from './train/model.js';
import { checkStray, LEARNING, NETWORK, TASK_OPTIONS, trainingOptions, VOCABULARY } from './train/options.js';
import { tellData, textsOf, vocabularyFrom, type Texts } from './train/texts.js';
import { encodeTexts, fingerprintOf, type Encoded } from './training-data.js';
import { version } from './version.js';

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
  const resume = options['resume'] === true;
  const force = options['force'] === true;
  checkFree(out, force);
  const folder = trainingFolder(out);
  if (!resume) checkNoTraining(folder, force);

  const invocation = { ...asked, options };
  const lesson = await lessonOf(invocation, initial);
  const configuration = configurationOf(options, lesson, initial);
  const metric = (options['metric'] as string | undefined) ?? metricOf(lesson.shape.head);
  const begun = resume ? await loadCheckpoint(folder, configuration) : undefined;
  const training = await openTraining(
    lesson.shape,
    { train: lesson.train.data, valid: lesson.valid?.data },
    {
      ...trainingOptions(options),
      metric,
      loss: lesson.task.lossOptions(lesson.texts.train, lesson.shape.head, options),
      frozen: options['freezeVectors'] === true ? lesson.fitting.map(({ table }) => table) : [],
    },
    begun?.state ?? { parameters: firstParameters(lesson, options, initial, report.note) },
  );
  const sentences = sentencesOf(lesson.train.data);
  let log: string;
  try {
    log = await learn(training, invocation, { folder, configuration, log: begun?.log ?? '', sentences, metric });
  } finally {
    await training.close();
  }
  const best = training.state().best!;
  const reached = lesson.valid && { best: { epoch: best.epoch, [metric]: best.score } };
  await saveModel(out, {
    document: {
      rnnPipe: version,
      segmenter: documented(lesson.texts.segmenting, lesson.texts.segmenter),
      maxLength: Number(options['maxLength']),
      ...lesson.shape,
      head: best.head,
      training: { ...(configuration as Record<string, string>), ...reached },
    },
    vocabulary: lesson.vocabulary,
    answerVocabulary: lesson.answers?.vocabulary,
    parameters: best.parameters,
    log,
  });
  removeTraining(folder);
  report.say(lesson.valid ? `${out}: epoch ${best.epoch}, ${metric} ${best.score.toFixed(4)}` : out);
}

/** What is to be learnt: the texts, as numbers too, and the model for them. */
interface Lesson extends Beginning {
  task: Task;
  texts: Texts;
  answers: AnswerTexts | undefined;
  train: Encoded;
  valid: Encoded | undefined;
}

async function lessonOf(invocation: Invocation, initial: Model | undefined): Promise<Lesson> {
  const { options, report } = invocation;
  const task = taskOf(String(options['task']));
  const texts = await textsOf(invocation, task);
  const vocabulary = vocabularyFrom(texts, options, initial?.vocabulary.tokens.slice(SPECIALS.length));
  const answers = await task.answers?.(texts.train, options);
  const head = task.define(texts.train, options, report.note, answers);
  const vectors = await vectorsFor(options, vocabulary);
  const shape = shapeOf(options, vocabulary, head, vectors?.dim);
  const encode = (some: readonly Labelled[]): Encoded => encodeTexts(some, vocabulary, Number(options['maxLength']), task, head, answers);
  const train = encode(texts.train);
  const valid = texts.valid.length > 0 ? encode(texts.valid) : undefined;
  tellData(report.note, 'training', texts.train.length, train);
  if (valid) tellData(report.note, 'validation', texts.valid.length, valid);
  else report.note('no validation data: the last epoch is kept');
  const fitting = vectors ? tablesOfVectors(shape, vocabulary, vectors) : [];
  return { task, texts, vocabulary, answers, shape, vectors, fitting, train, valid };
}

/** Options that say how, not what: they do not decide what is learnt. */
const NOT_LEARNT = new Set(['out', 'resume', 'force', 'workers', 'quiet', 'log', 'patience', 'valid', 'maxLineBytes']);

/** All that decides what is learnt: a training that goes on must have the same. */
function configurationOf(options: Options, { texts }: Lesson, initial: Model | undefined): Configuration {
  const learnt = Object.entries(options).filter(
    // a constant learning rate does not know how many epochs there will be
    ([name, value]) => value !== undefined && !NOT_LEARNT.has(name) && !(name === 'epochs' && options['schedule'] === 'constant'),
  );
  return {
    ...Object.fromEntries(learnt),
    'training data': fingerprintOf(texts.train),
    'validation data': fingerprintOf(texts.valid),
    ...(initial ? { 'initial weights': initial.document.weights } : {}),
  };
}
