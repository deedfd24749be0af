/** `--affixes` by the built command: a network that reads the first and the last character of tokens, from training to predictions. */
import { readFileSync, writeFileSync } from 'node:fs';
import { readWeights } from '../../src/model/weights.js';
import { refused, useFolder } from './support.js';

const folder = useFolder();

const run = (line: string): string => {
  const { code, stdout, stderr } = folder().shell(line);
  expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' });
  return stdout;
};
const json = (name: string): Record<string, unknown> => JSON.parse(readFileSync(folder().file(name), 'utf8')) as Record<string, unknown>;
const weights = (model: string) => readWeights(readFileSync(folder().file(`${model}/weights.safetensors`)));

/** A place ends with 市, a name begins with 小: nothing else tells the two, and each is there once. */
function sentences(from: number, count: number): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const middle = String.fromCodePoint(0x4e00 + 7 * (from + i)) + String.fromCodePoint(0x5e00 + 5 * (from + i));
    const [name, place] = [`小${middle}/NAME`, `${middle}市/PLACE`];
    const [one, other] = i % 2 ? [name, place] : [place, name];
    return i % 3 ? `${one} 去/VERB 了/VERB ${other}` : `在/VERB ${one} 见/VERB ${other}`;
  });
  return `${lines.join('\n')}\n`;
}

const LEARN =
  '--task tag --segmenter whitespace --dim 4 --units 6 --bidirectional --epochs 8 --batch-size 8 --learning-rate 0.05 --min-count 2 -q';

const train = (out: string, more: string): string => run(`rnn-pipe train train.txt --valid valid.txt --out ${out} ${LEARN} ${more}`);

beforeEach(() => {
  writeFileSync(folder().file('train.txt'), sentences(0, 80));
  writeFileSync(folder().file('valid.txt'), sentences(500, 20));
  writeFileSync(folder().file('texts.txt'), '小明 去 了 广州市\n在 5w-30 见 小😀\n😀市\n');
});

const accuracy = (model: string): number =>
  (json(`${model}/model.json`) as { training: { best: { accuracy: number } } }).training.best.accuracy;

test('a tag that an affix tells is found for words that were never seen; without affixes it is not', () => {
  train('model', '--affixes --affix-dim 5');
  train('plain', '');
  expect(accuracy('model')).toBe(1);
  expect(accuracy('plain')).toBeLessThan(1);
  expect(json('model/model.json')).toMatchObject({ embedding: { affixDim: 5 }, network: { inputSize: 4 + 2 * 5 } });
  expect(run('rnn-pipe predict model texts.txt -q').split('\n')).toEqual([
    '小明/NAME 去/VERB 了/VERB 广州市/PLACE',
    expect.stringMatching(/^在\/VERB 5w-30\/\w+ 见\/VERB 小😀\/NAME$/) as string,
    '😀市/PLACE',
    '',
  ]);
  // a model that was made before there were affixes does not say that it has none
  const document = json('plain/model.json') as { embedding: Record<string, number> };
  const before = run('rnn-pipe predict plain texts.txt --json -q');
  expect(document.embedding).toMatchObject({ affixDim: 0, affixRows: 0 });
  delete document.embedding['affixDim'];
  delete document.embedding['affixRows'];
  writeFileSync(folder().file('plain/model.json'), JSON.stringify(document));
  expect(run('rnn-pipe predict plain texts.txt --json -q')).toBe(before);
});

test('the steps through files, a run and a batch give the tags of predict', () => {
  train('model', '--affixes');
  const tags = (line: string): unknown[] =>
    run(line)
      .trim()
      .split('\n')
      .map((one) => (JSON.parse(one) as { tags: string[] }).tags);
  const whole = tags('rnn-pipe predict model texts.txt --json -q');
  run('rnn-pipe tokenize texts.txt --segmenter whitespace -q | rnn-pipe encode --model model -q -o ids.jsonl');
  const [second] = run('sed -n 2p ids.jsonl').split('\n');
  const { prefixIds, suffixIds } = JSON.parse(second!) as { prefixIds: number[]; suffixIds: number[] };
  const { affixes } = json('model/vocabulary.json') as { affixes: [string, number][] };
  const idOf = (character: string): number => affixes.findIndex(([name]) => name === character) + 4;
  expect([prefixIds.slice(2), suffixIds.slice(2)]).toEqual([
    [idOf('见'), idOf('小')],
    [idOf('见'), 1],
  ]);
  const rest = 'rnn-pipe embed --model model -q | rnn-pipe rnn --model model -q | rnn-pipe tag --model model -q';
  expect(tags(`rnn-pipe pad ids.jsonl --length 7 --padding pre -q | ${rest}`)).toEqual(whole);
  expect(tags(rest.replace('embed', 'embed ids.jsonl'))).toEqual(whole);
  // from Arrow to Arrow, where fields at which no step looks stay in their columns
  const inArrow = rest.replaceAll(' -q |', ' -q --format arrow |').replace('tag', 'classify');
  expect(tags(`rnn-pipe convert ids.jsonl --format arrow -q | ${inArrow} --format arrow | rnn-pipe convert -q`)).toEqual(whole);
  expect(tags('rnn-pipe run texts.txt --segmenter whitespace --whole --model model --to tag -q')).toEqual(whole);
  const batch = 'rnn-pipe batch texts.txt --whole --segmenter whitespace --length 7 --model model --to tag -q --out out';
  expect(tags(`${batch} && cat out/part-*.jsonl`)).toEqual(whole);
});

