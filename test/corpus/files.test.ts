/** Which files a corpus has: folders, globs and awkward names, in an order that neither locale nor shell decides. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corpusFiles } from '../../src/corpus/files.js';
import { fingerprintOf, formatInputs, parseInputs, sameInputs, unchanged } from '../../src/corpus/fingerprint.js';

let folder: string;
const make = (name: string, text = 'x'): void => writeFileSync(join(folder, name), text);
const found = (...typed: string[]): string[] =>
  corpusFiles(
    typed.map((name) => join(folder, name)),
    join(folder, 'out'),
  ).files.map(({ path }) => path.slice(folder.length + 1));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
  for (const name of ['a', 'a/深', 'out', 'a/_temporary']) mkdirSync(join(folder, name));
  for (const name of [
    'a/B.txt',
    'a/b.txt',
    'a/-x y.txt',
    'a/深/é.txt',
    'a/深/😀.txt',
    'a/深/，.txt',
    'a/[1].txt',
    'out/part-00000.jsonl',
    'a/.hidden',
    'a/_temporary/t.txt',
  ])
    make(name);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a folder, to its end, by code points; hidden files and the output are not of it', () => {
  const all = ['a/-x y.txt', 'a/B.txt', 'a/[1].txt', 'a/b.txt', 'a/深/é.txt', 'a/深/，.txt', 'a/深/😀.txt'];
  expect(found('a')).toEqual(all);
  expect(found('')).toEqual(all);
  expect(corpusFiles([folder], join(folder, 'out')).leftOut).toBe(2);
});

test('the order in which they are typed does not matter, and twice is once', () => {
  expect(found('a/b.txt', 'a/B.txt', 'a/b.txt')).toEqual(['a/B.txt', 'a/b.txt']);
});

test('globs; a file whose name looks like one is itself', () => {
  expect(found('a/*.txt')).toEqual(['a/-x y.txt', 'a/B.txt', 'a/[1].txt', 'a/b.txt']);
  expect(found('a/**/*.txt').length).toBe(7);
  expect(found('a/{b,B}.txt')).toEqual(['a/B.txt', 'a/b.txt']);
  expect(found('a/[1].txt')).toEqual(['a/[1].txt']);
  expect(() => found('a/*.csv')).toThrow('no file has such a name');
  expect(() => found('no/such')).toThrow('no such file');
});

test('links to files are followed, links to folders left out', () => {
  symlinkSync('b.txt', join(folder, 'a/l.txt'));
  symlinkSync('.', join(folder, 'a/loop'));
  expect(found('a')).toContain('a/l.txt');
});

test('what became of an input is said by name', () => {
  make('a/b.txt', `${'h'.repeat(5000)}middle${'t'.repeat(5000)}`);
  const before = corpusFiles([join(folder, 'a')], 'out').files.map(fingerprintOf);
  const now = (): typeof before => corpusFiles([join(folder, 'a')], 'out').files.map(fingerprintOf);
  expect(parseInputs(formatInputs(before))).toEqual(before);
  expect(() => sameInputs(before, now())).not.toThrow();
  for (const file of before) unchanged(file);
  const time = new Date(before.find(({ path }) => path.endsWith('/b.txt'))!.modified);
  const changed = (text: string, says: string): void => {
    make('a/b.txt', text);
    utimesSync(join(folder, 'a/b.txt'), time, time);
    expect(() => sameInputs(before, now())).toThrow(
      expect.objectContaining({ code: 'mismatch', message: says, place: { file: join(folder, 'a/b.txt') } }) as Error,
    );
  };
  changed('short', 'the file has another size');
  changed(`${'H'.repeat(5000)}middle${'t'.repeat(5000)}`, 'the file has another content');
  changed(`${'h'.repeat(5000)}middle${'T'.repeat(5000)}`, 'the file has another content');
  make('a/b.txt', `${'h'.repeat(5000)}MIDDLE${'t'.repeat(5000)}`);
  utimesSync(join(folder, 'a/b.txt'), new Date(0), new Date(0));
  expect(() => sameInputs(before, now())).toThrow('the file was changed');
  expect(() => before.forEach(unchanged)).toThrow('the file was changed while it was read');
  make('a/new.txt');
  expect(() => sameInputs(before, now())).toThrow(/changed|was not in the input/);
  rmSync(join(folder, 'a/B.txt'));
  expect(() => sameInputs(before, now())).toThrow('this file of the input is not there any more');
});
