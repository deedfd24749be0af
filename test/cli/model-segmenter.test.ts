/** `tokenize --segmenter model:DIR` by the built command: a model of segmentation in step 2. */
import { readFileSync, writeFileSync } from 'node:fs';
import { refused, useFolder } from './support.js';

const folder = useFolder();

const WORDS = ['我们', '喜欢', '看', '电影', '和', '图书馆'];

/** Words in a changing order, and a model that has learnt them. */
function trained(options = ''): void {
  const lines = Array.from({ length: 90 }, (_, i) => [0, 1, 2, 3, 4].map((k) => WORDS[(i * (k + 1) + k) % 6]).join(' '));
  writeFileSync(folder().file('words.txt'), `${lines.join('\n')}\n`);
  const learn = `--dim 12 --units 12 --bidirectional --epochs 5 --batch-size 8 --learning-rate 0.05 --min-count 1 --max-length 40 ${options}`;
  expect(folder().shell(`rnn-pipe train words.txt --task segment --out model ${learn}`)).toMatchObject({ code: 0 });
}

interface Cut {
  text: string;
  tokens: string[];
  tokenSpans: [number, number][];
  segmenter: string;
}

function tokenized(options = ''): Cut[] {
  const result = folder().shell(`rnn-pipe tokenize texts.txt --segmenter model:model --quiet ${options}`);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Cut);
}

const HOSTILE = ['𠮷 野家\u3000👨‍👩‍👧喜欢', '__proto__ \u0000\u0301电影', '(╯°□°）╯︵ ┻━┻', '图书馆'.repeat(60), '看', ' 看 ', '\ud83d看'];

test('it cuts as it has learnt, and joined the tokens are the text', () => {
  trained('--ngrams 2 --ngram-dim 4 --affixes --affix-dim 3');
  writeFileSync(folder().file('texts.txt'), ['我们喜欢看电影', '图书馆 和电影', ...HOSTILE.slice(0, -1)].join('\n'));
  const cuts = tokenized();
  expect(cuts[0]!.tokens).toEqual(['我们', '喜欢', '看', '电影']);
  expect(cuts[1]!.tokens).toEqual(['图书馆', ' ', '和', '电影']);
  for (const { text, tokens, tokenSpans, segmenter } of cuts) {
    expect(tokens.join('')).toBe(text);
    const characters = Array.from(text);
    expect(tokenSpans.map(([start, end]) => characters.slice(start, end).join(''))).toEqual(tokens);
    expect(segmenter).toMatch(/^model-[0-9a-f]{8}$/);
  }
});

test('a text of very many times what the model reads', () => {
  trained('--max-length 4');
  const text = '我们喜欢看电影和'.repeat(80_000);
  writeFileSync(folder().file('texts.txt'), text);
  expect(tokenized().map(({ tokens }) => tokens.join('') === text)).toEqual([true]);
});

test('the same bytes through a file and a pipe, with any number of workers, and in a run', () => {
  trained();
  const lines = Array.from({ length: 4000 }, (_, i) => `${WORDS[i % 6]}${WORDS[(i * 5 + 1) % 6]}${WORDS[(i * 7 + 2) % 6]}${i}`);
  writeFileSync(folder().file('texts.txt'), `${lines.join('\n')}\n`);
  const bytes = (line: string): string => {
    const { code, stdout } = folder().shell(line);
    expect(code).toBe(0);
    return stdout;
  };
  const one = bytes('rnn-pipe tokenize texts.txt --segmenter model:model --workers 1');
  expect(bytes('rnn-pipe tokenize texts.txt --segmenter model:model --workers 3')).toBe(one);
  expect(bytes('cat texts.txt | rnn-pipe tokenize --segmenter model:model')).toBe(one);
  expect(bytes('rnn-pipe run texts.txt --to tokenize --whole --segmenter model:model')).toBe(one);
});

test('in 8 bits: the words that it has learnt, and a fingerprint of its own', () => {
  trained();
  writeFileSync(folder().file('texts.txt'), ['我们喜欢看电影', '图书馆 和电影'].join('\n'));
  const [floats, rounded] = [tokenized(), tokenized('--quantize int8')];
  expect(rounded.map(({ tokens }) => tokens)).toEqual(floats.map(({ tokens }) => tokens));
  expect(rounded[0]!.segmenter).toMatch(/^model-[0-9a-f]{8}$/);
  expect(rounded[0]!.segmenter).not.toBe(floats[0]!.segmenter);
  refused(folder(), 'rnn-pipe tokenize texts.txt --quantize int8', { code: 'usage', says: ['--quantize does not apply', 'model:DIR'] });
  refused(folder(), 'rnn-pipe run texts.txt --to tokenize --quantize int8', { code: 'usage', says: ['--quantize does not apply'] });
});

test('other weights, another fingerprint; stop words and punctuation can be left out', () => {
  trained();
  writeFileSync(folder().file('texts.txt'), '我们，和电影\n');
  const [first] = tokenized();
  writeFileSync(folder().file('stop.txt'), '和\n');
  const [dropped] = tokenized('--stop-words stop.txt --drop-punctuation');
  expect(dropped!.tokens).toEqual(first!.tokens.filter((token) => !['和', '，'].includes(token)));
  expect(dropped!.segmenter).not.toBe(first!.segmenter);
  trained('--force --seed 2');
  expect(tokenized()[0]!.segmenter).not.toBe(first!.segmenter);
});

test('what is no model of segmentation is refused', () => {
  writeFileSync(folder().file('train.txt'), '他/N 来/V\n她/N 去/V\n');
  folder().shell('rnn-pipe train train.txt --task tag --out tagger --epochs 1 --units 2 --dim 2 --hold-out 0% --min-count 1');
  const cut = (what: string): string => `rnn-pipe tokenize examples/news.txt --segmenter ${what}`;
  refused(folder(), cut('model:tagger'), { code: 'mismatch', place: 'tagger', says: ['a model of --task segment', '--task tag'] });
  refused(folder(), cut('model:nowhere'), { code: 'no-input', place: 'nowhere', says: ['there is no such model'] });
  refused(folder(), cut('model:examples'), { code: 'mismatch', place: 'examples', says: ['this is no model'] });
  refused(folder(), cut('model:'), { code: 'usage', says: ['no such segmenter', 'model:DIR'] });
  refused(folder(), cut('model:tagger --hmm'), { code: 'usage', says: ['--hmm does not apply'] });
  const train = 'rnn-pipe train examples/headlines.tsv --out m --segmenter model:tagger';
  refused(folder(), train, { code: 'usage', says: ['a model cannot be cut for by another model'] });
  const weights = readFileSync(folder().file('tagger/weights.safetensors'));
  weights[weights.length - 1]! ^= 1;
  writeFileSync(folder().file('tagger/weights.safetensors'), weights);
  refused(folder(), cut('model:tagger'), { code: 'mismatch', place: 'tagger/weights.safetensors', says: ['was changed since'] });
});