test('the same bytes with one worker and with two', () => {
  const [one, two] = [1, 2].map((workers) => {
    train(`m${workers}`, `--affixes --ngrams 2 --dropout-embedding 0.2 --dropout-token 0.1 --epochs 2 --workers ${workers}`);
    return readFileSync(folder().file(`m${workers}/weights.safetensors`));
  });
  expect(two!.equals(one!)).toBe(true);
});

test('--vectors: characters begin with their vectors where the sizes are the same, and stay so where they are frozen', () => {
  writeFileSync(folder().file('v.vec'), '3 2\n小 1.5 -2\n市 0.25 4\n去 3 3\n');
  const { affixes } = json(vocabulary()) as { affixes: [string, number][] };
  const row = (model: string, character: string): number[] =>
    Array.from(
      weights(model)
        .get('affixEmbedding')!
        .row(affixes.findIndex(([name]) => name === character) + 4),
    );
  const short = (more: string): string => LEARN.replace('--dim 4 ', '').replace('--epochs 8', '--epochs 1') + more;
  const learn = (out: string, more: string): string =>
    run(`rnn-pipe train train.txt --valid valid.txt --out ${out} --affixes --vectors v.vec ${short(more)}`);
  learn('frozen', ' --freeze-vectors');
  expect([row('frozen', '小'), row('frozen', '市'), row('frozen', '去')]).toEqual([
    [1.5, -2],
    [0.25, 4],
    [3, 3],
  ]);
  learn('begun', '');
  expect(row('begun', '小')).not.toEqual([1.5, -2]);
  row('begun', '小').forEach((x, i) => expect(Math.abs(x - [1.5, -2][i]!)).toBeLessThan(1));
  learn('other', ' --affix-dim 3 --freeze-vectors');
  expect(json('other/model.json')).toMatchObject({ embedding: { dim: 2, affixDim: 3 } });
});

/** The vocabulary of the training texts, as `vocab` makes it. */
function vocabulary(): string {
  const words = readFileSync(folder().file('train.txt'), 'utf8').replace(/\/[A-Z]+/g, '');
  writeFileSync(folder().file('words.txt'), words);
  run('rnn-pipe tokenize words.txt --segmenter whitespace -q | rnn-pipe vocab --affixes --min-count 2 -q -o vocabulary.json');
  return 'vocabulary.json';
}

test('vocab counts in parts, and says what a document holds', () => {
  vocabulary();
  run(
    'rnn-pipe tokenize words.txt --segmenter whitespace -q -o tokens.jsonl; head -30 tokens.jsonl > a.jsonl; tail -n +31 tokens.jsonl > b.jsonl',
  );
  for (const part of ['a', 'b']) run(`rnn-pipe vocab --affixes --partial ${part}.jsonl -q -o ${part}.json`);
  run('rnn-pipe vocab --merge b.json a.json --min-count 2 -q -o merged.json && cmp merged.json vocabulary.json');
  expect(run('rnn-pipe inspect vocabulary.json')).toMatch(/a vocabulary of \d+ tokens and \d+ first and last characters, from/);
  expect(run('rnn-pipe inspect a.json')).toMatch(/counts of \d+ tokens for "vocab --merge", with first and last characters\n/);
  refused(folder(), 'rnn-pipe vocab --merge a.json --affixes', { code: 'usage', says: ['--affixes does not apply to --merge'] });
  run('rnn-pipe vocab --partial b.jsonl -q -o plain.json');
  refused(folder(), 'rnn-pipe vocab --merge a.json plain.json', {
    code: 'mismatch',
    says: ['different n-grams or affixes', 'expected --affixes', 'found tokens alone'],
  });
});

test('a run makes the vocabulary that vocab makes', () => {
  vocabulary();
  const found = run('rnn-pipe run words.txt --segmenter whitespace --whole --to encode --affixes --min-count 2 -q');
  expect(run('rnn-pipe tokenize words.txt --segmenter whitespace -q | rnn-pipe encode --vocab vocabulary.json -q')).toBe(found);
  expect(found).toContain('"prefixIds":[');
});

test('another training begins with the characters of a model', () => {
  train('model', '--affixes --affix-dim 5');
  const result = folder().shell(
    `rnn-pipe train train.txt --valid valid.txt --out next --init-from model --affixes ${LEARN.replace(' -q', '')}`,
  );
  expect(result).toMatchObject({ code: 0 });
  const { length } = json('next/vocabulary.json')['affixes'] as unknown[];
  expect(result.stderr).toContain(`of ${length} of ${length} first and last characters, rnn.1.forward.kernel`);
});
