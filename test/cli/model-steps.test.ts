/** `--model` on the steps by the built command: step by step the numbers of `predict`. */
import { writeFileSync } from 'node:fs';
import type { Folder } from '../support/cli.js';
import { useModel } from '../support/model.js';
import { refused, useFolder } from './support.js';

const TEXTS = ['这部电影真的好看', '我们都觉得很无聊无聊', '喜欢', '𠮷', '难看', '真的非常精彩，我们都觉得很好看', '', '讨厌𠮷'];

const WORDS = ['我们', '喜欢', '看', '电影'];

type Answer = Record<string, unknown> & { taken?: { how: string; timeSteps: number[]; weights?: number[] } };

const answers = (folder: Folder, line: string): Answer[] => {
  const { code, stdout, stderr } = folder.shell(line);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one) as Answer);
};

const steps = (...between: string[]): string =>
  [
    'rnn-pipe predict model texts.jsonl --json -q > whole.jsonl; rnn-pipe tokenize texts.jsonl --segmenter characters -q',
    'rnn-pipe encode --model model -q',
    ...between,
    'rnn-pipe embed --model model -q',
    'rnn-pipe rnn --model model -q',
    'rnn-pipe output --model model -q',
    'rnn-pipe classify --model model -q',
  ].join(' | ');

const write = (folder: Folder): void =>
  writeFileSync(folder.file('texts.jsonl'), `${TEXTS.map((text) => JSON.stringify({ text })).join('\n')}\n`);
const whole = (folder: Folder): Answer[] => answers(folder, 'cat whole.jsonl');

/** Largest difference of the numbers of a field. */
function difference(some: readonly Answer[], others: readonly Answer[], of: (answer: Answer) => unknown): number {
  const [a, b] = [some, others].map((all) => all.flatMap((one) => of(one) as number[]));
  expect(a!.length).toBe(b!.length);
  expect(a!.length).toBeGreaterThan(0);
  return Math.max(...a!.map((x, i) => Math.abs(x - b![i]!)));
}

