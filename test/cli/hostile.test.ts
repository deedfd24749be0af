/** Text that breaks programs: names of JavaScript's own, lone surrogates, line ends of other worlds, lines of 20 MB, emoji families. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { useFolder } from './support.js';

const folder = useFolder();

test('a packed file of many pieces is read without a warning of Node’s on stderr', () => {
  // each wait for the unpacking once left a listener behind, and the eleventh was warned of
  writeFileSync(
    folder().file('many.txt.gz'),
    gzipSync(
      randomBytes(6 << 20)
        .toString('base64')
        .replace(/.{60}/g, '$&\n'),
    ),
  );
  const { code, stderr } = folder().shell('rnn-pipe sentences many.txt.gz -o /dev/null');
  expect({ code, warned: /Warning/.test(stderr) }).toEqual({ code: 0, warned: false });
});

const put = (name: string, content: string): void => writeFileSync(folder().file(name), content);
const records = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const FAMILY = '👨‍👩‍👧‍👦';
const TOKENS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '2',
  '<pad>',
  '<unk>',
  '\ud800',
  '\udc00x',
  '\u2028',
  '\u2029',
  '\u0085',
  '\0',
  FAMILY,
  'e\u0301',
  '\u200f',
  '\uFEFF',
  '"\\',
];
const NAMES = '__proto__,constructor,toString';

/** Half of a surrogate pair. */
const HALF = /\p{Cs}/u;

/** Tokens as JSON, lone surrogates as escapes. */
const json = JSON.stringify(TOKENS);

test('tokens that are names, halves and signs go through vocabulary, ids and back', () => {
  put('t.jsonl', `{"id":1,"tokens":${json}}\n{"id":2,"tokens":${json}}\n`);
  expect(folder().shell('rnn-pipe vocab t.jsonl -o v.json').code).toBe(0);
  const { tokens } = JSON.parse(readFileSync(folder().file('v.json'), 'utf8')) as { tokens: [string, number][] };
  expect(tokens.slice(0, 4).map(([token]) => token)).toEqual(['<pad>', '<unk>', '<bos>', '<eos>']);
  expect(new Map(tokens.slice(4))).toEqual(new Map(TOKENS.map((token) => [token, 2])));
  const { code, stdout, stderr } = folder().shell(
    'rnn-pipe encode t.jsonl --vocab v.json | tee ids.jsonl | rnn-pipe decode --vocab v.json',
  );
  expect(code).toBe(0);
  expect(stderr).toContain(`${2 * TOKENS.length} tokens, 0 unknown`);
  expect(records(stdout).map((record) => record['tokens'])).toEqual([TOKENS, TOKENS]);
  expect(new Set(records(readFileSync(folder().file('ids.jsonl'), 'utf8'))[0]!['ids'] as number[]).size).toBe(TOKENS.length);
});

test('the same in counts that are merged, and in Arrow', () => {
  // Arrow holds UTF-8, which has no half of a pair
  const whole = TOKENS.filter((token) => !HALF.test(token));
  put('t.jsonl', `{"id":1,"tokens":${JSON.stringify(whole)}}\n`);
  expect(
    folder().shell(
      'rnn-pipe vocab --partial t.jsonl -o c.json && rnn-pipe vocab --merge c.json > m.json && rnn-pipe vocab t.jsonl | cmp - m.json',
    ).code,
  ).toBe(0);
  const { code, stdout } = folder().shell('rnn-pipe convert t.jsonl -o t.arrow && rnn-pipe convert t.arrow');
  expect(code).toBe(0);
  expect(records(stdout)[0]!['tokens']).toEqual(whole);
});

const TEXT = [
  '__proto__',
  'constructor toString',
  '2',
  `一家${FAMILY}人`,
  'e\u0301cole',
  'שלום\u200f世界',
  '好\uFEFF的',
  '行\u2028分\u2029隔\u0085符',
  '空\0字',
].join('\n');

