import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadOnce, type DictionaryFiles } from '../../src/text/jieba/one-dictionary.js';

let folder: string;
let files: DictionaryFiles;
let smallest: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rnn-pipe-test-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  smallest = file('smallest', '一 1 m\n');
  files = {
    dict: file('dict', '我们 5 r\n中国 3 ns\n'),
    hmmDict: file('hmm', 'hmm'),
    userDict: file('user', ''),
    idfDict: file('idf', 'a 1.0\n'),
    stopWordDict: file('stop', 'a\n'),
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = (file: string): string => readFileSync(file, 'utf8');

// the order in which nodejieba's `load` opens its files (lib/nodejieba.cpp, cppjieba's Jieba.hpp and TextRankExtractor.hpp)
const asNodejiebaReads = (read: string[]) => (given: DictionaryFiles) => {
  for (const name of ['dict', 'userDict', 'hmmDict', 'idfDict', 'stopWordDict', 'dict', 'hmmDict', 'userDict', 'stopWordDict'] as const)
    read.push(text(given[name]));
};

test('what is read before the weights of words is the dictionary, what is read after them the smallest one', () => {
  const read: string[] = [];
  let used = '';
  loadOnce(
    (given) => {
      asNodejiebaReads(read)(given);
      used = dirname(given.dict);
    },
    files,
    smallest,
  );
  expect(read).toEqual(['我们 5 r\n中国 3 ns\n', '', 'hmm', 'a 1.0\n', 'a\n', '一 1 m\n', 'hmm', '', 'a\n']);
  expect(text(files.dict)).toBe('我们 5 r\n中国 3 ns\n');
  expect(existsSync(used)).toBe(false);
});

test('without mkfifo the files are read as they are', () => {
  const read: string[] = [];
  loadOnce(asNodejiebaReads(read), files, smallest, join(folder, 'no-such-command'));
  expect(read[0]).toBe('我们 5 r\n中国 3 ns\n');
  expect(read[5]).toBe(read[0]);
});

test('a load that reads nothing leaves nobody waiting, and its error comes out', () => {
  const load = (): never => {
    throw new Error('no load');
  };
  expect(() => loadOnce(load, files, smallest)).toThrow('no load');
});
