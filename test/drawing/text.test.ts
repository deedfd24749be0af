/** Tokens of every kind: what is shown of them, and that a hostile one changes nothing but itself. */
import { textsOf } from '../../src/drawing/marks.js';
import { decimals, factor, grouped, subscript, term } from '../../src/drawing/numbers.js';
import { pictureOf, viewOf } from '../../src/drawing/picture.js';
import { svg } from '../../src/drawing/svg.js';
import { fit, visible, widthOf, wrap } from '../../src/drawing/text.js';
import { sceneFor } from './support.js';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"\'><img src=x onerror=alert(1)>',
  '\u202Egnp.exe',
  '\u2066\u2067\u2068',
  '👩‍👩‍👧‍👦',
  `e${'\u0301'.repeat(40)}`,
  '\uD800',
  '\uDC00x',
  '\u0000\u0007\u001B[31m',
  'a\u2028b\u0085c',
  ' ',
  '',
  '永'.repeat(10_000),
  'x'.repeat(10_000),
  '\u200B\uFEFF',
  ']]>--><!--',
  '&amp;&lt;',
];

test.each(HOSTILE)('hostile text %#: every other mark stays where it is', (token) => {
  for (const width of [1240, 374]) {
    const words = ['这', '部', '电影', '好看', '。'];
    const draw = (second: string): ReturnType<typeof pictureOf> => {
      const scene = sceneFor({ tokens: 5, units: 8, words: words.map((word, i) => (i === 1 ? second : word)), padding: 2 });
      return pictureOf(scene, viewOf(scene, { width }));
    };
    // the row of tokens is as high as its tallest token: the plain picture gets one as tall
    const tall = draw(token).marks.find((mark) => mark.kind === 'shape' && mark.name === 'token.1')?.box.height;
    const plain = [...words, '四字成语', 'AlphaGo-Zero-and-more']
      .map((word) => draw(word))
      .find(({ marks }) => marks.some((mark) => mark.kind === 'shape' && mark.name === 'token.1' && mark.box.height === tall));
    const others = (picture: ReturnType<typeof pictureOf>): unknown[] =>
      picture.marks.filter(
        (mark) =>
          !(mark.kind === 'text' && mark.foreign && mark.timeStep === 1) &&
          !(mark.kind === 'text' && mark.text.startsWith('id ')) &&
          !(mark.kind === 'shape' && mark.look === 'frame'),
      );
    expect(others(draw(token))).toEqual(others(plain ?? draw(words[1]!)));
  }
});

test.each(HOSTILE)('hostile text %#: the SVG is well formed and has no element of the text', (token) => {
  const scene = { ...sceneFor({ tokens: 5, units: 8, words: ['好', token] }), text: token, prediction: token, labels: [token, token] };
  const picture = pictureOf(scene, viewOf(scene, {}));
  const text = svg(picture, { prefix: 'p', strips: { how: 'vector' }, title: token, description: token, tokenLanguage: 'zh-Hans' });
  expect(text).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
  expect(text).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/u);
  expect(text).not.toMatch(/ style=/);
  const drawn = textsOf(picture.marks).map((mark) => mark.text);
  expect(drawn.join('')).not.toMatch(/[\u202A-\u202E\u2066-\u2069\p{Cc}]/u);
  expect(Math.max(...drawn.map((one) => one.length))).toBeLessThan(200);
});

test('controls are shown as what they are', () => {
  expect(visible('a\u202Eb')).toBe('a⟨U+202E⟩b');
  expect(visible('\uD800')).toBe('⟨U+D800⟩');
  expect(visible('e\u0301\u0301\u0301\u0301\u0301')).toBe('e\u0301\u0301\u0301');
  expect(visible('👩‍👧')).toBe('👩‍👧');
});

test('a text that does not fit is shortened to whole characters, and never wider than its room', () => {
  for (const text of ['AlphaGo-Zero', '人工智能技术', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 'e\u0301'.repeat(30)])
    for (const room of [20, 36, 64, 100]) {
      const shown = fit(text, room, 14);
      expect(widthOf(shown, 14)).toBeLessThanOrEqual(room);
      if (shown !== text) expect(shown.endsWith('…')).toBe(true);
    }
  expect(fit('好', 100, 14)).toBe('好');
});

test('lines of ours break at spaces, and Chinese after any character', () => {
  expect(wrap('padding: not computed', 90, 11.5)).toEqual(['padding: not', 'computed']);
  expect(wrap('每格为八个单元的平均', 60, 11.5).every((line) => widthOf(line, 11.5) <= 60)).toBe(true);
});

test('numbers as they are written', () => {
  expect([0.1234, -0.004, -0.126, 0].map((value) => decimals(value, 2))).toEqual(['0.12', '0.00', '−0.13', '0.00']);
  expect([term(0.1, 1), term(-0.1, 1), factor(-0.1, 1), factor(0.1, 1)]).toEqual(['+ 0.1', '− 0.1', '(−0.1)', '0.1']);
  expect([subscript(120), grouped(1234567)]).toEqual(['₁₂₀', '1,234,567']);
});
