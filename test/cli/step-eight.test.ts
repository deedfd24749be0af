/** Step 8 of other tasks than classification, by the built command: by a step of its own, by all of a model, in runs and batches, evaluated. */
import { readFileSync, writeFileSync } from 'node:fs';
import { EVALUATION } from '../../src/formats/evaluation.js';
import type { Folder } from '../support/cli.js';
import { refused, useFolder } from './support.js';

const folder = useFolder();
const QUICK = '--dim 8 --units 8 --batch-size 16 --learning-rate 0.02 --min-count 1 --hold-out 0% -q';

type Fields = Record<string, unknown>;

const output = (line: string, where: Folder = folder()): string => {
  const { code, stdout, stderr } = where.shell(line);
  expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' });
  return stdout;
};
const records = (line: string): Fields[] =>
  output(line)
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one) as Fields);
const evaluated = (line: string): Record<string, number> => {
  output(`rnn-pipe evaluate model ${line} -o e.json --force -q`);
  return EVALUATION.parse(JSON.parse(readFileSync(folder().file('e.json'), 'utf8'))).scores as Record<string, number>;
};
const lines = (count: number, of: (i: number) => string): string => `${Array.from({ length: count }, (_, i) => of(i)).join('\n')}\n`;

const NETWORK = 'rnn-pipe embed --model model -q | rnn-pipe rnn --model model -q | rnn-pipe output --model model -q';

test('regress: the step, a run, a batch and predict give the same numbers', () => {
  writeFileSync(folder().file('n.tsv'), `label\ttext\n${lines(60, (i) => `${10 * (i % 4)}\t${'好'.repeat(i % 4)}的电影`)}`);
  output(`rnn-pipe train n.tsv --task regress --take max --epochs 2 --segmenter characters --out model ${QUICK}`);
  writeFileSync(folder().file('texts.txt'), '好的电影\n\n好好𠮷\n');
  const numbers = (all: Fields[]): number[] => all.flatMap((one) => one['numbers'] as number[]);
  const whole = numbers(records('rnn-pipe predict model texts.txt --json -q'));
  expect(whole).toHaveLength(3);
  // the steps begin at sentences: an empty line is none
  const some = [whole[0]!, whole[2]!];
  const cut = 'rnn-pipe tokenize texts.txt --segmenter characters -q | rnn-pipe encode --model model -q | rnn-pipe pad --length 9 -q';
  const run = 'rnn-pipe run texts.txt --whole --segmenter characters --model model --to regress -q';
  const batch = `rnn-pipe batch texts.txt --whole --segmenter characters --length 9 --model model --to regress -q --out out && cat out/part-*.jsonl`;
  for (const line of [`${cut} | ${NETWORK} | rnn-pipe regress --model model -q`, run, batch]) {
    const found = numbers(records(line));
    expect(found).toHaveLength(2);
    found.forEach((number, i) => expect(Math.abs(number - some[i]!)).toBeLessThan(1e-4));
  }
  expect(evaluated('n.tsv')).toMatchObject({ rmse: expect.any(Number) as number, mae: expect.any(Number) as number });
});

test('tag: the step and a run give the tags of predict; evaluate tells span F1 and accuracy', () => {
  const tagged = (i: number): string => (i % 2 ? '王/B-PER 明/I-PER 来/O 了/O' : '昨/O 天/O 李/B-PER 雷/I-PER 去/O');
  writeFileSync(folder().file('train.txt'), lines(80, tagged));
  output(`rnn-pipe train train.txt --task tag --bidirectional --epochs 8 --out model ${QUICK}`);
  writeFileSync(folder().file('texts.txt'), '王明去了\n昨天李雷来了\n');
  const told = (line: string): unknown[] => records(line).map(({ tags, spans }) => [tags, spans]);
  const whole = told('rnn-pipe predict model texts.txt --json -q');
  expect(whole[0]).toEqual([['B-PER', 'I-PER', 'O', 'O'], [{ type: 'PER', start: 0, end: 2, tokens: ['王', '明'] }]]);
  const cut = 'rnn-pipe tokenize texts.txt --segmenter codepoints -q | rnn-pipe encode --model model -q | rnn-pipe pad --length 9 -q';
  expect(told(`${cut} | ${NETWORK} | rnn-pipe tag --model model -q`)).toEqual(whole);
  expect(told('rnn-pipe run texts.txt --segmenter codepoints --model model --to tag -q')).toEqual(whole);
  // one of three names is another than the model says, and its two tokens of eighteen
  writeFileSync(folder().file('test.txt'), `${tagged(0)}\n${tagged(1)}\n${tagged(0).replace('李/B-PER 雷/I-PER', '李/O 雷/O')}\n`);
  const scores = evaluated('test.txt');
  // 2 right of 3 found and 2 true ones
  expect(scores).toMatchObject({ precision: expect.closeTo(2 / 3, 6) as number, recall: 1, f1: expect.closeTo(0.8, 6) as number });
  expect(scores['accuracy']).toBeCloseTo(12 / 14, 6);
});

