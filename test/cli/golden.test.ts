/**
 * One small text through every stage, each file committed in examples/: step n on file n gives file n+1 byte for byte,
 * and files, pipes and `run` give the same bytes at any number of workers.
 * `examples/make.sh` made the files; hidden states are compared to 1e-5 where another engine than `jit` runs, whose numbers are the same on all processors.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { STEPS as STAGES } from '../../src/commands/stages.js';
import { engineStatus } from '../../src/engine/index.js';
import { freshFolder, type Folder } from '../support/cli.js';

let folder: Folder;
let native: boolean;
beforeAll(async () => {
  folder = freshFolder();
  native = (await engineStatus()).some(({ name, available }) => name === 'jit' && available);
});
afterAll(() => folder.remove());

const committed = (name: string): string => readFileSync(folder.file(`examples/${name}`), 'utf8');

/** The steps as the article counts them; each reads the file of the one before. */
const STEPS: readonly (readonly [command: string, makes: string])[] = [
  ['sentences examples/news.txt', 'sentences.jsonl'],
  ['tokenize examples/sentences.jsonl', 'tokens.jsonl'],
  ['vocab examples/tokens.jsonl', 'vocabulary.json'],
  ['encode examples/tokens.jsonl --vocab examples/vocabulary.json', 'ids.jsonl'],
  ['pad examples/ids.jsonl --length 16', 'padded.jsonl'],
  ['embed examples/padded.jsonl --vocab examples/vocabulary.json --dim 4 --seed 1', 'embeddings.jsonl'],
  ['rnn examples/embeddings.jsonl --cell lstm --units 3 --seed 1', 'states.jsonl'],
  ['output examples/states.jsonl --take last', 'outputs.jsonl'],
  ['classify examples/outputs.jsonl --labels finance,sports --seed 1', 'predictions.jsonl'],
];
const NUMERIC = new Set(['states.jsonl', 'outputs.jsonl', 'predictions.jsonl']);

function expectSame(found: string, name: string): void {
  if (native || !NUMERIC.has(name)) {
    expect(found).toBe(committed(name));
    return;
  }
  const rounded = (text: string): unknown =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line, (_, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(5)) : value)) as unknown);
  expect(rounded(found)).toEqual(rounded(committed(name)));
}

test.each(STEPS)('%s → %s', (command, makes) => {
  const { code, stdout, stderr } = folder.shell(`rnn-pipe ${command}`);
  expect({ code, stderr: code ? stderr : '' }).toEqual({ code: 0, stderr: '' });
  expectSame(stdout, makes);
});

test('from Arrow to Arrow, where fields at which a step does not look are handed on in their columns', async () => {
  const names: string[] = [];
  for (const { name, load } of STAGES) if ((await load()).stage.looksAt) names.push(name);
  const steps = STEPS.filter(([command]) => names.includes(command.split(' ')[0]!));
  expect(steps.length).toBe(names.length);
  for (const [command, makes] of steps) {
    const input = /examples\/(\w+)\.jsonl/.exec(command)![0];
    const step = `rnn-pipe convert ${input} -o in.arrow --force && rnn-pipe ${command.replace(input, 'in.arrow')} -o out.arrow --force`;
    const { code, stdout } = folder.shell(`${step} && rnn-pipe convert out.arrow -o again.arrow --force && rnn-pipe convert again.arrow`);
    expect(code).toBe(0);
    expectSame(stdout, makes);
  }
});

const PIPE = STEPS.filter(([command]) => !command.startsWith('vocab'))
  .map(([command], i) => `rnn-pipe ${i === 0 ? command : command.replace(/ examples\/\w+\.jsonl/, '')}`)
  .join(' | ');
const RUN =
  'rnn-pipe run examples/news.txt --to classify --vocab examples/vocabulary.json --length 16 --dim 4 --units 3 --cell lstm --seed 1 --labels finance,sports';

test('files, pipes and run give the same bytes, with one worker and with three', () => {
  const piped = folder.shell(PIPE);
  expect(piped.code).toBe(0);
  let inFiles = 'examples/news.txt';
  for (const [i, [command, makes]] of STEPS.entries()) {
    if (makes === 'vocabulary.json') continue;
    const typed = i === 0 ? command : command.replace(/examples\/\w+\.jsonl/, inFiles);
    expect(folder.shell(`rnn-pipe ${typed} -o ${makes} -q`)).toEqual({ code: 0, stdout: '', stderr: '' });
    inFiles = makes;
  }
  const files = readFileSync(folder.file('predictions.jsonl'), 'utf8');
  expect(piped.stdout).toBe(files);
  for (const more of ['', '--workers 1', '--workers 3']) expect(folder.shell(`${RUN} ${more}`).stdout).toBe(files);
  expectSame(files, 'predictions.jsonl');
});

test('run makes the vocabulary and the length itself, as vocab and pad do', () => {
  const byHand = folder.shell(
    'rnn-pipe tokenize examples/sentences.jsonl > t.jsonl && rnn-pipe vocab t.jsonl -o v.json && rnn-pipe encode t.jsonl --vocab v.json | rnn-pipe pad --length p95',
  );
  const run = folder.shell('rnn-pipe run examples/news.txt --to pad --length p95');
  expect(run.code).toBe(0);
  expect(run.stdout).toBe(byHand.stdout);
  expect(folder.shell('cat examples/news.txt | rnn-pipe run --to pad --length p95').stdout).toBe(run.stdout);
});

test('one worker and N workers give the same bytes on many chunks', () => {
  writeFileSync(folder.file('large.txt'), committed('../examples/news.txt').repeat(4000));
  const [one, three] = ['1', '3'].map((workers) =>
    folder.shell(`rnn-pipe run large.txt --to pad --length 12 --workers ${workers} | sha256sum`),
  );
  expect(one!.code).toBe(0);
  expect(three!.stdout).toBe(one!.stdout);
});

test('arrow and JSON arrays hold the same records as JSON lines', () => {
  for (const name of ['tokens.jsonl', 'padded.jsonl', 'embeddings.jsonl', 'states.jsonl', 'predictions.jsonl']) {
    const there = folder.shell(
      `rnn-pipe convert examples/${name} -o x.arrow --force -q && rnn-pipe convert x.arrow -o x.json --force -q && rnn-pipe convert x.json`,
    );
    expect(there.stdout).toBe(committed(name));
  }
});