test('raw text through run: the sentences are the lines, their tokens joined are the text, and files give the same bytes', () => {
  put('h.txt', `${TEXT}\n`);
  const { code, stdout, stderr } = folder().shell(`rnn-pipe run h.txt --to classify --labels ${NAMES} --dim 4 --units 3`);
  expect({ code, stderr: code ? stderr : '' }).toEqual({ code: 0, stderr: '' });
  const made = records(stdout);
  expect(made.map(({ text }) => text)).toEqual(TEXT.split('\n'));
  for (const { text, tokens, prediction } of made) {
    expect((tokens as string[]).join('')).toBe(text);
    expect(NAMES.split(',')).toContain(prediction);
  }
  // no line end that another reader would see inside a record
  expect(stdout).not.toMatch(/[\u0085\u2028\u2029]/);
  const steps = [
    'sentences h.txt > s.jsonl',
    'tokenize s.jsonl > t.jsonl',
    'vocab t.jsonl -o v.json',
    'encode t.jsonl --vocab v.json > i.jsonl',
    'pad i.jsonl > p.jsonl',
    'embed p.jsonl --vocab v.json --dim 4 > e.jsonl',
    'rnn e.jsonl --units 3 > r.jsonl',
    `output r.jsonl | rnn-pipe classify --labels ${NAMES}`,
  ];
  expect(folder().shell(steps.map((step) => `rnn-pipe ${step}`).join(' && ')).stdout).toBe(stdout);
});

test('lone surrogates in the text of JSON lines stay what they are', () => {
  put('h.jsonl', '{"id":1,"text":"好\\ud800的\\udc00。完"}\n');
  const { code, stdout } = folder().shell('rnn-pipe sentences h.jsonl | rnn-pipe tokenize');
  expect(code).toBe(0);
  expect(stdout).not.toMatch(HALF);
  const made = records(stdout);
  expect(made.map(({ text }) => text)).toEqual(['好\ud800的\udc00。', '完']);
  expect((made[0]!['tokens'] as string[]).join('')).toBe('好\ud800的\udc00。');
});

test("the user's own fields are handed on byte for byte", () => {
  const mine = '"__proto__":{"x":[1]},"constructor":null,"toString":"\\ud800","a b":{"hasOwnProperty":{"__proto__":2}},"n":1.5';
  put('u.jsonl', `{"id":"k","ids":[5],${mine}}\n`);
  const { code, stdout } = folder().shell(
    'rnn-pipe run u.jsonl --from pad --to classify --labels __proto__,b --top-k 2 --vocab examples/vocabulary.json --dim 4 --units 3',
  );
  expect(code).toBe(0);
  expect(stdout.startsWith(`{"id":"k","ids":[5],${mine},"length":1,`)).toBe(true);
});

test('labels of a table are values, not keys', () => {
  put('l.tsv', 'label\ttext\n__proto__\t好的\nconstructor\t今天\n');
  const { stdout } = folder().shell('rnn-pipe run l.tsv --to classify --labels __proto__,constructor --dim 2 --units 2');
  expect(records(stdout).map(({ label }) => label)).toEqual(['__proto__', 'constructor']);
});

test('a line of 20 MB: sentences cut it, within 400 MB of memory and 10 seconds of the processor', () => {
  const characters = 7_000_000;
  put('long.txt', `${'好'.repeat(characters)}\n`);
  const { code, stdout, stderr } = folder().shell(
    `TIMEFORMAT=%U; time node --max-old-space-size=400 "$(readlink -f .bin/rnn-pipe)" sentences long.txt -o s.jsonl && wc -l < s.jsonl`,
  );
  expect({ code, stderr: code ? stderr : '' }).toEqual({ code: 0, stderr: '' });
  const [seconds] = stderr.trim().split('\n').slice(-1);
  expect(seconds).toMatch(/^[\d.]+$/);
  expect(Number(seconds)).toBeLessThan(10);
  // --max-chars is 2000 unless said otherwise
  expect(Number(stdout)).toBe(characters / 2000);
  const refused = folder().shell('rnn-pipe sentences long.txt --max-line-bytes 1000000 -o never.jsonl');
  expect(refused.code).toBe(65);
  expect(refused.stderr).toContain('long.txt:1: the line is too long (expected at most 1000000 bytes)');
});
