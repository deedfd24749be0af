/** Where results go: what is never overwritten, disks that are full, readers that go away, devices, FIFOs and signals. */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { start, type Folder } from '../support/cli.js';
import { listing, refused, useFolder } from './support.js';

const folder = useFolder();
const VOCAB = '--vocab examples/vocabulary.json';

/** A text of about 27 MB. */
function large({ file }: Folder): void {
  writeFileSync(file('large.txt'), readFileSync(file('examples/news.txt'), 'utf8').repeat(40_000));
}

test('an output that is the input: by name, by symbolic and hard link, by redirection', () => {
  const { file } = folder();
  const text = readFileSync(file('examples/tokens.jsonl'));
  writeFileSync(file('a.jsonl'), text);
  symlinkSync('a.jsonl', file('soft.jsonl'));
  linkSync(file('a.jsonl'), file('hard.jsonl'));
  for (const name of ['a.jsonl', './a.jsonl', 'soft.jsonl', 'hard.jsonl'])
    for (const from of ['a.jsonl', '< a.jsonl'])
      refused(folder(), `rnn-pipe encode ${VOCAB} -o ${name} --force ${from}`, {
        code: 'cannot-create',
        place: name,
        says: ['is the input'],
      });
  // --force would not help, and is not offered
  refused(folder(), 'rnn-pipe vocab -o a.jsonl < a.jsonl', {
    code: 'cannot-create',
    place: 'a.jsonl',
    says: ['is the input', 'another name'],
  });
  refused(folder(), 'rnn-pipe vocab a.jsonl -o a.jsonl --force', { code: 'cannot-create', place: 'a.jsonl', says: ['is the input'] });
  expect(readFileSync(file('a.jsonl'))).toEqual(text);
});

test('an output that is the vocabulary or another file that the step reads', () => {
  const { file } = folder();
  const text = readFileSync(file('examples/vocabulary.json'));
  writeFileSync(file('v.json'), text);
  refused(folder(), 'rnn-pipe encode examples/tokens.jsonl --vocab v.json -o v.json --force', {
    code: 'cannot-create',
    place: 'v.json',
    says: ['is the input'],
  });
  expect(readFileSync(file('v.json'))).toEqual(text);
  writeFileSync(file('w.txt'), '好的 5\n');
  refused(folder(), 'rnn-pipe tokenize examples/news.txt --user-dict w.txt -o w.txt --force', {
    code: 'cannot-create',
    place: 'w.txt',
    says: ['is the input'],
  });
});

test('an output that exists is replaced with --force only', () => {
  const { file, shell } = folder();
  writeFileSync(file('o.jsonl'), 'mine\n');
  refused(folder(), 'rnn-pipe sentences examples/news.txt -o o.jsonl', {
    code: 'cannot-create',
    place: 'o.jsonl',
    says: ['exists', '--force'],
  });
  refused(folder(), 'rnn-pipe vocab examples/tokens.jsonl -o o.jsonl', {
    code: 'cannot-create',
    place: 'o.jsonl',
    says: ['exists', '--force'],
  });
  expect(readFileSync(file('o.jsonl'), 'utf8')).toBe('mine\n');
  expect(shell('rnn-pipe sentences examples/news.txt -o o.jsonl --force').code).toBe(0);
  expect(readFileSync(file('o.jsonl'))).toEqual(readFileSync(file('examples/sentences.jsonl')));
});

test('an output that cannot be is told before any input is read', () => {
  folder().shell('echo mine > there');
  for (const command of [
    'vocab',
    'run',
    'pad --length auto',
    'rnn',
    'project',
    'compare other.json --step 1',
    'draw --step 1',
    'gradients',
    'curves',
    'evaluate model',
    'predict model',
  ]) {
    const [name, ...rest] = command.split(' ');
    const line = (output: string): string => `rnn-pipe ${name} nothing.json ${rest.join(' ')} ${output}`;
    refused(folder(), line('-o there'), { code: 'cannot-create', place: 'there', says: ['the output exists', '--force'] });
    refused(folder(), line('-o nowhere/there'), {
      code: 'cannot-create',
      place: 'nowhere/there',
      says: ['no such folder', 'mkdir -p nowhere'],
    });
  }
  refused(folder(), 'rnn-pipe run nothing.txt --on-bad quarantine --bad-out there -o new.jsonl --force', {
    code: 'cannot-create',
    place: 'there',
    says: ['the output exists', 'choose another name: these may be lines that were put aside'],
  });
  expect(folder().shell('cat there').stdout).toBe('mine\n');
});

