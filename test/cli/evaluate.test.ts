/** `evaluate` by the built command: its figures are those of the answers that `predict` gives. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { EVALUATION, type Evaluation } from '../../src/formats/evaluation.js';
import { confusionPicture } from '../../src/drawing/confusion-picture.js';
import { textsOf } from '../../src/drawing/marks.js';
import { overlap } from '../../src/drawing/text.js';
import { useModel } from '../support/model.js';
import { refused } from './support.js';

const folder = useModel('--segmenter characters --units 8');

const evaluated = (args: string): { stdout: string; evaluation: Evaluation } => {
  const result = folder().run(`evaluate model test.tsv -o evaluation.json --force -q ${args}`.trim().split(' '));
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return { stdout: result.stdout, evaluation: EVALUATION.parse(JSON.parse(readFileSync(folder().file('evaluation.json'), 'utf8'))) };
};

// two of the five labels are wrong
const TEXTS = ['good\t我们觉得很好看', 'bad\t这部电影无聊', 'bad\t非常精彩', 'good\t真的很难看', 'good\t都喜欢电影'];
beforeEach(() => writeFileSync(folder().file('test.tsv'), `label\ttext\n${TEXTS.join('\n')}\n`));

test('figures, matrix and mistakes, as tables and as JSON', () => {
  const { stdout, evaluation } = evaluated('');
  expect(evaluation).toMatchObject({
    task: 'classify',
    texts: 5,
    files: ['test.tsv'],
    scores: { accuracy: expect.closeTo(0.6, 6) as number },
  });
  expect(evaluation.quantize).toBeUndefined();
  const { labels, confusion, mistakes, macro } = evaluation.classification!;
  expect(labels.map(({ label, support, predicted }) => [label, support, predicted])).toEqual([
    ['bad', 2, 2],
    ['good', 3, 3],
  ]);
  expect(confusion).toEqual([
    [1, 1],
    [1, 2],
  ]);
  // (1/2 + 2/3)/2
  expect(macro.f1).toBeCloseTo(7 / 12, 12);
  expect(mistakes.map(({ line, text, label, prediction }) => [line, text, label, prediction]).sort()).toEqual([
    [4, '非常精彩', 'bad', 'good'],
    [5, '真的很难看', 'good', 'bad'],
  ]);
  expect(mistakes[0]!.probability).toBeGreaterThanOrEqual(mistakes[1]!.probability);
  const [said] = folder().run(['predict', 'model', '-', '1'], `${mistakes[0]!.text}\n`).stdout.trim().split('\n');
  expect(Number(said!.split(' ')[1])).toBeCloseTo(mistakes[0]!.probability, 5);
  expect(stdout).toMatch(/^accuracy +0\.6000$/m);
  expect(stdout).toMatch(/^\(macro\) +0\.5833 +0\.5833 +0\.5833$/m);
  expect(stdout).toMatch(/^good +1 +2$/m);
  expect(stdout).toMatch(/^4 +bad +good +0\.\d{4} +非常精彩$/m);
});

test('8 bits are told', () => {
  const { stdout, evaluation } = evaluated('--quantize int8 --mistakes 1');
  expect(evaluation.quantize).toBe('int8');
  expect(evaluation.classification!.mistakes).toHaveLength(1);
  expect(stdout).toContain('in 8 bits (int8)');
});

test('-o - gives JSON alone; the matrix as SVG is readable in light and dark', () => {
  const { code, stdout } = folder().run('evaluate model test.tsv -o - --confusion confusion.svg'.split(' '));
  expect(code).toBe(0);
  expect(EVALUATION.parse(JSON.parse(stdout)).texts).toBe(5);
  const svg = readFileSync(folder().file('confusion.svg'), 'utf8');
  expect(svg.match(/data-value="\d+"/g)).toEqual(['1', '1', '1', '2'].map((count) => `data-value="${count}"`));
  expect(svg).toContain('prefers-color-scheme:dark');
});

test('no text of the matrix lies on another', () => {
  const labels = ['体育', 'a label that is very long indeed, and has no end', '财经', '<x>', '科技'];
  const confusion = labels.map((_, from) => labels.map((__, to) => 10 ** ((from + to) % 6)));
  const texts = textsOf(confusionPicture(labels, confusion).marks);
  for (const [i, one] of texts.entries()) for (const other of texts.slice(i + 1)) expect(overlap(one.box, other.box)).toBe(false);
});

test('what cannot be judged is refused, and nothing is left behind', () => {
  const evaluate = 'rnn-pipe evaluate model';
  writeFileSync(folder().file('strange.tsv'), 'label\ttext\ngood\t好看\nfine\t好看\n');
  writeFileSync(folder().file('empty.tsv'), '');
  writeFileSync(folder().file('plain.txt'), '好看\n');
  refused(folder(), `${evaluate} strange.tsv -o e.json`, {
    code: 'data',
    place: 'strange.tsv:3',
    says: ['none of the training data', 'fine'],
  });
  refused(folder(), `${evaluate} empty.tsv -o e.json`, { code: 'data', place: 'empty.tsv', says: ['there are no texts'] });
  refused(folder(), `${evaluate} plain.txt -o e.json`, { code: 'data', place: 'plain.txt:1', says: ['the text has no label'] });
  refused(folder(), 'rnn-pipe evaluate nothing test.tsv', { code: 'no-input', place: 'nothing', says: ['there is no such model'] });
  refused(folder(), `${evaluate} test.tsv --column 3`, { code: 'usage', says: ['--column does not apply'] });
  expect(existsSync(folder().file('e.json'))).toBe(false);
});

test.each([
  ['regress', '1.5\t好看\n2\t难看\n3.5\t精彩\n4\t无聊\n', ['rmse', 'mae', 'r', 'loss']],
  ['multilabel', '__label__a __label__b 好看\n__label__a 难看\n__label__b 精彩\n__label__b 无聊\n', ['loss']],
  ['lm', '我们觉得很好看\n这部电影无聊\n', ['perplexity', 'loss']],
  ['seq2seq', '好看\t看好\n难看\t看难\n', ['accuracy', 'loss', 'perplexity']],
  ['segment', '我们 觉得 很 好看\n这部 电影 无聊\n', ['f1', 'loss']],
])('the scores of %s', (task, texts, names) => {
  const file = task === 'regress' || task === 'seq2seq' ? 'texts.tsv' : 'texts.txt';
  writeFileSync(folder().file(file), task === 'regress' ? `label\ttext\n${texts}` : texts);
  const trained = folder().run(
    `train ${file} --task ${task} --out one --dim 4 --units 4 --epochs 1 --min-count 1 --hold-out 0% -q${task === 'segment' ? '' : ' --segmenter characters'}`.split(
      ' ',
    ),
  );
  expect(trained).toMatchObject({ code: 0, stderr: '' });
  const { code, stdout } = folder().run(['evaluate', 'one', file, '-o', '-', '-q']);
  expect(code).toBe(0);
  const evaluation = EVALUATION.parse(JSON.parse(stdout));
  expect(Object.keys(evaluation.scores)).toEqual(expect.arrayContaining(names));
  expect(evaluation.classification).toBeUndefined();
  refused(folder(), `rnn-pipe evaluate one ${file} --mistakes 3`, { code: 'usage', says: ['--mistakes does not apply'] });
});
