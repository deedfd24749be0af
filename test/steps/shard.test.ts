/** `--shard i/n`: the parts are all records, each once, of like size, and in the order in which they came. */
import fc from 'fast-check';
import { shardOf } from '../../src/steps/shard.js';
import { refused, useFolder } from '../cli/support.js';

const folder = useFolder();

// worked out by a program of ten lines in Python, from the definition in the docstring
test.each([
  ['12#3', [1, 3, 3, 811]],
  [1, [1, 4, 16, 72]],
  ['', [1, 4, 12, 924]],
  ['文.txt:7#1', [1, 2, 14, 6]],
  ['😀', [1, 3, 11, 643]],
] as const)('the part of %p of 1, 4, 16 and 1000', (id, parts) => {
  expect([1, 4, 16, 1000].map((of) => shardOf(id, of))).toEqual(parts);
});

test('a number and its text are one id; every part is one of n', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 1000 }), (id, of) => {
      expect(shardOf(id, of)).toBeGreaterThanOrEqual(1);
      expect(shardOf(id, of)).toBeLessThanOrEqual(of);
    }),
  );
  expect(shardOf(12, 7)).toBe(shardOf('12', 7));
});

test('parts are of like size', () => {
  const sizes = new Array<number>(16).fill(0);
  for (let i = 0; i < 16_000; i++) sizes[shardOf(`${i}#1`, 16) - 1]!++;
  expect(Math.min(...sizes)).toBeGreaterThan(850);
  expect(Math.max(...sizes)).toBeLessThan(1150);
});

test('the parts of every step together are what one run gives; counts of parts merge to one vocabulary', () => {
  const { shell, run } = folder();
  const shards = (line: string, of: number): string[] =>
    Array.from({ length: of }, (_, i) => shell(`rnn-pipe ${line} --shard ${i + 1}/${of}`).stdout.trim()).flatMap((text) =>
      text ? text.split('\n') : [],
    );
  for (const line of [
    'sentences --whole examples/news.txt',
    'tokenize examples/sentences.jsonl --segmenter characters',
    'encode examples/tokens.jsonl --vocab examples/vocabulary.json',
    'convert examples/states.jsonl',
  ])
    expect(shards(line, 3).sort()).toEqual(shell(`rnn-pipe ${line}`).stdout.trim().split('\n').sort());
  const made = shell(
    'for i in 1 2 3; do rnn-pipe vocab --partial --shard $i/3 examples/tokens.jsonl -o $i.counts.json -q; done; rnn-pipe vocab --merge ?.counts.json',
  ).stdout;
  expect(made).toBe(run(['vocab', 'examples/tokens.jsonl']).stdout);
  expect(shell('rnn-pipe convert examples/tokens.jsonl --shard 1/3').stderr).toMatch(/^10 in, \d out, 0 bad, 0 lost; \d of other shards, /);
});

test('what a part cannot tell, a record without an id, and parts that are none', () => {
  const run = (line: string, says: string[], code: 'usage' | 'data' = 'usage'): void =>
    void refused(folder(), `rnn-pipe ${line}`, { code, says });
  run('run examples/news.txt --to pad --shard 1/2', ['--vocab vocabulary.json']);
  run('pad examples/ids.jsonl --shard 1/2', ['--length 64']);
  for (const wrong of ['0/3', '4/3', '3', '1/0', 'a/b']) run(`convert examples/ids.jsonl --shard ${wrong}`, ['--shard is wrong', '1/16']);
  run('convert --shard 1/2 <<< \'{"text":"好"}\'', ['has no "id"'], 'data');
});
