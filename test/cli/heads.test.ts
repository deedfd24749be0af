/** Training of each head by the built command: what can be learnt is learnt, and what cannot is said with its line. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Folder } from '../support/cli.js';
import { refused, useFolder } from './support.js';

const folder = useFolder();

const SMALL = '--segmenter characters --dim 8 --units 8 --batch-size 16 --learning-rate 0.02 --min-count 1';

/** The scores of each epoch. */
function train(where: Folder, line: string): Record<string, number>[] {
  const result = where.run(['train', ...`${line} ${SMALL} --out model`.split(' ')]);
  expect(result).toMatchObject({ code: 0 });
  const lines = readFileSync(where.file('model/training.jsonl'), 'utf8').trim().split('\n');
  return lines.map((one) => (JSON.parse(one) as { valid: Record<string, number> }).valid);
}

const head = (where: Folder): Record<string, unknown> =>
  (JSON.parse(readFileSync(where.file('model/model.json'), 'utf8')) as { head: Record<string, unknown> }).head;

const lines = (count: number, of: (i: number) => string): string => `${Array.from({ length: count }, (_, i) => of(i)).join('\n')}\n`;
/** text i has i mod 4 times 好 */
const praise = (i: number): string => `${'好'.repeat(i % 4)}的电影`;

describe('regress', () => {
  test('it counts, in the numbers’ own units', () => {
    writeFileSync(folder().file('n.tsv'), `label\ttext\n${lines(200, (i) => `${1000 + 10 * (i % 4)}\t${praise(i)}`)}`);
    expect(train(folder(), 'n.tsv --task regress --take mean --epochs 8 --loss huber').at(-1)!['rmse']).toBeLessThan(1);
    expect(head(folder())).toMatchObject({ task: 'regress', loss: 'huber', columns: [] });
  });

  test('several numbers: in a label or in columns', () => {
    writeFileSync(folder().file('n.tsv'), `label\ttext\n${lines(100, (i) => `${i % 4},${-(i % 2)}\t${praise(i)}`)}`);
    train(folder(), 'n.tsv --task regress --epochs 1');
    const { mean } = head(folder());
    writeFileSync(folder().file('n.tsv'), `text\tstars\tsign\n${lines(100, (i) => `${praise(i)}\t${i % 4}\t${-(i % 2)}`)}`);
    train(folder(), 'n.tsv --task regress --epochs 1 --force --numbers stars,sign');
    expect(head(folder())).toMatchObject({ mean, columns: ['stars', 'sign'] });
  });

  test.each([
    ['inf', 'the label is no finite number'],
    ['1e999', 'the label is no finite number'],
    ['', 'the label is empty'],
    ['3,4', 'another number of numbers'],
    ['three', 'the label is no finite number'],
  ])('%j is no number', (label, says) => {
    writeFileSync(folder().file('n.tsv'), `label\ttext\n3\t好\n4\t坏\n${label}\t的\n`);
    refused(folder(), `rnn-pipe train n.tsv --task regress --out model ${SMALL} --hold-out 0%`, {
      code: 'data',
      place: 'n.tsv:4',
      says: [says],
    });
  });

  test('numbers that are all the same teach nothing', () => {
    writeFileSync(folder().file('n.tsv'), 'label\ttext\n3\t好\n3\t坏\n');
    refused(folder(), `rnn-pipe train n.tsv --task regress --out model ${SMALL} --hold-out 0%`, {
      code: 'data',
      says: ['nothing to learn'],
    });
  });
});

