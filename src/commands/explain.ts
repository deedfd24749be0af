/** `explain "句子"`: the eight steps on one sentence, in the terminal: value, shape, one line of why, and the command that makes it. */
import { PipeError } from '../errors.js';
import type { Batch, SentenceRecord } from '../formats/record.js';
import { Tensor } from '../formats/tensor.js';
import { decimals } from '../drawing/numbers.js';
import { formatVocabulary, vocabularyOf } from '../text/vocabulary.js';
import { nameOf, type CommandDefinition, type Invocation, type OptionDefinition, type Options } from './command.js';
import { FOLDS } from './folds.js';
import { MODEL_OPTION, refuseDecided, takeOfModel } from './model-option.js';
import { openWalk, walk } from './model-walk.js';
import { list, wholeNumber } from './options.js';
import { rnnCommand } from './rnn.js';
import { STEPS } from './stages.js';
import { readyStages } from './ready-stages.js';
import { throughOne } from './through.js';

/** Options that a model decides. */
const DECIDED = ['segmenter', 'dim', 'units', 'cell', 'labels', 'seed'];

const OPTIONS: readonly OptionDefinition[] = [
  MODEL_OPTION,
  {
    flags: '--segmenter <name>',
    about: 'what cuts the sentence',
    choices: ['jieba', 'intl', 'characters', 'whitespace'],
    default: 'jieba',
  },
  { flags: '--length <n>', about: 'padded length (default: two more than there are tokens)', parse: wholeNumber('--length', 1) },
  { flags: '--dim <n>', about: 'numbers of a word vector', default: 4, parse: wholeNumber('--dim', 1) },
  { flags: '--units <n>', about: 'size of a hidden state', default: 4, parse: wholeNumber('--units', 1) },
  { flags: '--cell <name>', about: 'kind of cell', choices: ['rnn', 'lstm', 'gru'], default: 'lstm' },
  { flags: '--labels <a,b>', about: 'the answers', default: 'yes,no' },
  { flags: '--seed <n>', about: 'seed of all random vectors and weights', default: 1, parse: wholeNumber('--seed', 0) },
  ...rnnCommand.options.filter(({ flags }) => /--(engine|threads)/.test(flags)),
];

export const explainCommand: CommandDefinition = {
  description: `Takes one sentence through all eight steps and shows what each makes of it. Without --model the vocabulary is made of the sentence alone and
the weights are seeded random ones, so that the answer means nothing: what you see is how it comes about. With it everything is the model's.`,
  argument: { name: '<sentence>', about: 'the sentence' },
  options: OPTIONS,
  examples: [
    'rnn-pipe explain "这部电影真好看。"',
    'rnn-pipe train examples/headlines.tsv --out model --units 8 --hold-out 0% && rnn-pipe explain 主队加时险胜 --model model',
  ],
  run: async ({ inputs, options, given, report }: Invocation) => {
    const text = inputs[0]!;
    refuseDecided(options, given, DECIDED);
    if (text.trim() === '') throw new PipeError('usage', 'there is no sentence', { hint: 'rnn-pipe explain "这部电影真好看。"' });
    await report.data(await (options['model'] === undefined ? explain(text, options) : explainModel(text, options)));
  },
};

interface Told {
  step: string;
  command: string;
  why: string;
  show: (record: SentenceRecord) => string[];
}

/** A tensor as rows of at most eight numbers, at most eight rows. */
function rows({ shape, data }: Tensor, names: readonly string[] = []): string[] {
  const [height, width] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!];
  const lines = Array.from({ length: Math.min(height, 8) }, (_, r) => {
    const row = Array.from(data.subarray(r * width, r * width + Math.min(width, 8)), (x) => decimals(x, 3).padStart(7)).join(' ');
    return `${row}${width > 8 ? ' …' : ''}${names[r] === undefined ? '' : `   ${names[r]}`}`;
  });
  return height > 8 ? [...lines, `… ${height - 8} more rows`] : lines;
}

/** What stands behind the commands: of a model its folder, else what it is made with. */
interface Behind {
  tokenize: string;
  encode: string;
  embed: string;
  rnn: string;
  output: string;
  classify: string;
}

/** Notes that differ from one network to another. */
interface Notes {
  embed: string;
  output: string;
  classify: string;
  /** behind the answer */
  answer: string;
}

