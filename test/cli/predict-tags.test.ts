/** `predict` with models of tags and of words, by the built command. */
import { writeFileSync } from 'node:fs';
import { refused, useFolder } from './support.js';

const folder = useFolder();
const LEARN = '--dim 8 --units 8 --bidirectional --epochs 6 --batch-size 8 --learning-rate 0.05 --min-count 1 --hold-out 0%';

const run = (line: string): string => {
  const { code, stdout, stderr } = folder().shell(line);
  expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' });
  return stdout;
};

test('a model of tags: word/tag lines, and records with tags and spans', () => {
  const lines = Array.from({ length: 80 }, (_, i) => (i % 2 ? '王/B-PER 明/I-PER 来/O 了/O' : '昨/O 天/O 李/B-PER 雷/I-PER 去/O'));
  writeFileSync(folder().file('train.txt'), `${lines.join('\n')}\n`);
  run(`rnn-pipe train train.txt --task tag --out model ${LEARN}`);
  writeFileSync(folder().file('texts.txt'), '王明去了\n\n昨天 李雷来了\n');
  expect(run('rnn-pipe predict model texts.txt')).toBe('王/B-PER 明/I-PER 去/O 了/O\n\n昨/O 天/O 李/B-PER 雷/I-PER 来/O 了/O\n');
  const [first, empty, last] = run('rnn-pipe predict model texts.txt --json')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(first).toMatchObject({
    tokens: ['王', '明', '去', '了'],
    tags: ['B-PER', 'I-PER', 'O', 'O'],
    spans: [{ type: 'PER', start: 0, end: 2, tokens: ['王', '明'] }],
  });
  expect(empty).toMatchObject({ tags: [], spans: [] });
  expect(last).toMatchObject({ spans: [{ type: 'PER', start: 2, end: 4 }] });
  refused(folder(), 'rnn-pipe predict model texts.txt 3', { code: 'usage', says: ['k does not apply', '--task tag', 'no labels to rank'] });
});

test('a model of words: segmented lines, and records with words', () => {
  const lines = Array.from({ length: 80 }, (_, i) => (i % 2 ? '我们 喜欢 看 电影' : '看 电影 和 图书馆'));
  writeFileSync(folder().file('words.txt'), `${lines.join('\n')}\n`);
  run(`rnn-pipe train words.txt --task segment --out model ${LEARN}`);
  writeFileSync(folder().file('texts.txt'), '我们看图书馆\n');
  expect(run('rnn-pipe predict model texts.txt')).toBe('我们 看 图书馆\n');
  expect(JSON.parse(run('rnn-pipe predict model texts.txt --json'))).toMatchObject({
    words: ['我们', '看', '图书馆'],
    tags: ['B', 'E', 'S', 'B', 'M', 'E'],
  });
});
