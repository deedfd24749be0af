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
  const rounded = folder().run('evaluate model new.tsv --quantize int8 -o rounded.json'.split(' '));
  expect(rounded.stdout).toContain('in 8 bits (int8)');
  expect(JSON.parse(readFileSync(folder().file('rounded.json'), 'utf8'))).toMatchObject({ quantize: 'int8', scores: { exact: 1 } });
  const score = folder().run(['score', 'said.jsonl']);
  expect(score.stderr).toMatch(/^BLEU [\d.]+, chrF 100\.00, exact 1\.0000; 3 texts$/m);
  // all of a model: lines, records, runs and batches say the same
  const saidBy = (line: string): unknown[] => {
    const { code, stdout, stderr } = folder().shell(line);
    expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' });
    return stdout
      .trim()
      .split('\n')
      .map((one) => (one.startsWith('{') ? (JSON.parse(one) as Record<string, unknown>)['prediction'] : one));
  };
  const texts = ['two one', 'four', 'three three three'];
  writeFileSync(folder().file('new.txt'), '二一\n四\n三三三\n');
  for (const line of [
    'rnn-pipe predict model new.txt --beam 2 -q',
    'rnn-pipe predict model new.tsv --input-format tsv --json --n-best 2 -q',
    'rnn-pipe run new.txt --to seq2seq --model model -q',
    'rnn-pipe seq2seq new.tsv --model model --quantize int8 -q',
    'rnn-pipe predict model new.txt --quantize int8 -q',
    'rnn-pipe run new.txt --to predict --model model --beam 1 -q',
    'rnn-pipe batch new.txt --to predict --model model -q --out predicted && cat predicted/part-*.jsonl',
    'rnn-pipe batch new.txt --to seq2seq --model model --beam 2 -q --out searched && cat searched/part-*.jsonl',
  ])
    expect(saidBy(line)).toEqual(texts);
  expect(folder().shell('rnn-pipe evaluate model new.tsv -o e.json -q')).toMatchObject({ code: 0 });
  const { scores } = JSON.parse(readFileSync(folder().file('e.json'), 'utf8')) as { scores: Record<string, number> };
  expect(scores).toMatchObject({ chrf: expect.closeTo(100, 6) as number, exact: 1, accuracy: 1 });
  expect(score.stderr).toContain(`BLEU ${scores['bleu']!.toFixed(2)},`);
  refused(folder(), 'rnn-pipe predict model new.txt 2', { code: 'usage', says: ['k does not apply'] });
  refused(folder(), 'rnn-pipe predict model new.txt --n-best 2', { code: 'usage', says: ['--n-best does not apply', '--json'] });
  refused(folder(), 'rnn-pipe evaluate model new.tsv --mistakes 2', { code: 'usage', says: ['--mistakes does not apply'] });
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

test('an unknown token becomes the one of the source that was looked at, where that is asked for', () => {
  // a name is its own translation, and is seen once: so it is unknown on both sides
  const name = (i: number): string => String.fromCodePoint(0x4e00 + 7 * i);
  const lines = Array.from({ length: 160 }, (_, i) => `${'一二三'[i % 3]!}${name(i)}\t${['one', 'two', 'three'][i % 3]!} ${name(i)}`);
  writeFileSync(folder().file('train.tsv'), `${lines.join('\n')}\n`);
  const train = TRAIN.replace('--target-min-count 1', '').replace('--min-count 1', '--min-count 2');
  expect(folder().shell(`rnn-pipe ${train} --hold-out 0% --out model`)).toMatchObject({ code: 0 });
  const said = (more: string): string =>
    folder().shell(`rnn-pipe predict model -q --beam 1 --min-length 2 --max-length 2 ${more} <<< 二龘`).stdout;
  expect(said('--replace-unknown')).toBe('two龘\n');
  expect(said('')).not.toContain('龘');
});

test('the target’s model is bound to its segmenter, as predict is', () => {
  writeFileSync(folder().file('train.tsv'), pairs(32));
  expect(folder().shell(`rnn-pipe ${TRAIN} --epochs 1 --hold-out 0% --out model`)).toMatchObject({ code: 0 });
  const file = folder().file('model/model.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"characters-[0-9a-f]{8}"/, '"characters-00000000"'));
  refused(folder(), 'rnn-pipe seq2seq --model model <<< 一', { code: 'mismatch', place: 'model', says: ['another segmenter'] });
});