function told(behind: Behind, notes: Notes, length: number | undefined, labels: readonly string[] | undefined): Told[] {
  return [
    {
      ...{
        step: 'sentences',
        command: 'sentences text.txt',
        why: 'a network reads sentence by sentence; nothing of the text goes missing',
      },
      show: ({ text }) => [JSON.stringify(text), `1 sentence of ${Array.from(text!).length} characters`],
    },
    {
      ...{ step: 'tokenize', command: `tokenize ${behind.tokenize}`, why: 'Chinese writes no spaces: a segmenter finds the words' },
      show: ({ tokens }) => [tokens!.join(' | '), `${tokens!.length} tokens`],
    },
    {
      ...{ step: 'encode', command: behind.encode, why: 'a network reads numbers: each word has one in the vocabulary' },
      show: ({ ids }) => [
        `[${ids!.join(', ')}]`,
        `${ids!.length} ids, ${ids!.filter((id) => id === 1).length} of them unknown; 0 is padding, 1 an unknown word`,
      ],
    },
    {
      ...{ step: 'pad', command: `pad --length ${length}`, why: 'sentences of one batch must be equally long; the mask says what is real' },
      show: ({ ids, mask }) => [
        `ids  [${ids!.join(', ')}]`,
        `mask [${mask!.join(', ')}]`,
        `${ids!.length} time steps, ${mask!.filter((one) => one === 1).length} of them real`,
      ],
    },
    {
      ...{ step: 'embed', command: `embed ${behind.embed}`, why: notes.embed },
      show: (record) => [...rows(record.embeddings!, stepNames(record)), `${record.embeddings!.shape.join(' × ')}: time steps × numbers`],
    },
    {
      ...{
        step: 'rnn',
        command: `rnn ${behind.rnn} --trace`,
        why: 'reads the vectors in order and hands its hidden state on from word to word',
      },
      show: (record) => [
        ...rows(record.hiddenStates!, stepNames(record)),
        `${record.hiddenStates!.shape.join(' × ')}: time steps × units; padding is not computed`,
      ],
    },
    {
      ...{ step: 'output', command: `output ${behind.output}`, why: notes.output },
      show: ({ output, taken }) => [
        ...(output ? rows(output) : []),
        `${output ? `${output.data.length} numbers` : 'every state'}, from t = ${taken!.timeSteps.join(', ')}`,
        ...(taken!.weights ? [`weights ${taken!.weights.map((weight) => decimals(weight, 3)).join(' ')}`] : []),
      ],
    },
    {
      ...{ step: 'classify', command: `classify ${behind.classify}`, why: notes.classify },
      show: (record) => answerLines(record, labels, notes.answer),
    },
  ];
}

const stepNames = ({ mask, tokens = [], ids = [] }: SentenceRecord): string[] =>
  (mask ?? ids.map(() => 1)).map((real, t) => `t = ${t + 1} ${real ? (tokens[t] ?? '') : '‹pad›'}`);

/** What a head says, whichever head it is. */
function answerLines(record: SentenceRecord, labels: readonly string[] | undefined, note: string): string[] {
  const { logits, probabilities, prediction, tags, spans, words, numbers, top, said, labels: several } = record;
  const shown = (one: string): string => `answer: ${one}${note}`;
  if (tags)
    return [
      record
        .tokens!.slice(0, tags.length)
        .map((token, i) => `${token}/${tags[i]!}`)
        .join(' '),
      shown(
        words
          ? words.join(' ')
          : spans
            ? spans.map(({ type, tokens }) => `${tokens.join('')} (${type})`).join(', ') || 'no span'
            : 'a tag a token',
      ),
    ];
  if (numbers) return [shown(Array.from(numbers.data, (one) => decimals(one, 4)).join(', '))];
  if (said)
    return [...said.map((one, i) => `${i + 1}. ${one.text}   log probability ${decimals(one.logProbability, 3)}`), shown(prediction!)];
  const lines =
    labels && logits && probabilities
      ? labels.map(
          (name, i) => `${name}: logit ${decimals(logits.data[i]!, 3)}, probability ${(100 * probabilities.data[i]!).toFixed(1)} %`,
        )
      : (top ?? []).map(({ label, probability }) => `${label}: probability ${(100 * probability).toFixed(1)} %`);
  return [...lines, shown(several ? several.join(', ') || 'none of them' : (prediction ?? ''))];
}

