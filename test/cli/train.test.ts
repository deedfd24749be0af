/** Training by the built command: it learns, it gives the same bytes again, and it goes on where it was stopped. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Folder } from '../support/cli.js';
import { refused, useFolder } from './support.js';

const folder = useFolder();

/** Texts whose label is told by one word: what an LSTM must learn in a moment. */
function texts(count: number): string {
  const [good, bad, filler] = [
    ['好看', '喜欢', '精彩'],
    ['难看', '讨厌', '无聊'],
    ['这部', '电影', '真的', '非常', '我们', '都', '觉得', '很'],
  ];
  const lines = Array.from({ length: count }, (_, i) => {
    const words = [filler[i % 8], filler[(i * 3) % 8], (i % 2 ? good : bad)[i % 3], filler[(i * 5) % 8]];
    return `${i % 2 ? 'good' : 'bad'}\t${words.join('')}`;
  });
  return `label\ttext\n${lines.join('\n')}\n`;
}

const TRAIN =
  'train train.tsv --segmenter characters --dim 8 --units 8 --epochs 4 --batch-size 16 --learning-rate 0.02 --dropout 0.1 --min-count 1';

function trained(where: Folder, out: string, more = ''): Buffer {
  const result = where.run([...TRAIN.split(' '), '--out', out, ...more.split(' ').filter(Boolean)]);
  expect(result).toMatchObject({ code: 0 });
  return readFileSync(where.file(`${out}/weights.safetensors`));
}

beforeEach(() => writeFileSync(folder().file('train.tsv'), texts(200)));

test('it learns what can be learnt', () => {
  trained(folder(), 'model');
  const lines = readFileSync(folder().file('model/training.jsonl'), 'utf8').trim().split('\n');
  expect(lines).toHaveLength(4);
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ epoch: 4, valid: { accuracy: 1 } });
  expect(existsSync(folder().file('model.training'))).toBe(false);
});

test('the same seed gives the same bytes with one worker and with two; another seed others', () => {
  const one = trained(folder(), 'a', '--workers 1');
  expect(trained(folder(), 'b', '--workers 2').equals(one)).toBe(true);
  expect(trained(folder(), 'c', '--seed 2').equals(one)).toBe(false);
});

test('a training that exists is neither replaced nor mixed up', () => {
  trained(folder(), 'model');
  refused(folder(), `rnn-pipe ${TRAIN} --out model`, { code: 'cannot-create', place: 'model', says: ['the model exists', '--force'] });
  refused(folder(), `rnn-pipe ${TRAIN} --out other --resume`, { code: 'no-input', says: ['no training to go on with'] });
});
