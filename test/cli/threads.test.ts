/** Threads of the engine do whole jobs: how many there are never shows in the bytes. Enough texts for several jobs of several batches. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { useModel } from '../support/model.js';
import { useFolder } from './support.js';

const WORDS = ['我们', '喜欢', '电影', '真的', '好看', '难看', '无聊', '精彩'];

/** 3,000 texts of 1 to 12 words. */
const texts = (): string[] =>
  Array.from({ length: 3000 }, (_, i) => Array.from({ length: 1 + (i % 12) }, (_, k) => WORDS[(i * 7 + k * k * 3) % 8]).join(''));

const newFolder = useFolder();

test('rnn gives the same bytes with 1 and 3 threads', () => {
  const folder = newFolder();
  writeFileSync(folder.file('texts.txt'), `${texts().join('\n')}\n`);
  const { code, stderr } = folder.shell(
    'rnn-pipe run texts.txt --segmenter characters --to embed --length 24 --dim 8 -o vectors.arrow -q && ' +
      'for n in 1 3; do rnn-pipe rnn vectors.arrow --units 6 --bidirectional --threads $n -o $n.arrow -q; done',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(readFileSync(folder.file('3.arrow')).equals(readFileSync(folder.file('1.arrow')))).toBe(true);
});

(existsSync('/proc/self/task') ? test : test.skip)(
  'the system’s threads are as many as the cores and two, beside the four that files have',
  () => {
    const folder = newFolder();
    writeFileSync(
      folder.file('count.cjs'),
      "process.on('exit', () => console.log(require('node:fs').readdirSync('/proc/self/task').length));",
    );
    const counted = (environment: string): number => {
      const { stdout } = folder.shell(`${environment} NODE_OPTIONS='--require ./count.cjs' rnn-pipe --version`);
      return Number(stdout.split('\n')[1]);
    };
    expect(counted('env -u UV_THREADPOOL_SIZE') - counted('UV_THREADPOOL_SIZE=4')).toBe(availableParallelism() + 2);
  },
);

const trained = useModel('--segmenter characters');

test('evaluate says the same of the texts with 1 and 3 threads', () => {
  const folder = trained();
  writeFileSync(
    folder.file('many.tsv'),
    `label\ttext\n${texts()
      .map((text, i) => `${i % 3 ? 'good' : 'bad'}\t${text}\n`)
      .join('')}`,
  );
  const { code, stderr } = folder.shell(
    'for n in 1 3; do rnn-pipe evaluate model many.tsv --threads $n -o $n.json -q; grep -v -i second $n.json > $n.txt; done',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(readFileSync(folder.file('3.txt'), 'utf8')).toBe(readFileSync(folder.file('1.txt'), 'utf8'));
});
