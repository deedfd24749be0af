/** `evaluate`: how good a model is on labelled texts that it has not learnt from. */
import { confusionPicture } from '../drawing/confusion-picture.js';
import { pictureFile } from '../drawing/draw.js';
import { PipeError } from '../errors.js';
import type { Evaluation } from '../formats/evaluation.js';
import type { HeadDefinition } from '../formats/model.js';
import type { Quantization } from '../formats/quantization.js';
import { openOutput, type Output } from '../io/output.js';
import { compilePrediction } from '../model/build.js';
import { classificationOf, predictedLabels, surestMistakes } from '../model/evaluation.js';
import type { Answers } from '../model/heads/head.js';
import { headOf } from '../model/heads/index.js';
import { answersOf } from '../model/predictor.js';
import { sentencesOf } from '../model/training/data.js';
import { flagOf, namesOf, type CommandDefinition, type Invocation, type Options } from './command.js';
import { saidScores, TEXT_SCORE_OPTIONS } from './evaluate-texts.js';
import { evaluationText } from './evaluation-text.js';
import { loadModel, type Model } from './model-folder.js';
import { QUANTIZE_OPTION } from './quantize-option.js';
import { TEXT_READING, wholeNumber } from './options.js';
import { backendNote, segmenterOf } from './predictor.js';
import { ENGINE_OPTIONS, engineOf } from './engine-options.js';
import { checkSearch } from './search-options.js';
import { readOptions } from './step-command.js';
import { TASKS, taskOf } from './tasks/index.js';
import type { Labelled } from './tasks/task.js';
import { encodeTexts, readTexts, type Encoded } from './training-data.js';
import { version } from './version.js';

/** Options of tasks that say how a file is read; the others are a model's own. */
const READ_BY_TASK = TASKS.flatMap(({ options }) => options).filter(({ flags }) => flags.startsWith('--column '));

export const evaluateCommand: CommandDefinition = {
  description: `Reads labelled texts as "train" does, lets the model answer each, and tells the scores of its task. Of classification also precision,
recall and F1 of each label with their means, the confusion matrix, and the mistakes that the model was surest of. A share of nothing is 0; labels that
neither occur nor are predicted do not count for the macro average. Texts that a model says are searched for and told as BLEU, chrF and exact
matches, in small letters where the model says those. Tables on stdout; -o evaluation.json is for machines.`,
  argument: {
    name: '<model> <test...>',
    about:
      'the folder that "train" has written\nlabelled texts: TSV, CSV, JSONL, or __label__x text; tag: CoNLL columns or word/tag; segment: words divided by spaces; seq2seq: source<TAB>target; lm: plain text',
  },
  options: [
    { flags: '-o, --output <file>', about: 'the result as JSON; - is stdout, instead of the tables' },
    { flags: '--confusion <file>', about: 'the confusion matrix as SVG (classify)' },
    {
      flags: '--mistakes <n>',
      about: 'how many of the mistakes that the model was surest of are told (classify)',
      default: 10,
      parse: wholeNumber('--mistakes', 0),
    },
    { flags: '--force', about: 'replace the output if it exists' },
    QUANTIZE_OPTION,
    {
      flags: '--batch-size <n>',
      about: 'sentences that go through the network together',
      default: 64,
      parse: wholeNumber('--batch-size', 1),
    },
    ...READ_BY_TASK,
    ...TEXT_SCORE_OPTIONS,
    ...ENGINE_OPTIONS,
    ...TEXT_READING,
  ],
  examples: [
    'rnn-pipe train examples/headlines.tsv --out model --segmenter characters --units 16 --epochs 5 --hold-out 0% --min-count 1 -q && rnn-pipe evaluate model examples/headlines.tsv --mistakes 3 --confusion confusion.svg',
  ],
  run: evaluate,
};

async function evaluate({ inputs: [folder, ...files], options, given, report }: Invocation): Promise<void> {
  const model = await loadModel(folder!);
  checkTask(model.document.head, given);
  checkSearch(options);
  const note = backendNote(model.document);
  if (note !== undefined) report.note(note);
  const paths = [options['output'], options['confusion']] as (string | undefined)[];
  await withOutputs(paths, { force: options['force'] === true, inputs: files }, async (json, svg) => {
    const texts = await textsOf(folder!, model, files, options, report.note);
    const { encoded, answers, scores, seconds } = await answered(model, texts, options);
    const { document } = model;
    const quantize = quantizationOf(model, options);
    const said = await saidScores(model, texts, encoded.data, options);
    const evaluation: Evaluation = {
      type: 'rnn-pipe evaluation',
      version: 1,
      rnnPipe: version,
      model: folder!,
      weights: document.weights,
      task: document.head.task,
      files,
      texts: texts.length,
      tokens: encoded.tokens,
      unknownTokens: encoded.unknown,
      cutTokens: encoded.cutTokens,
      ...(quantize ? { quantize } : {}),
      textsPerSecond: Math.round(texts.length / Math.max(seconds, 1e-6)),
      scores: Object.fromEntries(
        Object.entries({ ...said, ...scores }).map(([name, score]) => [name, Number.isFinite(score) ? score : null]),
      ),
      ...(document.head.task === 'classify'
        ? { classification: classified(document.head.labels, texts, answers, encoded, Number(options['mistakes'])) }
        : {}),
    };
    if (options['output'] !== '-') await report.data(evaluationText(evaluation));
    await json?.write(Buffer.from(`${JSON.stringify(evaluation, undefined, 2)}\n`));
    await svg?.write(Buffer.from(confusionFile(evaluation)));
  });
}

