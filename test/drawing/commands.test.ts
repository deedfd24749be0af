/** draw, compare, gradients and explain as users type them; the browser has tests of its own. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gradientPicture, ratioInWords } from '../../src/drawing/gradient-picture.js';
import { textsOf } from '../../src/drawing/marks.js';
import { overlap } from '../../src/drawing/text.js';
import { freshFolder, type Folder } from '../support/cli.js';

let folder: Folder;
beforeAll(() => {
  folder = freshFolder();
  for (const cell of ['lstm', 'gru'])
    folder.run([
      'rnn',
      'examples/embeddings.jsonl',
      '--cell',
      cell,
      '--units',
      '4',
      '--trace',
      '--sums',
      '--keep-embeddings',
      '-o',
      `${cell}.jsonl`,
    ]);
});
afterAll(() => folder.remove());

test('draw writes what the name says; the same bytes again; never over a file that is there', () => {
  expect(folder.run(['draw', 'lstm.jsonl', '-o', 'a.svg']).code).toBe(0);
  expect(folder.run(['draw', 'lstm.jsonl', '-o', 'a.html']).code).toBe(0);
  const again = folder.run(['draw', 'lstm.jsonl', '--format', 'svg']);
  expect(again.stdout).toBe(readFileSync(folder.file('a.svg'), 'utf8'));
  expect(folder.run(['draw', 'lstm.jsonl', '--quiet']).stdout).toBe(readFileSync(folder.file('a.html'), 'utf8'));
  expect(folder.run(['draw', 'lstm.jsonl', '-o', 'a.svg']).code).toBe(73);
});

test('a page names the hashes of its one style, its one loader and the script that it unpacks, and has no other', () => {
  folder.run(['draw', 'lstm.jsonl', '-o', 'page.html']);
  const page = readFileSync(folder.file('page.html'), 'utf8');
  expect(page).toMatch(
    /content="default-src 'none'; img-src data:; style-src 'sha256-[\w+/=]{44}'; script-src 'sha256-[\w+/=]{44}' 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'"/,
  );
  expect(page.slice(0, page.indexOf('</head>')).match(/<style>/g)).toHaveLength(1);
  expect(page.match(/<script>/g)).toHaveLength(1);
  expect(page).not.toMatch(/ style="|https?:\/\/(?!www\.w3\.org)/);
});

test.each([
  [['--record', '999'], 65, 'there is no record'],
  [['--layer', '2'], 64, '--layer is not in this record'],
  [['--units', '0-9'], 64, '--units is not in this record'],
  [['--units', 'x'], 64, '--units is wrong'],
  [['--range', '0'], 64, '--range is wrong'],
  [['--step', '99'], 64, '--step is not in this record'],
  [['--opened'], 64, '--opened does not apply'],
  [['-o', 'picture.png'], 64, 'the name of the output does not say what to draw'],
  [['--opened', '--format', 'svg', '--record', '3', '--step', '16'], 65, 'there is no cell to open'],
])('draw %j is an error', (args, code, message) => {
  const result = folder.run(['draw', 'lstm.jsonl', ...args]);
  expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(message)]);
});

test('any step’s record can be drawn', () => {
  for (const file of ['tokens', 'ids', 'padded', 'embeddings', 'states', 'outputs', 'predictions']) {
    const { code, stdout } = folder.run(['draw', `examples/${file}.jsonl`, '--format', 'svg', '--quiet']);
    expect([file, code, stdout.startsWith('<svg')]).toEqual([file, 0, true]);
  }
});

test('compare: both, their difference, and where they part', () => {
  const { code, stdout, stderr } = folder.run(['compare', 'lstm.jsonl', 'gru.jsonl']);
  expect([code, stdout.startsWith('<svg')]).toEqual([0, true]);
  expect(stdout).toContain('Δh = B − A');
  expect(stderr).toMatch(/they part at t = 1; the largest difference of h is \d\.\d{4}/);
  const same = folder.run(['compare', 'lstm.jsonl', 'lstm.jsonl']);
  expect(same.stdout).toContain('no difference in h');
  const other = folder.shell('sed -n 2p lstm.jsonl > second.jsonl; rnn-pipe compare lstm.jsonl second.jsonl');
  expect([other.code, other.stderr]).toEqual([65, expect.stringContaining('not of one sentence')]);
});

test('gradients: a table, or a picture on one axis', () => {
  const { code, stdout } = folder.run(['gradients', 'examples/embeddings.jsonl', '--cells', 'rnn,lstm', '--units', '8', '--record', '3']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^‖∂loss\/∂h‖ at each time step/);
  expect(stdout).toMatch(/rnn: the first word’s gradient is/);
  expect(folder.run(['gradients', 'examples/embeddings.jsonl', '--cells', 'rnn,transformer']).code).toBe(64);
  expect(folder.run(['gradients', 'examples/embeddings.jsonl', '-o', 'g.svg']).code).toBe(0);
  expect(readFileSync(folder.file('g.svg'), 'utf8')).toContain('LSTM ‖∂loss/∂h‖: the first word’s gradient is');
});

test('a record of more than 64 MB is drawn: deep networks over long sentences make them', () => {
  writeFileSync(folder.file('large.jsonl'), `{"id":1,"text":"好","tokens":["好"],"note":"${'x'.repeat(65 * 1024 * 1024)}"}\n`);
  const { code, stderr } = folder.run(['draw', 'large.jsonl', '-o', 'large.svg', '-q']);
  rmSync(folder.file('large.jsonl'));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(readFileSync(folder.file('large.svg'), 'utf8')).toContain('>好</text>');
});

test('the picture of gradients: no text on another, whatever the length', () => {
  for (const tokens of [1, 5, 50, 200]) {
    const words = Array.from({ length: tokens }, (_, i) => ['昨天', 'AlphaGo-Zero', '，', '人工智能技术'][i % 4]!);
    const norms = words.map((_, i) => (i === 0 ? 0 : 10 ** (i - tokens)));
    const { marks, width, height } = gradientPicture(
      words,
      [
        { name: 'rnn', norms },
        { name: 'lstm', norms },
      ],
      1240,
      'en',
    );
    const texts = textsOf(marks);
    const wrong = texts.flatMap((a, i) =>
      texts
        .slice(i + 1)
        .filter((b) => overlap(a.box, b.box))
        .map((b) => `${a.text} on ${b.text}`),
    );
    expect(wrong).toEqual([]);
    // the numbers stand close beneath the longest word
    const end = Math.max(...texts.filter(({ foreign }) => foreign).map(({ box }) => box.y + box.height));
    const first = texts.find(({ text, align }) => text === '1' && align === 'middle')!;
    if (tokens <= 50) expect(first.box.y - end).toBeLessThan(8);
    expect(texts.every(({ box }) => box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height)).toBe(true);
  }
  expect(ratioInWords([1, 4100], 'en')).toBe('the first word’s gradient is 1/4,100 of the last’s');
  expect(ratioInWords([0, 1], 'en')).toBe('the first word’s gradient is 0');
  expect(ratioInWords([1, 1.9e12], 'en')).toContain('1/(1.9 × 10¹²)');
});

test('explain: eight steps, each with what it made, why, and a command', () => {
  const { code, stdout } = folder.run([
    'explain',
    '这部电影真好看。',
    '--cell',
    'gru',
    '--segmenter',
    'characters',
    '--labels',
    '正面,负面',
  ]);
  expect(code).toBe(0);
  expect([...stdout.matchAll(/^(\d) (\w+): /gm)].map((match) => match[2])).toEqual([
    'sentences',
    'tokenize',
    'encode',
    'pad',
    'embed',
    'rnn',
    'output',
    'classify',
  ]);
  expect(stdout).toContain('这 | 部 | 电 | 影 | 真 | 好 | 看 | 。');
  expect(stdout).toContain('mask [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]');
  expect(stdout).toMatch(/answer: [正负]面 \(of random weights/);
  expect(folder.run(['explain', '  ']).code).toBe(64);
});
