/** Tagging and segmentation by the built command: they learn, in every format, and refuse what is no training data, with its line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { refused, useFolder } from './support.js';

const folder = useFolder();

const NAMES = ['王小明', '李雷', '韩梅梅', '张伟'];
const REST = ['昨天在家', '去了学校', '说今天很好', '和大家看书'];

/** Sentences in which a name stands first or last: what a CRF must learn in a moment. */
function sentences(count: number): { token: string; tag: string }[][] {
  const outside = (text: string) => Array.from(text, (token) => ({ token, tag: 'O' }));
  const name = (text: string) => Array.from(text, (token, i) => ({ token, tag: i === 0 ? 'B-PER' : 'I-PER' }));
  return Array.from({ length: count }, (_, i) => {
    const [who, what] = [name(NAMES[i % 4]!), outside(REST[(i * 3 + (i >> 2)) % 4]!)];
    return i % 2 ? [...who, ...what] : [...what, ...who];
  });
}

const conll = (divide: string): string =>
  sentences(80)
    .map((tokens) => tokens.map(({ token, tag }) => `${token}${divide}x${divide}${tag}\n`).join(''))
    .join('\n');
const slash = (): string =>
  `${sentences(80)
    .map((tokens) => tokens.map(({ token, tag }) => `${token}/${tag}`).join(' '))
    .join('\n')}\n`;

const LEARN = '--dim 8 --units 8 --bidirectional --epochs 5 --batch-size 8 --learning-rate 0.05 --min-count 1 --hold-out tail:10%';

