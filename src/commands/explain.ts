/** `explain "句子"`: the eight steps on one sentence, in the terminal: value, shape, one line of why, and the command that makes it. */
import { PipeError } from '../errors.js';
import type { Batch, SentenceRecord } from '../formats/record.js';
import { Tensor } from '../formats/tensor.js';
import { decimals } from '../drawing/numbers.js';
import { formatVocabulary, vocabularyOf } from '../text/vocabulary.js';
import { chain, prepare } from './chunk-work.js';
import type { CommandDefinition, Invocation, OptionDefinition, Options } from './command.js';
import { FOLDS } from './folds.js';
import { list, wholeNumber } from './options.js';
import { rnnCommand } from './rnn.js';
import { STEPS } from './stages.js';

const OPTIONS: readonly OptionDefinition[] = [
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
  description: `Takes one sentence through all eight steps and shows what each makes of it. The vocabulary is made of the sentence alone and the weights are
seeded random ones, so that the answer means nothing: what you see is how it comes about.`,
  argument: { name: '<sentence>', about: 'the sentence' },
  options: OPTIONS,
  examples: ['rnn-pipe explain "这部电影真好看。"'],
  run: async ({ inputs, options, report }: Invocation) => {
    const text = inputs[0]!;
    if (text.trim() === '') throw new PipeError('usage', 'there is no sentence', { hint: 'rnn-pipe explain "这部电影真好看。"' });
    await report.data(await explain(text, options));
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

function told(options: Options, length: number): Told[] {
  const { segmenter, dim, units, cell, labels, seed } = options as Record<string, string | number>;
  const stepNames = (record: SentenceRecord): string[] =>
    (record.mask ?? []).map((real, t) => `t = ${t + 1} ${real ? (record.tokens?.[t] ?? '') : '‹pad›'}`);
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
      ...{ step: 'tokenize', command: `tokenize --segmenter ${segmenter}`, why: 'Chinese writes no spaces: a segmenter finds the words' },
      show: ({ tokens }) => [tokens!.join(' | '), `${tokens!.length} tokens`],
    },
    {
      ...{
        step: 'encode',
        command: 'vocab …  and  encode --vocab vocabulary.json',
        why: 'a network reads numbers: each word has one in the vocabulary',
      },
      show: ({ ids }) => [`[${ids!.join(', ')}]`, `${ids!.length} ids; 0 is padding, 1 an unknown word`],
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
      ...{
        step: 'embed',
        command: `embed --dim ${dim} --seed ${seed}`,
        why: 'each word becomes a vector, which training would move; padding is all zeros',
      },
      show: (record) => [...rows(record.embeddings!, stepNames(record)), `${record.embeddings!.shape.join(' × ')}: time steps × numbers`],
    },
    {
      ...{
        step: 'rnn',
        command: `rnn --cell ${cell} --units ${units} --seed ${seed} --trace`,
        why: 'reads the vectors in order and hands its hidden state on from word to word',
      },
      show: (record) => [
        ...rows(record.hiddenStates!, stepNames(record)),
        `${record.hiddenStates!.shape.join(' × ')}: time steps × units; padding is not computed`,
      ],
    },
    {
      ...{ step: 'output', command: 'output --take last', why: 'the state at the last real step has read the whole sentence' },
      show: ({ output, taken }) => [...rows(output!), `${output!.data.length} numbers, from t = ${taken!.timeSteps.join(', ')}`],
    },
    {
      ...{
        step: 'classify',
        command: `classify --labels ${labels} --seed ${seed}`,
        why: 'one score a label; softmax turns scores into probabilities that sum to 1',
      },
      show: ({ logits, probabilities, prediction }) => [
        ...list('--labels')(String(labels)).map(
          (name, i) => `${name}: logit ${decimals(logits!.data[i]!, 3)}, probability ${(100 * probabilities!.data[i]!).toFixed(1)} %`,
        ),
        `answer: ${prediction} (of random weights: it means nothing)`,
      ],
    },
  ];
}

async function explain(text: string, options: Options): Promise<string> {
  let batch: Batch = [{ id: 1, text }];
  const defaults = async (name: string): Promise<Options> => {
    const step = await STEPS.find((one) => one.name === name)!.load();
    const entries = step.options.map(({ flags, default: value }): [string, unknown] => [optionName(flags), value]);
    return { ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)), ...options };
  };
  const through = async (name: string, more: Options = {}): Promise<SentenceRecord> => {
    const steps = await prepare([{ name, options: { ...(await defaults(name)), ...more } }]);
    const done: Batch = [];
    const context = {
      count: () => {},
      reject: (_: SentenceRecord, error: PipeError) => {
        throw error;
      },
    };
    for await (const part of chain(one(batch), steps, context)) done.push(...part);
    batch = done.slice(0, 1);
    if (batch.length === 0) throw new PipeError('data', 'nothing is left of the sentence', { hint: 'give it a word' });
    return batch[0]!;
  };
  const parts: string[] = [];
  let length = 0;
  let vocabText: string | undefined;
  const words = list('--labels')(String(options['labels']));
  for (let i = 0; i < 8; i++) {
    if (i === 3) length = Number(options['length'] ?? batch[0]!.tokens!.length + 2);
    const { step, command, why, show } = told(options, length)[i]!;
    if (step === 'encode') vocabText = vocabularyText(batch);
    const more: Record<string, Options> = {
      encode: { vocabText },
      embed: { vocabText },
      pad: { length },
      rnn: { trace: true, keepEmbeddings: true },
      classify: { labels: words },
    };
    const record = step === 'sentences' ? batch[0]! : await through(step, more[step]);
    const lines = show(record).map((line) => `    ${line}\n`);
    parts.push(`${i + 1} ${step}: ${why}\n${lines.join('')}    rnn-pipe ${command}\n`);
  }
  return `${parts.join('\n')}\nThe same as a picture: rnn-pipe run text.txt --to classify --trace --sums --keep-embeddings --labels ${words.join(',')} | rnn-pipe draw -o picture.html\n`;
}

/** A vocabulary of the sentence itself, as `run` makes it of its input. */
function vocabularyText(batch: Batch): string {
  const counts = FOLDS.counts.create({});
  FOLDS.counts.add(counts, batch);
  return formatVocabulary(vocabularyOf(counts, { minCount: 1 }));
}

async function* one(batch: Batch): AsyncGenerator<Batch> {
  yield await Promise.resolve(batch);
}

/** `--keep-embeddings` → keepEmbeddings */
const optionName = (flags: string): string =>
  /--([a-z-]+)/.exec(flags)![1]!.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
