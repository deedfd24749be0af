/** `predict` by the built command: a line out for each line in, whatever it is, and the same bytes however the work is shared. */
import { readFileSync, writeFileSync } from 'node:fs';
import { useModel } from '../support/model.js';
import { refused } from './support.js';

const folder = useModel('--segmenter characters --units 8 --ngrams 2 --ngram-dim 4');
const predicted = (args: string, input = ''): string => {
  const result = folder().run(['predict', 'model', ...args.split(' ').filter(Boolean), '-q'], input);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result.stdout;
};

test('it says what it has learnt', () => {
  expect(predicted('', '我们觉得很好看\n这部电影无聊\n')).toBe('good\nbad\n');
});

test.each([
  ['nothing', '', 0],
  ['no line end at the end', '好看', 1],
  ['empty and blank lines', '\n  \n好看\n\t\n　\n', 5],
  ['a carriage return', '好看\r\n\r\n', 2],
  ['tabs in every line', 'a\t好看\nb\t无聊\n', 2],
  ['labels in front', '__label__x 好看\n__label__y 无聊\n', 2],
  ['braces', '{"a": 1}\n[1]\n', 2],
  ['line ends that are none', '好看\u2028无聊\u0085好看\r无聊\n', 1],
  ['characters that nobody has seen', '𠮷\u{1F600}\u0000\n', 1],
])('one line out for each line in: %s', (_, input, lines) => {
  expect(predicted('', input).split('\n').length - 1).toBe(lines);
});

test('k labels with their probabilities, and only those of at least the threshold', () => {
  const [line = ''] = predicted('- 5', '好看\n').split('\n');
  const [first, p, second, q, ...rest] = line.split(' ');
  expect([first, second, rest]).toEqual(['good', 'bad', []]);
  expect(Number(p) + Number(q)).toBeCloseTo(1, 6);
  expect(predicted('- 2 0.5', '好看\n')).toBe(`good ${p}\n`);
  expect(predicted('- 1 1.01', '好看\n\n')).toBe('\n\n');
});

test('records on request, with all that the input had', () => {
  const [line = ''] = predicted('--json - 1', '{"text":"好看","my":[1]}\n').split('\n');
  const record = JSON.parse(line) as Record<string, unknown>;
  expect(Object.keys(record)).toEqual(['id', 'text', 'my', 'tokens', 'segmenter', 'logits', 'probabilities', 'prediction', 'top']);
  expect(record).toMatchObject({ id: 1, my: [1], tokens: ['好', '看'], prediction: 'good' });
  const traced = JSON.parse(predicted('--json --trace', '好看\n')) as { trace: { gates: object }[]; hiddenStates: number[][] };
  expect(traced.hiddenStates).toHaveLength(2);
  expect(Object.keys(traced.trace[0]!.gates)).toEqual(['inputGate', 'forgetGate', 'candidate', 'outputGate']);
  folder().run(['predict', 'model', 'train.tsv', '--input-format', 'tsv', '-o', 'out.arrow']);
  expect(folder().run(['inspect', 'out.arrow']).stdout).toMatch(/200 records/);
});

test('the same bytes with any number of workers, through a file and a pipe', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => '这部电影真的非常好看'.slice(i % 7, (i % 7) + ((i * 13) % 9))).join('\n');
  writeFileSync(folder().file('lines.txt'), `${lines}\n`);
  const one = predicted('lines.txt 2 --workers 1');
  expect(one.split('\n')).toHaveLength(5001);
  expect(predicted('lines.txt 2 --workers 3')).toBe(one);
  const slowly = `(head -c 4001 lines.txt; sleep 0.3; tail -c +4002 lines.txt) | rnn-pipe predict model - 2 --workers 2 -q`;
  expect(folder().shell(slowly).stdout).toBe(one);
});

test('tokens of the same segmenter are taken as they are, those of another are refused', () => {
  const right = 'rnn-pipe tokenize --segmenter characters -q <<< 好看 | rnn-pipe predict model -q';
  expect(folder().shell(right)).toMatchObject({ code: 0, stdout: 'good\n' });
  refused(folder(), 'rnn-pipe tokenize --segmenter intl -q <<< 好看 | rnn-pipe predict model', {
    code: 'mismatch',
    place: 'stdin:1',
    says: ['another segmenter', 'characters-', 'intl-'],
  });
});

test('an answer line by line for a program that waits for it', () => {
  const line = `coproc rnn-pipe predict model --line-buffered -q; for text in 好看 无聊; do echo $text >&\${COPROC[1]}; read -t 60 answer <&\${COPROC[0]}; echo $answer; done`;
  expect(folder().shell(line).stdout).toBe('good\nbad\n');
});

test('what is wrong is said', () => {
  const wrong = (line: string, refusal: Parameters<typeof refused>[2]): unknown => refused(folder(), line, refusal);
  wrong('rnn-pipe predict nothing', { code: 'no-input', place: 'nothing', says: ['no such model', 'rnn-pipe train'] });
  wrong('rnn-pipe predict examples', { code: 'mismatch', place: 'examples', says: ['this is no model', 'model.json'] });
  wrong('rnn-pipe predict model nothing.txt', { code: 'no-input', place: 'nothing.txt', says: [] });
  wrong('rnn-pipe predict model - 0', { code: 'usage', says: ['k is wrong', 'at least 1'] });
  wrong('rnn-pipe predict model - 1 x', { code: 'usage', says: ['the threshold is wrong'] });
  wrong('rnn-pipe predict model --trace', { code: 'usage', says: ['--trace does not apply', '--json'] });
  wrong(`printf '\\xd6\\xd0\\n' | rnn-pipe predict model`, { code: 'data', place: 'stdin:1:1', says: ['no UTF-8', 'gb18030'] });
  wrong(`echo '{"text":1}' | rnn-pipe predict model`, { code: 'data', place: 'stdin:1', says: ['"text" is wrong'] });
});

test('a damaged model is no model', () => {
  const damage = (name: string, change: (bytes: Buffer) => void): void => {
    const bytes = readFileSync(folder().file(`model/${name}`));
    change(bytes);
    writeFileSync(folder().file(`model/${name}`), bytes);
  };
  const original = readFileSync(folder().file('model/weights.safetensors'));
  damage('weights.safetensors', (bytes) => void (bytes[bytes.length - 5]! ^= 1));
  refused(folder(), 'rnn-pipe predict model', { code: 'mismatch', place: 'model/weights.safetensors', says: ['was changed', 'SHA-256'] });
  writeFileSync(folder().file('model/weights.safetensors'), original);
  writeFileSync(folder().file('model/vocabulary.json'), readFileSync(folder().file('examples/vocabulary.json')));
  refused(folder(), 'rnn-pipe predict model', { code: 'mismatch', place: 'model/vocabulary.json', says: ['not the one'] });
  writeFileSync(folder().file('model/model.json'), '{"type":"rnn-pipe model"}');
  refused(folder(), 'rnn-pipe predict model', { code: 'mismatch', place: 'model/model.json', says: [] });
});

test('a model of a segmenter that cuts otherwise here is refused', () => {
  const file = folder().file('model/model.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"characters-[0-9a-f]{8}"/, '"characters-00000000"'));
  refused(folder(), 'rnn-pipe predict model <<< 好看', {
    code: 'mismatch',
    place: 'model',
    says: ['another segmenter', 'characters-00000000'],
  });
});