test('an output in a folder that is not there, or that is a folder', () => {
  refused(folder(), 'rnn-pipe sentences examples/news.txt -o no/o.jsonl', {
    code: 'cannot-create',
    place: 'no/o.jsonl',
    says: ['mkdir -p no'],
  });
  refused(folder(), 'rnn-pipe sentences examples/news.txt -o examples --force', {
    code: 'cannot-create',
    place: 'examples',
    says: ['a folder'],
  });
});

function mounted(path: string): boolean {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('a full disk: nothing is left on it', () => {
  large(folder());
  const path = folder().file('small');
  // without the right to mount, a device that is always full stands in
  if (!mounted(path)) {
    refused(folder(), 'rnn-pipe sentences large.txt -o /dev/full', { code: 'io', place: '/dev/full', says: ['the disk is full'] });
    return;
  }
  try {
    for (const name of ['o.jsonl', 'o.json', 'o.arrow', 'o.jsonl.gz']) {
      const input = name.endsWith('.gz') ? 'sentences --max-chars 2' : 'sentences';
      refused(folder(), `rnn-pipe ${input} large.txt -o small/${name}`, { code: 'io', place: `small/${name}`, says: ['the disk is full'] });
      expect(listing(folder(), 'small')).toEqual([]);
    }
  } finally {
    execFileSync('umount', [path]);
  }
});

test('| head -1: no error, and the end of it, though the input has none', () => {
  const { stdout, stderr } = folder().shell(
    'yes "$(cat examples/news.txt)" 2>/dev/null | timeout 50 rnn-pipe sentences | head -1; echo "${PIPESTATUS[1]}"',
  );
  expect(stdout).toBe(`${readFileSync(folder().file('examples/sentences.jsonl'), 'utf8').split('\n')[0]}\n0\n`);
  expect(stderr).toBe('');
});

test.each(['sentences examples/news.txt', 'vocab examples/tokens.jsonl', 'inspect examples/ids.jsonl', '--help', 'help pad', '--version'])(
  '%s > /dev/full is told',
  (line) => {
    refused(folder(), `rnn-pipe ${line} > /dev/full`, { code: 'io', place: 'stdout', says: ['the disk is full'] });
  },
);

test('-o /dev/full is told; -o /dev/null stays a device', () => {
  refused(folder(), 'rnn-pipe sentences examples/news.txt -o /dev/full', { code: 'io', place: '/dev/full', says: ['the disk is full'] });
  for (const more of ['', '--force']) expect(folder().shell(`rnn-pipe sentences examples/news.txt -o /dev/null ${more}`).code).toBe(0);
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('a FIFO as input, also for what reads it twice, and as output', () => {
  const { shell, file } = folder();
  const sentences = readFileSync(file('examples/sentences.jsonl'), 'utf8');
  expect(shell('mkfifo in out').code).toBe(0);
  expect(shell('timeout 50 cat examples/news.txt > in & rnn-pipe sentences in').stdout).toBe(sentences);
  expect(shell('timeout 50 cat examples/news.txt > in & rnn-pipe run in --to pad').stdout).toBe(
    shell('rnn-pipe run examples/news.txt --to pad').stdout,
  );
  expect(shell('rnn-pipe sentences examples/news.txt -o out -q & timeout 50 cat out').stdout).toBe(sentences);
  expect(statSync(file('out')).isFIFO()).toBe(true);
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s half-way: exit %i, no temporary file, the target as it was', async (signal, exit) => {
  large(folder());
  writeFileSync(folder().file('o.jsonl'), 'mine\n');
  const before = listing(folder());
  const child = start(folder(), [
    'run',
    'large.txt',
    '--to',
    'embed',
    ...VOCAB.split(' '),
    '--length',
    '16',
    '--dim',
    '64',
    '-o',
    'o.jsonl',
    '--force',
  ]);
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  // half-way is when the temporary file is being written
  while (!listing(folder()).some((name) => name.endsWith('.tmp') && statSync(folder().file(name)).size > 0)) {
    expect(child.exitCode).toBeNull();
    await wait(20);
  }
  child.kill(signal);
  expect(await ended).toBe(exit);
  expect(listing(folder())).toEqual(before);
  expect(readFileSync(folder().file('o.jsonl'), 'utf8')).toBe('mine\n');
});