/** The task that an option is for, by the option's name. */
const FOR: ReadonlyMap<string, HeadDefinition['task']> = new Map([
  ['confusion', 'classify'],
  ['mistakes', 'classify'],
  ['column', 'tag'],
  ...[...namesOf(TEXT_SCORE_OPTIONS)].map((name): [string, 'seq2seq'] => [name, 'seq2seq']),
]);

/** @throws PipeError('usage') for an option that is for models of another task */
function checkTask({ task }: HeadDefinition, given: ReadonlySet<string>): void {
  for (const [name, wanted] of FOR)
    if (given.has(name) && task !== wanted)
      throw new PipeError('usage', `${flagOf(name)} does not apply`, { expected: `a model of --task ${wanted}`, found: `--task ${task}` });
}

async function textsOf(
  folder: string,
  model: Model,
  files: readonly string[],
  options: Options,
  note: (text: string) => void,
): Promise<Labelled[]> {
  const task = taskOf(model.document.head.task);
  const read = { ...readOptions(options, true), pairs: task.answers !== undefined };
  return readTexts(task, files, read, () => segmenterOf(model.document, folder), options, note);
}

const quantizationOf = ({ document }: Model, { quantize }: Options): Quantization | undefined =>
  (quantize as Quantization | undefined) ?? document.quantize;

interface Answered {
  encoded: Encoded;
  answers: Answers;
  scores: Record<string, number>;
  /** in the network */
  seconds: number;
}

async function answered(model: Model, texts: readonly Labelled[], options: Options): Promise<Answered> {
  const { document, vocabulary, answerVocabulary, parameters } = model;
  const task = taskOf(document.head.task);
  const answerTexts = answerVocabulary && (await task.answersAgain!(document.head, answerVocabulary));
  const encoded = encodeTexts(texts, vocabulary, document.maxLength, task, document.head, answerTexts);
  const { data } = encoded;
  const head = headOf(document.head);
  const judging = head.judging !== undefined;
  const how = { quantize: quantizationOf(model, options), judging };
  const program = await compilePrediction(await engineOf(options), document, parameters, how);
  try {
    const rows = Int32Array.from({ length: sentencesOf(data) }, (_, i) => i);
    const began = performance.now();
    const answers = await answersOf(
      program,
      document,
      parameters,
      data,
      rows,
      Number(options['batchSize']),
      judging ? data.targets : undefined,
    );
    const seconds = (performance.now() - began) / 1000;
    return { encoded, answers, scores: head.scores(document.head, answers, data, parameters), seconds };
  } finally {
    await program.close();
  }
}

function classified(
  labels: readonly string[],
  texts: readonly Labelled[],
  { probabilities }: Answers,
  { data: { targets } }: Encoded,
  mistakes: number,
): NonNullable<Evaluation['classification']> {
  const predicted = predictedLabels(probabilities!);
  return {
    ...classificationOf(labels, targets.numbers, predicted),
    mistakes: surestMistakes(targets.numbers, predicted, probabilities!, mistakes).map(({ text, probability }) => ({
      file: texts[text]!.file,
      line: texts[text]!.line,
      text: texts[text]!.record.text ?? '',
      label: labels[targets.numbers[text]!]!,
      prediction: labels[predicted[text]!]!,
      probability,
    })),
  };
}

function confusionFile({ classification, scores, texts }: Evaluation): string {
  const { labels, confusion } = classification!;
  const picture = confusionPicture(
    labels.map(({ label }) => label),
    confusion,
  );
  const description = `${texts} texts, accuracy ${scores['accuracy']!.toFixed(4)}: a row a label of the texts, a column a label that was predicted`;
  return pictureFile(picture, { title: 'Confusion matrix', description }, { theme: 'auto' });
}

/** Opens the outputs before the work, so that it is not done for nothing; they get their names together at its end. */
async function withOutputs(
  paths: readonly (string | undefined)[],
  how: { force: boolean; inputs: readonly string[] },
  work: (...outputs: (Output | undefined)[]) => Promise<void>,
): Promise<void> {
  const opened: (Output | undefined)[] = [];
  try {
    for (const path of paths) opened.push(path === undefined ? undefined : openOutput(path, how));
    await work(...opened);
    for (const output of opened) await output?.publish();
  } catch (error) {
    for (const output of opened) output?.abandon();
    throw error;
  }
}
