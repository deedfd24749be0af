import { Spans } from '../../src/formats/spans.js';
import { tokenize } from '../../src/steps/tokenize.js';
import { openSegmenter } from '../../src/text/segmenters/index.js';
import { runStep } from './run.js';

test('spans count code points, other fields pass through, a record without text is rejected', async () => {
  const segmenter = await openSegmenter({ name: 'characters' });
  const { out, counts, rejected } = await runStep(tokenize({ segmenter }), [
    { id: 1, text: '𠮷好\ud800LSTM', mine: [1] },
    { id: 2 },
    { id: 3, text: '' },
  ]);
  expect(out).toEqual([
    {
      id: 1,
      text: '𠮷好\ud800LSTM',
      mine: [1],
      tokens: ['𠮷', '好', '\ud800', 'LSTM'],
      tokenSpans: new Spans([0, 1, 1, 2, 2, 3, 3, 7]),
      segmenter: segmenter.fingerprint,
    },
    { id: 3, text: '', tokens: [], tokenSpans: new Spans([]), segmenter: segmenter.fingerprint },
  ]);
  expect(Object.fromEntries(counts)).toEqual({ characters: 7, tokens: 4, droppedTokens: 0 });
  expect(rejected.map(({ message }) => message)).toEqual(['the record has no "text"']);
});

test('traditional characters become simplified before cutting; the original stays', async () => {
  const segmenter = await openSegmenter({ name: 'jieba', backend: 'jieba-rs', toSimplified: true, pos: true });
  const { out } = await runStep(tokenize({ segmenter }), [{ text: '漢語很難' }]);
  expect(out[0]).toMatchObject({
    text: '汉语很难',
    originalText: '漢語很難',
    tokens: ['汉语', '很', '难'],
    tokenSpans: new Spans([0, 2, 2, 3, 3, 4]),
  });
  expect(out[0]!.pos).toHaveLength(3);
});
