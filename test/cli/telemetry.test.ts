/** The native ONNX Runtime sends events and leaves files behind unless its environment says no; ours does, in threads too. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { listing, useFolder } from './support.js';

const newFolder = useFolder();

/** Every file and folder below. */
const below = (path: string): string[] => readdirSync(path, { recursive: true }).map(String);

test('a run of the network leaves nothing in the temporary folder and none at home', () => {
  const folder = newFolder();
  for (const name of ['tmp', 'home']) mkdirSync(folder.file(name));
  writeFileSync(folder.file('texts.txt'), '我们喜欢这部电影\n'.repeat(700));
  const { code, stderr } = folder.shell(
    'export TMPDIR=$PWD/tmp HOME=$PWD/home XDG_CACHE_HOME=$PWD/home XDG_DATA_HOME=$PWD/home; env -u CI rnn-pipe run texts.txt --to rnn --dim 4 --units 3 -o states.jsonl -q',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(listing(folder)).toContain('states.jsonl');
  expect(below(folder.file('tmp'))).toEqual([]);
  expect(below(folder.file('home'))).toEqual([]);
});