describe('two layers, both directions, n-grams, affixes, max', () => {
  const folder = useModel(
    '--segmenter characters --units 6 --layers 2 --bidirectional --ngrams 2 --ngram-dim 4 --affixes --affix-dim 3 --take max',
  );

  test('the steps give the numbers of predict, padded or not', () => {
    write(folder());
    const plain = answers(folder(), steps());
    const predicted = whole(folder());
    expect(plain.map(({ prediction }) => prediction)).toEqual(predicted.map(({ prediction }) => prediction));
    expect(new Set(plain.map(({ prediction }) => prediction))).toEqual(new Set(['good', 'bad']));
    expect(answers(folder(), steps().replaceAll(' -q | ', ' -q --format arrow | '))).toEqual(plain);
    const padded = answers(folder(), steps('rnn-pipe pad --length 40 --padding pre -q'));
    for (const name of ['probabilities', 'logits'])
      for (const some of [plain, padded]) expect(difference(some, predicted, (one) => one[name])).toBeLessThan(1e-6);
  });

  test('in a run, and traced', () => {
    write(folder());
    answers(folder(), steps());
    const run = answers(folder(), 'rnn-pipe run texts.jsonl --from tokenize --to classify --model model --segmenter characters --trace -q');
    expect(difference(run, whole(folder()), (one) => one['probabilities'])).toBeLessThan(1e-6);
    expect(run[0]!['trace']).toHaveLength(4);
  });

  test('run and batch predict: the records of predict, the same bytes with any number of workers', () => {
    const lines = Array.from({ length: 3000 }, (_, i) => '这部电影真的非常好看无聊'.slice(i % 7, (i % 7) + ((i * 13) % 9)));
    writeFileSync(folder().file('lines.txt'), `${lines.join('\n')}\n`);
    const bytes = (line: string): string => {
      const { code, stdout, stderr } = folder().shell(line);
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    };
    const predicted = bytes('rnn-pipe predict model lines.txt --json -q');
    expect(bytes('rnn-pipe run lines.txt --from predict --to predict --model model -q')).toBe(predicted);
    const batch = 'rnn-pipe batch lines.txt --from predict --to predict --model model -q --shard-size 20KB';
    const [one, two] = [1, 2].map((workers) =>
      bytes(`${batch} --workers ${workers} --out out${workers} && cat out${workers}/part-*.jsonl`),
    );
    expect(two).toBe(one);
    const [some, all] = [one!, predicted].map((text) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Answer),
    );
    expect(some!.map(({ id, prediction }) => [id, prediction])).toEqual(all!.map(({ id, prediction }) => [id, prediction]));
    expect(difference(some!, all!, (answer) => answer['probabilities'])).toBeLessThan(1e-6);

    writeFileSync(folder().file('news.txt'), '这部电影好看。我们都觉得无聊！\n\n喜欢。\n');
    const sentences = bytes('rnn-pipe run news.txt --to predict --model model --top-k 1 -q');
    expect(sentences).toBe(bytes('rnn-pipe sentences news.txt -q | rnn-pipe predict model - 1 --json -q'));
    expect(sentences.trim().split('\n')).toHaveLength(3);
    expect(bytes('rnn-pipe batch news.txt --to predict --model model --top-k 1 -q --out out && cat out/part-*.jsonl')).toBe(sentences);
  });

  test('a run that predicts refuses what a model does by itself, and a batch another model', () => {
    const wrong = (line: string, refusal: Parameters<typeof refused>[2]): unknown => refused(folder(), line, refusal);
    wrong('rnn-pipe run train.tsv --to predict', { code: 'usage', says: ['no model is given'] });
    wrong('rnn-pipe run train.tsv --to predict --model model --segmenter intl', { code: 'usage', says: ['--segmenter does not apply'] });
    wrong('rnn-pipe run train.tsv --from encode --to predict --model model', { code: 'usage', says: ['--from encode does not go'] });
    wrong('rnn-pipe run train.tsv --from predict --to output --model model', { code: 'usage', says: ['--from comes after --to'] });
    wrong('rnn-pipe run train.tsv --to predict --model nothing', { code: 'no-input', place: 'nothing', says: ['no such model'] });
    const train = 'rnn-pipe train train.tsv --out model --force --dim 4 --units 4 --epochs 1 --hold-out 0% --segmenter characters -q';
    expect(folder().shell(`rnn-pipe batch train.tsv --to predict --model model --out done -q && ${train}`)).toMatchObject({ code: 0 });
    wrong('rnn-pipe batch --out done --resume', { code: 'mismatch', says: ['another file for --model'] });
  });

  test('what the model decides is not to be said beside it', () => {
    for (const [step, options] of Object.entries({
      encode: ['vocab x.json'],
      embed: ['vocab x.json', 'dim 3', 'vectors x.vec', 'seed 1'],
      rnn: ['cell gru', 'units 3', 'layers 1', 'bidirectional', 'backwards', 'weights x', 'seed 1'],
      output: ['take max'],
      classify: ['labels a,b', 'seed 1'],
    }))
      for (const option of options)
        refused(folder(), `rnn-pipe ${step} --model model --${option} < /dev/null`, {
          code: 'usage',
          says: [`--${option.split(' ')[0]!} does not apply`, 'the model'],
        });
    refused(folder(), `echo '{"output":[1,2]}' | rnn-pipe classify --model model`, {
      code: 'mismatch',
      place: 'model',
      says: ['another network'],
    });
    refused(folder(), `echo '{"ids":[5]}' | rnn-pipe embed --model model`, { code: 'data', place: 'stdin:1', says: ['"ngramIds"'] });
    refused(folder(), `echo '{"tokens":["a"]}' | rnn-pipe encode --model nothing`, {
      code: 'no-input',
      place: 'nothing',
      says: ['no such model'],
    });
  });
});

describe('attention', () => {
  const folder = useModel('--segmenter characters --units 6 --bidirectional --take attention');

  test('the steps give the numbers of predict, and what each time step counts for', () => {
    write(folder());
    const chain = answers(folder(), steps());
    const predicted = whole(folder());
    expect(difference(chain, predicted, (one) => one['probabilities'])).toBeLessThan(1e-6);
    expect(difference(chain, predicted, (one) => one.taken!.weights)).toBeLessThan(1e-6);
    const padded = answers(folder(), steps('rnn-pipe pad --length 40 -q'));
    expect(difference(padded, predicted, (one) => one['probabilities'])).toBeLessThan(1e-6);
    expect(padded[0]!.taken).toMatchObject({ how: 'attention', timeSteps: [1, 2, 3, 4, 5, 6, 7, 8] });
  });
});

describe('words', () => {
  const folder = useFolder();

  test('a model that answers each token does so by the steps, too', () => {
    const lines = Array.from({ length: 90 }, (_, i) => [0, 1, 2, 3].map((k) => WORDS[(i * (k + 1) + k) % 4]).join(' '));
    writeFileSync(folder().file('words.txt'), `${lines.join('\n')}\n`);
    const train = 'rnn-pipe train words.txt --task segment --out model --dim 8 --units 8 --bidirectional --epochs 2 --min-count 1 -q';
    expect(folder().shell(train)).toMatchObject({ code: 0 });
    write(folder());
    const chain = answers(folder(), steps('rnn-pipe pad --length 20 -q').replace('characters', 'codepoints'));
    const only = (all: Answer[]): unknown[] => all.map(({ tokens, tags, words }) => [tokens, tags, words]);
    expect(only(chain)).toEqual(only(whole(folder())));
    expect(chain[0]!['words']).toBeInstanceOf(Array);
    expect(chain[0]!.taken).toMatchObject({ how: 'all' });
  });
});
