/** Cutting in pieces gives what cutting whole gives: on any text over characters of the dictionary. */
import fc from 'fast-check';
import { baseDictionary } from '../../../src/text/jieba/dictionary.js';
import { openJiebaRs } from '../../../src/text/jieba/jieba-rs.js';
import { inPieces } from '../../../src/text/jieba/pieces.js';

const sentence = '北京大学生活动中心今天下午举办了一场关于循环神经网络的讲座好好学习天天向上研究生命起源';

test('runs in pieces are cut as they are whole', async () => {
  const whole = await openJiebaRs(baseDictionary(), false);
  const pieces = inPieces(whole, baseDictionary());
  const words = (cut: typeof whole, run: string): string[] => cut([run]).filter((word) => word !== '\n');
  const run = fc.array(
    fc
      .integer({ min: 0, max: sentence.length - 1 })
      .chain((at) => fc.integer({ min: 1, max: 6 }).map((length) => sentence.slice(at, at + length))),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(run, (parts) => {
      const text = parts.join('');
      expect(words(pieces, text)).toEqual(words(whole, text));
    }),
    { numRuns: 500 },
  );
});

test('a tie of a character three times in a row is left to the segmenter', () => {
  const asked: string[] = [];
  const cut = inPieces((runs) => {
    asked.push(...runs);
    return [...runs];
  }, baseDictionary());
  cut(['京东最最最差劲']);
  expect(asked).toEqual(['京东最最最差劲']);
});

test('pieces are asked for once', () => {
  const asked: string[] = [];
  const cut = inPieces((runs) => {
    asked.push(...runs);
    return [...runs];
  }, baseDictionary());
  expect(cut(['今天我', '今天你', '我'])).toEqual(['今天', '我', '今天', '你', '我']);
  expect(asked).toEqual(['今天']);
});