function lastScores(model: string): Record<string, number> {
  const lines = readFileSync(folder().file(`${model}/training.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return (JSON.parse(lines.at(-1)!) as { valid: Record<string, number> }).valid;
}

test.each([
  ['tabs', () => conll('\t'), '--column 3', '3 columns, the tag in column 3'],
  ['spaces, no CRF', () => conll(' '), '--column 3 --no-crf', 'found 3 columns'],
  ['word/tag', slash, '', 'found word/tag'],
])('it learns to tag: %s', (_, make, options, told) => {
  writeFileSync(folder().file('train.txt'), make());
  const result = folder().shell(`rnn-pipe train train.txt --task tag --out model ${LEARN} ${options}`);
  expect(result).toMatchObject({ code: 0 });
  expect(result.stderr).toContain(told);
  expect(lastScores('model')).toMatchObject({ precision: 1, recall: 1, f1: 1, accuracy: 1 });
  const { head, segmenter } = JSON.parse(readFileSync(folder().file('model/model.json'), 'utf8')) as Record<string, object>;
  expect(head).toEqual({ task: 'tag', tags: ['B-PER', 'I-PER', 'O'], scheme: 'BIO', crf: !options.includes('--no-crf') });
  expect(segmenter).toMatchObject({ options: { name: 'codepoints' } });
});

test('plain classes have no scheme and no CRF, and are judged by their accuracy', () => {
  writeFileSync(folder().file('train.txt'), slash().replaceAll('B-PER', 'N').replaceAll('I-PER', 'N').replaceAll('/O', '/V'));
  expect(folder().shell(`rnn-pipe train train.txt --task tag --out model ${LEARN}`)).toMatchObject({ code: 0 });
  expect(Object.keys(lastScores('model'))).toEqual(['accuracy', 'loss']);
  expect(JSON.parse(readFileSync(folder().file('model/model.json'), 'utf8'))).toMatchObject({ head: { tags: ['N', 'V'], crf: false } });
});

test('the same seed gives the same bytes with one worker and with two', () => {
  writeFileSync(folder().file('train.txt'), slash());
  const train = (out: string, workers: number): Buffer => {
    const result = folder().shell(`rnn-pipe train train.txt --task tag --out ${out} ${LEARN} --epochs 1 --workers ${workers}`);
    expect(result).toMatchObject({ code: 0 });
    return readFileSync(folder().file(`${out}/weights.safetensors`));
  };
  expect(train('b', 2).equals(train('a', 1))).toBe(true);
});

test('it learns to segment', () => {
  const words = sentences(80).map((tokens) => {
    const text = tokens.map(({ token, tag }) => (tag === 'B-PER' ? ` ${token}` : tag === 'O' ? ` ${token} ` : token)).join('');
    return text.trim().replace(/ +/g, ' ');
  });
  writeFileSync(folder().file('words.txt'), `${words.join('\n')}\n`);
  expect(folder().shell(`rnn-pipe train words.txt --task segment --out model ${LEARN}`)).toMatchObject({ code: 0 });
  expect(lastScores('model')).toMatchObject({ f1: 1 });
});

test('slips of the annotators are told and not learnt', () => {
  writeFileSync(folder().file('train.txt'), `${slash()}家/I-PER 里/O\n`);
  const { code, stderr } = folder().shell(`rnn-pipe train train.txt --task tag --out model ${LEARN} --epochs 1 --hold-out 0%`);
  expect(code).toBe(0);
  expect(stderr).toContain('1 tags are no BIO where they stand, and those moves are not learnt; the first: train.txt:81');
});

describe('what is no training data is refused, with its line', () => {
  const TAG = `rnn-pipe train train.txt --task tag --out model ${LEARN}`;
  test.each([
    ['a row with fewer columns', '他\tr\tO\n来\tO\n', '--column 3', 'train.txt:2', ['another number of columns', '3, as in line 1', '2']],
    ['a row with more', '他\tO\n\n\n来\tO\tO\n', '', 'train.txt:4', ['another number of columns', 'expected 2']],
    ['an empty tag', '他\tO\n来\t\n', '', 'train.txt:2', ['the tag is empty']],
    ['an empty token', '他\tO\n\tO\n', '', 'train.txt:2', ['the token is empty']],
    ['no such column', '他\tO\n', '--column 3', 'train.txt:1', ['there is no column 3', 'at least 3 columns']],
    ['one column', '他\n来\n', '', 'train.txt:1', ['the line has no tag', '--input-format slash']],
    ['a word without a tag', '他/O 来/V\n他 来/V\n', '--input-format slash', 'train.txt:2:1', ['a word has no tag', 'word/tag']],
    ['a slash without a tag', '他/O 来/\n', '--input-format slash', 'train.txt:1:5', ['a tag is empty']],
    ['a tag alone', '他/O /V\n', '--input-format slash', 'train.txt:1:5', ['a tag has no word']],
    ['one tag', '他/O 来/O\n', '', 'train.txt', ['all tokens have one tag', '--column']],
    ['nothing', '\n \n', '', 'train.txt', ['there are no texts']],
    ['no UTF-8', Buffer.concat([Buffer.from('他\tO\n'), Buffer.of(0xd6, 0xd0, 9, 79, 10)]), '', 'train.txt:2:1', ['no UTF-8']],
  ])('%s', (_, content, options, place, says) => {
    writeFileSync(folder().file('train.txt'), content);
    refused(folder(), `${TAG} ${options}`, { code: 'data', place, says });
  });

  test('a tag that the training data does not have', () => {
    writeFileSync(folder().file('train.txt'), '他\tO\n来\tB-X\n');
    writeFileSync(folder().file('valid.txt'), '他\tO\n来\tB-Y\n');
    const line = `rnn-pipe train train.txt --valid valid.txt --task tag --out model --epochs 1`;
    refused(folder(), line, { code: 'data', place: 'valid.txt:2', says: ['none of the training data', 'expected B-X, O', 'B-Y'] });
  });

  test('formats and options of other tasks', () => {
    writeFileSync(folder().file('train.txt'), slash());
    refused(folder(), `${TAG} --input-format csv`, { code: 'usage', says: ['not for --task tag', 'conll, slash'] });
    refused(folder(), `rnn-pipe train train.txt --out model --input-format slash`, { code: 'usage', says: ['not for --task classify'] });
    refused(folder(), `rnn-pipe train train.txt --out model --crf`, { code: 'usage', says: ['--crf does not apply'] });
    refused(folder(), `rnn-pipe train train.txt --task segment --out model --column 3`, {
      code: 'usage',
      says: ['--column does not apply'],
    });
  });
});

test('hostile tokens are tokens: keys of objects, special tokens, control and wide characters', () => {
  const tokens = ['__proto__', '<pad>', '\u0000', '\u2028', '𠮷', '👨‍👩‍👧', ' ', 'a/b'];
  const rows = Array.from({ length: 12 }, () => tokens.map((token, i) => `${token}\t${i % 2 ? 'constructor' : '__proto__'}\n`).join(''));
  writeFileSync(folder().file('train.txt'), rows.join('\n'));
  expect(folder().shell(`rnn-pipe train train.txt --task tag --out model ${LEARN}`)).toMatchObject({ code: 0 });
  expect(lastScores('model')).toMatchObject({ accuracy: 1 });
  const vocabulary = JSON.parse(readFileSync(folder().file('model/vocabulary.json'), 'utf8')) as { tokens: [string, number][] };
  expect(
    vocabulary.tokens
      .slice(4)
      .map(([token]) => token)
      .sort(),
  ).toEqual([...tokens].sort());
});