async function explain(text: string, options: Options): Promise<string> {
  let record: SentenceRecord = { id: 1, text };
  const defaults = async (name: string): Promise<Options> => {
    const step = await STEPS.find((one) => one.name === name)!.load();
    const entries = step.options.map(({ flags, default: value }): [string, unknown] => [nameOf(flags), value]);
    return { ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)), ...options };
  };
  const through = async (name: string, more: Options = {}): Promise<SentenceRecord> => {
    const steps = await readyStages([{ name, options: { ...(await defaults(name)), ...more } }]).steps();
    return throughOne(record, steps);
  };
  const parts: string[] = [];
  let length = 0;
  const { segmenter, dim, units, cell, labels, seed } = options as Record<string, string | number>;
  const behind: Behind = {
    ...{
      tokenize: `--segmenter ${segmenter}`,
      encode: 'vocab …  and  encode --vocab vocabulary.json',
      embed: `--dim ${dim} --seed ${seed}`,
    },
    ...{ rnn: `--cell ${cell} --units ${units} --seed ${seed}`, output: '--take last', classify: `--labels ${labels} --seed ${seed}` },
  };
  const notes: Notes = {
    embed: 'each word becomes a vector, which training would move; padding is all zeros',
    output: 'the state at the last real step has read the whole sentence',
    classify: SOFTMAX,
    answer: ' (of random weights: it means nothing)',
  };
  let vocabText: string | undefined;
  const words = list('--labels')(String(options['labels']));
  for (let i = 0; i < 8; i++) {
    if (i === 3) length = Number(options['length'] ?? record.tokens!.length + 2);
    const { step, command, why, show } = told(behind, notes, length, words)[i]!;
    if (step === 'encode') vocabText = vocabularyText([record]);
    const more: Record<string, Options> = {
      encode: { vocabText },
      embed: { vocabText },
      pad: { length },
      rnn: { trace: true, keepEmbeddings: true },
      classify: { labels: words },
    };
    if (step !== 'sentences') record = await through(step, more[step]);
    parts.push(part(i + 1, { step, command, why, show }, record));
  }
  return `${parts.join('\n')}\nThe same as a picture: rnn-pipe run text.txt --to classify --trace --sums --keep-embeddings --labels ${words.join(',')} | rnn-pipe draw -o picture.html\n`;
}

const part = (number: number, { step, command, why, show }: Told, record: SentenceRecord): string =>
  `${number} ${step}: ${why}\n${show(record)
    .map((line) => `    ${line}\n`)
    .join('')}    rnn-pipe ${command}\n`;

const SOFTMAX = 'one score a label; softmax turns scores into probabilities that sum to 1';

/** The same by a trained model. */
async function explainModel(text: string, options: Options): Promise<string> {
  const folder = String(options['model']);
  const model = await openWalk(folder, options);
  const { head, segmenter } = model.document;
  let length: number | undefined;
  const padded = (tokens: number): number => (length = (options['length'] as number | undefined) ?? tokens + 2);
  const named = `--model ${folder}`;
  const behind: Behind = {
    tokenize: `--segmenter ${segmenter.options.name}`,
    encode: `encode ${named}`,
    embed: named,
    rnn: named,
    output: named,
    classify: named,
  };
  const notes: Notes = {
    embed: 'each word has the vector that training gave it; padding is all zeros',
    output: OUTPUT_NOTES[takeOfModel(model)],
    classify: head.task === 'classify' ? SOFTMAX : 'what the head of the model makes of it',
    answer: '',
  };
  const parts = [part(1, told(behind, notes, length, undefined)[0]!, { text })];
  for await (const [name, record] of walk(model, { text }, padded)) {
    const all = told(behind, notes, length, 'labels' in head ? head.labels : undefined);
    const at = name === 'seq2seq' ? all.length - 1 : all.findIndex(({ step }) => step === name);
    const one = all[at]!;
    parts.push(part(at + 1, name === 'seq2seq' ? { ...one, step: name, command: `seq2seq ${named} --n-best 3` } : one, record));
  }
  return `${parts.join('\n')}\nThe same as a picture: rnn-pipe draw ${named} --text ${JSON.stringify(text)} --length ${length} -o picture.html\n`;
}

const OUTPUT_NOTES: Record<ReturnType<typeof takeOfModel>, string> = {
  last: 'the state at the last real step has read the whole sentence',
  first: 'the state at the first real step',
  mean: 'the mean of the states at the real steps',
  max: 'of each unit the largest state of the real steps',
  attention: 'a sum of the states, of each as much as the model’s attention gives it',
  all: 'this model answers each token: every real state is looked at',
};

/** A vocabulary of the sentence itself, as `run` makes it of its input. */
function vocabularyText(batch: Batch): string {
  const counts = FOLDS.counts.create({});
  FOLDS.counts.add(counts, batch);
  return formatVocabulary(vocabularyOf(counts, { minCount: 1 }));
}