describe('multilabel', () => {
  const words = ['甲', '乙', '丙'];
  const labelled = (i: number): string[] => words.filter((_, bit) => (i % 8) & (1 << bit));
  const text = (i: number): string => `${labelled(i).join('')}的`;

  test('it gives each label for itself, and none; the threshold is chosen on the validation data', () => {
    writeFileSync(
      folder().file('m.jsonl'),
      lines(240, (i) => JSON.stringify({ text: text(i), label: labelled(i) })),
    );
    expect(train(folder(), 'm.jsonl --task multilabel --take max --epochs 8').at(-1)).toMatchObject({
      microF1: 1,
      macroF1: 1,
      subsetAccuracy: 1,
    });
    expect(head(folder())).toMatchObject({ labels: ['丙', '乙', '甲'] });
    expect(head(folder())['threshold']).not.toBe(0.5);
  });

  test('__label__ text and a column with a separator say the same', () => {
    writeFileSync(
      folder().file('m.txt'),
      lines(
        64,
        (i) =>
          `__label__x ${labelled(i)
            .map((one) => `__label__${one} `)
            .join('')}${text(i)}`,
      ),
    );
    train(folder(), 'm.txt --task multilabel --epochs 1');
    const { labels } = head(folder());
    writeFileSync(folder().file('m.tsv'), `label\ttext\n${lines(64, (i) => `${['x', ...labelled(i)].join(' | ')}\t${text(i)}`)}`);
    const result = folder().run([
      'train',
      'm.tsv',
      '--task',
      'multilabel',
      '--label-separator',
      '|',
      '--epochs',
      '1',
      '--force',
      ...`${SMALL} --out model`.split(' '),
    ]);
    expect(result.code).toBe(0);
    expect(head(folder())).toMatchObject({ labels, separator: '|' });
  });
});

describe('lm', () => {
  test('it learns what comes next, in stretches too', () => {
    writeFileSync(
      folder().file('raw.txt'),
      lines(300, (i) => '天地玄黄宇宙洪荒'.slice(i % 2 ? 0 : 4, i % 3 ? 8 : 6)),
    );
    const scores = train(folder(), 'raw.txt --task lm --epochs 10 --stretch 5');
    // four kinds of text: two beginnings and two ends, one bit each, in about five tokens and an end
    expect(scores.at(-1)!['perplexity']).toBeLessThan(1.6);
    expect(scores[0]!['perplexity']).toBeGreaterThan(scores.at(-1)!['perplexity']!);
  });

  test.each([
    ['--bidirectional --layers 2', 'one layer'],
    ['--ngrams 2', 'has the next token in it'],
    ['--affixes', 'reads tokens alone'],
    ['--take max', '--take does not apply'],
  ])('%s is refused', (flag, says) => {
    refused(folder(), `rnn-pipe train examples/headlines.tsv --task lm --out model ${flag}`, { code: 'usage', says: [says] });
  });
});

