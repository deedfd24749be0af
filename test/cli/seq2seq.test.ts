/** A sequence-to-sequence model by the built command: learnt, and refused where the data is none for it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { refused, useFolder } from './support.js';

const folder = useFolder();

/** Texts of three words and what they become: the same in capitals, the other way round. */
function pairs(count: number): string {
  const [zh, en] = [
    ['一', '二', '三', '四'],
    ['one', 'two', 'three', 'four'],
  ];
  const lines = Array.from({ length: count }, (_, i) => {
    const digits = [i % 4, (i >> 2) % 4, (i >> 4) % 4].slice(0, 1 + ((i >> 6) % 3));
    return `${digits.map((digit) => zh[digit]).join('')}\t${digits.map((digit) => en[digit]).join(' ')}`;
  });
  return `${lines.join('\n')}\n`;
}

const TRAIN =
  'train train.tsv --task seq2seq --segmenter characters --units 24 --dim 12 --target-dim 12 --bidirectional --epochs 12 --batch-size 16 --learning-rate 0.02 --min-count 1 --target-min-count 1';

test('it learns to say what it reads, and the same seed gives the same bytes with any number of workers', () => {
  writeFileSync(folder().file('train.tsv'), pairs(192));
  const weights = [1, 2].map((workers) => {
    const out = `model-${workers}`;
    expect(folder().run([...TRAIN.split(' '), '--out', out, '--workers', String(workers)])).toMatchObject({ code: 0 });
    return readFileSync(folder().file(`${out}/weights.safetensors`));
  });
  expect(weights[0]!.equals(weights[1]!)).toBe(true);
  const lines = readFileSync(folder().file('model-1/training.jsonl'), 'utf8').trim().split('\n');
  const { valid } = JSON.parse(lines.at(-1)!) as { valid: { accuracy: number; loss: number; perplexity: number } };
  expect(valid.accuracy).toBeGreaterThan(0.95);
  expect(valid.perplexity).toBeCloseTo(Math.exp(valid.loss), 6);
  const vocabulary = JSON.parse(readFileSync(folder().file('model-1/target-vocabulary.json'), 'utf8')) as { tokens: string[] };
  expect(
    vocabulary.tokens
      .slice(4)
      .map(([token]) => token)
      .sort(),
  ).toEqual(['four', 'one', 'three', 'two']);
});

test('it says texts: one out for each one in, which score compares', () => {
  writeFileSync(folder().file('train.tsv'), pairs(192));
  expect(folder().run([...TRAIN.split(' '), '--out', 'model'])).toMatchObject({ code: 0 });
  writeFileSync(folder().file('new.tsv'), '二一\ttwo one\n四\tfour\n三三三\tthree three three\n');
  const said = folder().run('seq2seq new.tsv --model model --n-best 2 --trace -o said.jsonl'.split(' '));
  expect(said).toMatchObject({ code: 0 });
  const records = readFileSync(folder().file('said.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(records.map(({ prediction }) => prediction)).toEqual(['two one', 'four', 'three three three']);
  for (const { said: texts, search, prediction } of records) {
    expect(texts).toHaveLength(2);
    expect((texts as { text: string }[])[0]!.text).toBe(prediction);
    expect((search as unknown[]).length).toBeGreaterThan(1);
  }
  const score = folder().run(['score', 'said.jsonl']);
  expect(score.stderr).toMatch(/^BLEU [\d.]+, chrF 100\.00, exact 1\.0000; 3 texts$/m);
  for (const [more, says] of [
    ['--beam 0', '--beam'],
    ['--beam 2 --n-best 3', '--n-best'],
    ['--min-length 4 --max-length 3', '--max-length'],
  ] as const)
    refused(folder(), `rnn-pipe seq2seq new.tsv --model model ${more}`, { code: 'usage', says: [says] });
});

test.each([
  ['an empty target', '好\tgood\n坏\t \n', { place: 'train.tsv:2', says: ['the target is empty', 'source<TAB>target'] }],
  ['no target', '好\n坏\n', { place: 'train.tsv:1', says: ['the text has no target', 'source<TAB>target'] }],
])('%s', (_, text, expected) => {
  writeFileSync(folder().file('train.tsv'), text);
  refused(folder(), `rnn-pipe ${TRAIN} --out model`, { code: 'data', ...expected });
});
