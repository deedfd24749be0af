/**
 * Every ```console block of both READMEs is run: lines after `$` are typed, what follows must be what comes.
 * `…` alone on a line stands for any number of lines; seconds and paths of the machine are not compared.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { freshFolder, type Folder } from './support/cli.js';

interface Block {
  command: string;
  expected: string;
}

const root = resolve(import.meta.dirname, '..');

function blocksOf(file: string): Block[] {
  const text = readFileSync(resolve(root, file), 'utf8');
  return [...text.matchAll(/^```console\n(.*?)^```$/gms)].flatMap((match) =>
    match[1]!
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command = '', ...expected] = part.split('\n');
        return { command, expected: expected.join('\n') };
      }),
  );
}

const normal = (text: string): string => text.replace(/\d+\.\d\d s\b/g, '0.00 s').trimEnd();

function pattern(expected: string): RegExp {
  const escaped = normal(expected).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/(^|\n)…(?=\n|$)/g, '$1[^]*?')}$`);
}

describe.each(['README.md', 'README.zh-CN.md'])('%s', (file) => {
  let folder: Folder;
  beforeAll(() => void (folder = freshFolder()));
  afterAll(() => folder.remove());

  test.each(blocksOf(file))('$ $command', ({ command, expected }) => {
    const { stdout, stderr } = folder.shell(`exec 2>&1; ${command}`);
    expect(stderr).toBe('');
    expect(normal(stdout)).toMatch(pattern(expected));
  });
});

test('both READMEs run the same commands', () => {
  const commands = (file: string): string[] => blocksOf(file).map(({ command }) => command);
  expect(commands('README.zh-CN.md')).toEqual(commands('README.md'));
  expect(commands('README.md').length).toBeGreaterThan(5);
});