describe('a language model at work', () => {
  const verse = '天地玄黄宇宙洪荒日月盈昃';
  const learnVerse = (): void => {
    writeFileSync(
      folder().file('raw.txt'),
      lines(200, () => verse),
    );
    train(folder(), 'raw.txt --task lm --epochs 8');
  };
  const generate = (flags: string): string => {
    const result = folder().run(['generate', 'model', ...flags.split(' ')]);
    expect(result).toMatchObject({ code: 0 });
    return result.stdout;
  };

  test('it writes what it has read, on from a prompt, the same for the same seed', () => {
    learnVerse();
    expect(generate('--temperature 0')).toBe(`${verse}\n`);
    expect(generate('--temperature 0 --prompt 天地玄黄 --length 4')).toBe(`${verse.slice(0, 8)}\n`);
    const texts = generate('--temperature 3 --count 5 --seed 7');
    expect(texts.trim().split('\n')).toHaveLength(5);
    expect(generate('--temperature 3 --count 5 --seed 7')).toBe(texts);
    expect(generate('--temperature 3 --count 5 --seed 8')).not.toBe(texts);
    refused(folder(), 'rnn-pipe generate model --temperature 0 --seed 2', { code: 'usage', says: ['--seed does not apply'] });
    refused(folder(), 'rnn-pipe generate model --top-k 0', { code: 'usage', says: ['--top-k'] });
  });

  test('another training begins with it: its vectors, its tokens, its forward weights', () => {
    learnVerse();
    writeFileSync(folder().file('l.tsv'), `label\ttext\n${lines(60, (i) => (i % 2 ? 'a\t天地新' : 'b\t玄黄新'))}`);
    const line =
      'train l.tsv --init-from model --bidirectional --segmenter characters --epochs 3 --hold-out 20% --learning-rate 0.02 --out begun';
    const result = folder().run(line.split(' '));
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('begins with model: vectors of 12 of 13 tokens, rnn.1.forward.kernel');
    expect(result.stderr).toContain('drawn: rnn.1.backward.kernel');
    const vocabulary = JSON.parse(readFileSync(folder().file('begun/vocabulary.json'), 'utf8')) as { tokens: [string, number][] };
    expect(vocabulary.tokens.map(([token]) => token)).toContain('昃');
    refused(folder(), `rnn-pipe ${line.replace('begun', 'other')} --dim 9 --units 9`, {
      code: 'mismatch',
      place: 'model',
      says: ['nothing of the model fits'],
    });
    refused(folder(), 'rnn-pipe generate begun', { code: 'mismatch', place: 'begun', says: ['writes no text', '--task classify'] });
  });

  test('both ways: it is judged and predicts, writes nothing, and gives another training both directions', () => {
    writeFileSync(
      folder().file('raw.txt'),
      lines(200, () => verse),
    );
    const scores = train(folder(), 'raw.txt --task lm --bidirectional --epochs 8 --stretch 5');
    expect(head(folder())).toEqual({ task: 'lm', stretch: 5, bothWays: true });
    expect(scores.at(-1)!['perplexity']).toBeLessThan(2);
    writeFileSync(folder().file('verse.txt'), `${verse}\n`);
    const told = folder().run(['predict', 'model', 'verse.txt', '-q']);
    expect(told).toMatchObject({ code: 0 });
    const judged = folder().run(['evaluate', 'model', 'verse.txt', '-o', '-', '-q']);
    const { perplexity } = (JSON.parse(judged.stdout) as { scores: Record<string, number> }).scores;
    expect(Math.abs(perplexity! / Number(told.stdout) - 1)).toBeLessThan(1e-5);
    expect(Math.abs(perplexity! / scores.at(-1)!['perplexity']! - 1)).toBeLessThan(1e-5);
    refused(folder(), 'rnn-pipe generate model', {
      code: 'mismatch',
      place: 'model',
      says: ['writes no text', 'reads both ways', 'without --bidirectional'],
    });

    writeFileSync(folder().file('l.tsv'), `label\ttext\n${lines(60, (i) => (i % 2 ? 'a\t天地新' : 'b\t玄黄新'))}`);
    const line = 'train l.tsv --segmenter characters --epochs 1 --hold-out 20% --init-from model';
    const both = folder().run(`${line} --bidirectional --out begun`.split(' '));
    expect(both).toMatchObject({ code: 0 });
    expect(both.stderr).toContain('drawn: the head');
    const again = folder().run(
      'train raw.txt --task lm --bidirectional --segmenter characters --epochs 1 --init-from model --out on'.split(' '),
    );
    expect(again.stderr).toMatch(/rnn\.1\.backward\.recurrentBias, the softmax of 12 of 12 tokens\n/);
    const forwards = folder().run(`${line} --out forwards`.split(' '));
    expect(forwards.stderr).toContain('rnn.1.forward.recurrentBias; drawn: the head');
  });

  test('layers that --init-from gives are refused both ways, too', () => {
    writeFileSync(folder().file('raw.txt'), `${verse}\n${verse}\n`);
    train(folder(), 'raw.txt --task lm --layers 2 --epochs 1');
    const line = 'rnn-pipe train raw.txt --task lm --bidirectional --segmenter characters --init-from model --out other';
    refused(folder(), line, { code: 'usage', says: ['one layer', '--layers 2'] });
  });
});
