/** `project` as users type it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { useModel } from '../support/model.js';
import { refused } from './support.js';

const folder = useModel('--segmenter jieba --units 6');

const records = (count: number, of: (i: number) => object): void => {
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({ id: i + 1, output: [Math.sin(i), Math.cos(3 * i), i / 10], ...of(i) }),
  );
  writeFileSync(folder().file('outputs.jsonl'), `${lines.join('\n')}\n`);
};
const read = (name: string): string => readFileSync(folder().file(name), 'utf8');
const run = (line: string): string => {
  const { code, stdout, stderr } = folder().shell(`rnn-pipe project ${line}`);
  expect({ line, code, stderr }).toMatchObject({ code: 0 });
  return stdout;
};

test('records: a table, a picture and a page with their labels; the same bytes again', () => {
  records(20, (i) => ({ text: `第${i}句`, label: i % 2 ? '好' : '坏' }));
  const table = run('outputs.jsonl -q').trimEnd().split('\n');
  expect(table[0]).toBe('name\tlabel\tx\ty');
  expect(table).toHaveLength(21);
  expect(table[1]).toMatch(/^第0句\t坏\t-?\d[\d.e-]*\t-?\d[\d.e-]*$/);
  for (const name of ['a.svg', 'a.html']) {
    run(`outputs.jsonl -q -o ${name}`);
    expect(read(name)).toContain('第0句');
    expect(read(name)).toContain('Colours: label.');
    expect(run(`outputs.jsonl -q --to ${name.slice(2)}`)).toBe(read(name));
  }
  expect(run('outputs.jsonl -q --kinds none --to svg')).not.toContain('Colours');
});

test('words of a model, most frequent first; the seed of umap decides the bytes', () => {
  const { tokens } = JSON.parse(read('model/vocabulary.json')) as { tokens: [string, number][] };
  const names = run('--model model -q')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t')[0]);
  expect(names).toEqual(tokens.slice(4).map(([token]) => token));
  expect(run('--model model --most 5 --to svg')).toContain(`The 5 most frequent of ${names.length} tokens`);
  const umap = (seed: number): string => run(`--model model --method umap --neighbors 4 --seed ${seed} -q --to svg`);
  expect(umap(1)).toBe(umap(1));
  expect(umap(2)).not.toBe(umap(1));
});

test('words of a file of vectors: those that it lacks are counted', () => {
  writeFileSync(folder().file('v.vec'), '电影 1 0 0\n好看 0 1 0\n难看 0 2 0\n没有的词 9 9 9\n');
  const { stderr, stdout } = folder().shell('rnn-pipe project --vocab model/vocabulary.json --vectors v.vec');
  expect(stdout.trimEnd().split('\n').slice(1).map((line) => line.split('\t')[0]).sort()).toEqual(['好看', '电影', '难看'].sort()); // prettier-ignore
  expect(stderr).toMatch(/note: \d+ of \d+ tokens have no vector in the file\./);
});

test('the projector’s files: a line a point in both, every digit, tabs and line ends as what they are', () => {
  records(5, (i) => ({ text: i === 0 ? 'a\tb\nc\r\u2028' : `t${i}`, label: i, prediction: '<b>' }));
  run('outputs.jsonl --to projector -o files -q');
  const vectors = read('files/vectors.tsv').split('\n');
  expect(vectors).toHaveLength(6);
  expect(vectors[1]!.split('\t').map(Number)).toEqual([Math.sin(1), Math.cos(3), 0.1].map((x) => Number(Math.fround(x).toPrecision(9))).map(shortened)); // prettier-ignore
  expect(read('files/metadata.tsv').split('\n')).toEqual([
    'id\ttext\tlabel\tprediction',
    '1\ta⟨U+0009⟩b⟨U+000A⟩c⟨U+000D⟩⟨U+2028⟩\t0\t<b>',
    ...[1, 2, 3, 4].map((i) => `${i + 1}\tt${i}\t${i}\t<b>`),
    '',
  ]);
  expect(folder().shell('rnn-pipe project outputs.jsonl --to projector -o files').code).toBe(73);
  run('outputs.jsonl --to projector -o files -q --force');
  expect(folder().shell('rnn-pipe project outputs.jsonl --to projector -o model --force').code).toBe(73);
});

/** The fewest digits that read back as the same 32-bit float. */
function shortened(x: number): number {
  for (let digits = 1; digits <= 9; digits++)
    if (Math.fround(Number(x.toPrecision(digits))) === Math.fround(x)) return Number(x.toPrecision(digits));
  return x;
}

test('hostile labels change nothing but themselves', () => {
  const evil = ['</script><script>alert(1)</script>', '__proto__', 'constructor', '\u202E', 'x'.repeat(10_000)];
  records(10, (i) => ({ text: evil[i % 5], label: evil[i % 5] }));
  const page = run('outputs.jsonl -q --to html');
  expect(page).not.toMatch(/<script/);
  records(10, (i) => ({ text: 'abcde'[i % 5], label: 'abcde'[i % 5] }));
  const dots = (text: string): string[] => text.match(/class="q\d" (?:d|x)="[^"]*"/g)!;
  expect(dots(page).sort()).toEqual(dots(run('outputs.jsonl -q --to html')).sort());
});

test.each([
  ['outputs.jsonl -o picture.png', 'usage', ['does not say what to write', '--to svg']],
  ['outputs.jsonl --to projector', 'usage', ['-o folder']],
  ['outputs.jsonl --neighbors 5', 'usage', ['--neighbors does not apply', '--method umap']],
  ['outputs.jsonl --seed 5', 'usage', ['--seed does not apply']],
  ['outputs.jsonl --width 500', 'usage', ['--width does not apply']],
  ['outputs.jsonl --to projector -o files --method pca', 'usage', ['--method does not apply']],
  ['outputs.jsonl --model model', 'usage', ['cannot be drawn together']],
  ['--model model --vectors v.vec', 'usage', ['--vectors does not apply']],
  ['--model model --kinds label', 'usage', ['--kinds does not apply']],
  ['--vocab model/vocabulary.json', 'usage', ['a vocabulary and a file of vectors']],
  ['--model none', 'no-input', ['there is no such model']],
  ['outputs.jsonl --kinds prediction', 'data', ['no record has a prediction']],
  ['short.jsonl', 'data', ['too few vectors']],
  ['uneven.jsonl', 'data', ['differ in size', 'expected 3', '2 in record 2']],
  ['examples/states.jsonl', 'data', ['no "output"', 'rnn-pipe output']],
] as const)('%s is refused', (line, code, says) => {
  records(6, () => ({ label: 'a' }));
  writeFileSync(folder().file('short.jsonl'), '{"id":1,"output":[1,2]}\n');
  writeFileSync(folder().file('uneven.jsonl'), '{"id":1,"output":[1,2,3]}\n{"id":2,"output":[1,2]}\n');
  refused(folder(), `rnn-pipe project ${line}`, { code, says });
});
