/** Adding a segmenter, cell, engine, step or command is one file and one line in a list: folder and list may not differ. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const source = resolve(import.meta.dirname, '../src');
const read = (file: string): string => readFileSync(join(source, file), 'utf8');
const names = (folder: string): string[] =>
  readdirSync(join(source, folder))
    .filter((name) => name.endsWith('.ts') || !['commands', 'steps'].includes(folder))
    .map((name) => name.replace(/\.ts$/, ''));

/** The list, and the files of its folder that are no members. */
test.each([
  ['text/segmenters/index.ts', ['index']],
  ['model/cells/index.ts', ['index', 'cell']],
  ['engine/index.ts', ['index', 'ops', 'blocks', 'in-place', 'graph']],
  ['model/heads/index.ts', ['index', 'head']],
  ['commands/tasks/index.ts', ['index', 'task']],
])('%s lists every file of its folder', (list, others) => {
  const folder = list.slice(0, list.lastIndexOf('/'));
  const members = names(folder).filter((name) => !others.includes(name));
  expect(members.filter((name) => !read(list).includes(`'./${name}`))).toEqual([]);
  expect(members.length).toBeGreaterThan(0);
});

test('every file that defines a command is in one of the two lists', () => {
  const lists = read('commands/index.ts') + read('commands/stages.ts');
  const defining = names('commands').filter((name) => /^export const \w+Command: /m.test(read(`commands/${name}.ts`)));
  expect(defining.filter((name) => !lists.includes(`'./${name}.js'`))).toEqual([]);
  expect(defining.length).toBeGreaterThan(10);
});

test('every step is a command', () => {
  const steps = names('steps').filter((name) => !['step', 'batches', 'lines'].includes(name));
  expect(steps.filter((name) => !read('commands/stages.ts').includes(`'./${name}.js'`))).toEqual([]);
});
