import fc from 'fast-check';
import { splitSentences } from '../../src/text/sentences.js';

const split = (text: string, options: Partial<{ semicolon: boolean; maxChars: number }> = {}): string[] =>
  splitSentences(text, { semicolon: false, maxChars: 1000, ...options }).map(({ start, end }) => text.slice(start, end));

describe('splitSentences: cases worked by hand', () => {
  test.each<[string, string, string[]]>([
    ['marks end a sentence', '天亮了。你醒了吗？快起来！', ['天亮了。', '你醒了吗？', '快起来！']],
    ['marks in a run stay together', '真的?!太好了！！！走吧', ['真的?!', '太好了！！！', '走吧']],
    ['an ellipsis is not cut in its middle and ends a sentence', '我想……算了……', ['我想……', '算了……']],
    ['what closes stays with its sentence', '“走吧。”他说。（真的！）好', ['“走吧。”', '他说。', '（真的！）', '好']],
    ['straight quotes close what they opened', '他说:"走吧。"我说。"好。"', ['他说:"走吧。"', '我说。', '"好。"']],
    ['numbers are not cut', '共123.23元,圆周率是3.14', ['共123.23元,圆周率是3.14']],
    ['an item of a list is not cut', '1.联通 2. 移动', ['1.联通 2. 移动']],
    ['a dot before a space ends an English sentence', 'It rained. We left. 好。', ['It rained.', 'We left.', '好。']],
    ['abbreviations are not cut', 'Dr. Wang of the U.S. Army and J. Smith met.', ['Dr. Wang of the U.S. Army and J. Smith met.']],
    ['an address is not cut', '见http://a.cn/b?c=1吧', ['见http://a.cn/b?c=1吧']],
    ['a blank line ends a sentence, a single break does not', '第一行\n第二行\n \n第三行\r\n\r\n四', ['第一行\n第二行', '第三行', '四']],
    ['white space around is left out', '\u3000\u3000早。 晚。\n', ['早。', '晚。']],
    ['nothing gives nothing', ' \n ', []],
  ])('%s', (_, text, expected) => {
    expect(split(text)).toEqual(expected);
  });

  test('a semicolon ends only when asked', () => {
    expect(split('甲；乙;丙')).toEqual(['甲；乙;丙']);
    expect(split('甲；乙;丙', { semicolon: true })).toEqual(['甲；', '乙;', '丙']);
  });

  test('too long ones are cut at the last comma, else anywhere but inside a character', () => {
    expect(split('一二三，四五六七', { maxChars: 5 })).toEqual(['一二三，', '四五六七']);
    expect(split('一二三四五六七', { maxChars: 3 })).toEqual(['一二三', '四五六', '七']);
    expect(split('𠮷𠮷𠮷', { maxChars: 2 })).toEqual(['𠮷𠮷', '𠮷']);
    expect(split('好👨‍👩‍👧好', { maxChars: 3 })).toEqual(['好', '👨‍👩‍👧', '好']);
    expect(split('ae\u0301', { maxChars: 2 })).toEqual(['a', 'e\u0301']);
    expect(split('🇨🇳🇨🇳', { maxChars: 3 })).toEqual(['🇨🇳', '🇨🇳']);
  });
});

const PIECES = [
  '。',
  '！',
  '?',
  '…',
  '；',
  ';',
  '.',
  ' ',
  '\n',
  '\r\n',
  '”',
  '"',
  ')',
  '，',
  '3',
  '1,000',
  'a',
  'Dr',
  '好',
  '𠮷',
  '👨‍👩‍👧',
  '\ud800',
  '\u0301',
  '🇨🇳',
  '\u3000',
];

test('every character that is no white space is in exactly one sentence, whatever the text', () => {
  const texts = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(texts, fc.boolean(), fc.integer({ min: 1, max: 12 }), (text, semicolon, maxChars) => {
      let at = 0;
      for (const { start, end } of splitSentences(text, { semicolon, maxChars })) {
        expect(text.slice(at, start).trim()).toBe('');
        expect(text.slice(start, end).trim()).toBe(text.slice(start, end));
        expect(end).toBeGreaterThan(start);
        at = end;
      }
      expect(text.slice(at).trim()).toBe('');
    }),
    { numRuns: 500 },
  );
});

test.each(['好', '.', '"', '。', ' ', '\n', '\u0301', '。"', '😀', '1, '])('a line of two million %j takes linear time', (piece) => {
  const text = piece.repeat(2_000_000 / piece.length);
  // of the processor, whatever else the machine has to do; a quadratic one would take minutes
  const start = process.cpuUsage();
  splitSentences(text, { semicolon: true, maxChars: 2000 });
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(10);
});
