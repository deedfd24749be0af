import { sentences } from '../../src/steps/sentences.js';
import { runStep } from './run.js';

const options = { semicolon: false, maxChars: 100, split: true };

test('one record a sentence: id, span in code points, other fields copied', async () => {
  const { out, counts } = await runStep(sentences(options), [{ id: 7, text: '𠮷好。 早！', span: [10, 16], label: 'a', x: 1 }]);
  expect(out).toEqual([
    { id: '7#1', text: '𠮷好。', span: [10, 13], label: 'a', x: 1 },
    { id: '7#2', text: '早！', span: [14, 16], label: 'a', x: 1 },
  ]);
  expect(counts.get('characters')).toBe(6);
});

test('wrapped text loses its line breaks, Latin words keep a space', async () => {
  const { out } = await runStep(sentences(options), [{ id: 1, text: '一行\n二行 use\r\nthe LSTM\n模型' }]);
  expect(out.map(({ text, span }) => [text, span])).toEqual([['一行二行 use the LSTM模型', [0, 22]]]);
});

test('split: false leaves the record as it is', async () => {
  const { out } = await runStep(sentences({ ...options, split: false }), [{ id: 1, text: '一。二。' }]);
  expect(out).toEqual([{ id: 1, text: '一。二。' }]);
});
