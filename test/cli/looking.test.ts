/** `inspect` and shell completion, as the built command. Expected numbers are those put in by hand. */
import { writeFileSync } from 'node:fs';
import { Tensor } from '../../src/formats/tensor.js';
import { writeWeights } from '../../src/model/weights.js';
import { freshFolder, type Folder } from '../support/cli.js';

let folder: Folder;
beforeAll(() => void (folder = freshFolder()));
afterAll(() => folder.remove());

test('inspect lists the tensors of a file of weights, and says nothing else', () => {
  // larger than a chunk, so that the file is not read to its end when it is found out what it is
  const large = new Tensor([1000, 300], new Float32Array(300_000).fill(0.5));
  const weights = new Map([
    ['bias', new Tensor([3], Float32Array.of(1, -2, 0.25))],
    ['kernel', large],
  ]);
  writeFileSync(folder.file('w.safetensors'), writeWeights(weights));
  expect(folder.run(['inspect', 'w.safetensors'])).toEqual({
    code: 0,
    stderr: '',
    stdout: `w.safetensors: weights, 2 tensors of 300003 numbers

tensor  shape       range
bias    3           -2.0000 … 1.0000
kernel  1000 × 300  0.5000 … 0.5000
`,
  });
});

test('a record whose text happens to look like a header is a record', () => {
  writeFileSync(folder.file('x.jsonl'), '{"abcd":{"text":1},"text":"好"}\n');
  expect(folder.run(['inspect', 'x.jsonl']).stdout).toMatch(/^x\.jsonl: 1 record, /);
});

test('inspect shows spans as spans', () => {
  expect(folder.run(['inspect', 'examples/tokens.jsonl']).stdout).toMatch(/^ {2}tokenSpans: \[\[0, 2\], \[2, 3\], /m);
});

test('the completion script calls what suggests commands, options and their values', () => {
  for (const shell of ['bash', 'zsh', 'fish', 'powershell'])
    expect(folder.run(['completion', shell]).stdout).toMatch(/rnn-pipe complete .*--/);
  const suggested = (...words: string[]): string[] =>
    folder
      .run(['complete', '--', ...words])
      .stdout.split('\n')
      .map((line) => line.split('\t')[0]!);
  expect(suggested('to')).toContain('tokenize');
  expect(suggested('rnn', '--c')).toContain('--cell');
  expect(suggested('rnn', '--cell', '')).toEqual(expect.arrayContaining(['rnn', 'lstm', 'gru']));
});