test('a language model: the perplexity of each line, whose mean is that of evaluate', () => {
  const verse = '天地玄黄宇宙洪荒';
  writeFileSync(
    folder().file('raw.txt'),
    lines(120, (i) => verse.slice(i % 3)),
  );
  output(`rnn-pipe train raw.txt --task lm --segmenter characters --stretch 5 --epochs 4 --out model ${QUICK}`);
  const texts = [verse, `${verse}${verse}`, '荒', '洪水'];
  writeFileSync(folder().file('texts.txt'), `${texts.join('\n')}\n`);
  const told = records('rnn-pipe predict model texts.txt --json -q');
  const perplexities = told.map(({ perplexity }) => perplexity as number);
  expect(output('rnn-pipe predict model texts.txt -q')).toBe(`${perplexities.join('\n')}\n`);
  expect(perplexities[0]).toBeLessThan(perplexities[3]!);
  expect(records('rnn-pipe run texts.txt --from predict --to predict --model model -q')).toEqual(told);
  expect(output('rnn-pipe batch texts.txt --from predict --to predict --model model -q --out out && cat out/part-*.jsonl')).toBe(
    output('rnn-pipe predict model texts.txt --json -q'),
  );
  // of each text its characters and its end
  const counts = texts.map((text) => text.length + 1);
  const logarithms = perplexities.reduce((sum, one, i) => sum + counts[i]! * Math.log(one), 0);
  const mean = Math.exp(logarithms / counts.reduce((a, b) => a + b));
  expect(Math.abs(evaluated('texts.txt')['perplexity']! / mean - 1)).toBeLessThan(1e-5);
  for (const [more, says] of [
    ['- 2', 'k does not apply'],
    ['--trace --json', '--trace does not apply'],
    ['--beam 2', '--beam does not apply'],
  ] as const)
    refused(folder(), `rnn-pipe predict model ${more}`, { code: 'usage', says: [says, '--task lm'] });
  refused(folder(), 'rnn-pipe evaluate model texts.txt --lower-case', { code: 'usage', says: ['--lower-case does not apply'] });
  const file = folder().file('model/model.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"characters-[0-9a-f]{8}"/, '"characters-00000000"'));
  refused(folder(), 'rnn-pipe generate model', { code: 'mismatch', place: 'model', says: ['another segmenter'] });
});

test('a model of another task is refused by name, and a stretch that is none', () => {
  writeFileSync(folder().file('n.tsv'), `label\ttext\n${lines(20, (i) => `${i % 4}\t${'好'.repeat(i % 4)}的`)}`);
  output(`rnn-pipe train n.tsv --task regress --epochs 1 --segmenter characters --out model ${QUICK}`);
  for (const [line, says] of [
    ['rnn-pipe tag --model model', ['not those of tag', '--task tag or segment', '--task regress']],
    ['rnn-pipe seq2seq --model model', ['says no texts', '--task regress']],
  ] as const)
    refused(folder(), `${line} <<< '{"text":"好"}'`, { code: 'mismatch', place: 'model', says });
  for (const [line, says] of [
    ['rnn-pipe regress', ['no model is given', '--task regress']],
    ['rnn-pipe tag', ['no model is given', '--task tag']],
    ['rnn-pipe run --from classify --to regress --model model', ['--from classify does not go with --to regress']],
    ['rnn-pipe run --from encode --to seq2seq --model model', ['--from encode does not go with --to seq2seq']],
    ['rnn-pipe run --to regress --labels a,b', ['--labels does not apply']],
    ['rnn-pipe predict model --n-best 2 --json', ['--n-best does not apply', '--task regress']],
  ] as const)
    refused(folder(), `${line} < /dev/null`, { code: 'usage', says });
});
