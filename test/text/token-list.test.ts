import { tokenList } from '../../src/text/token-list.js';

// by hand: <unk> on line 3 is row 2, [PAD] on line 1 row 0; the words keep their order behind the four special ids
test('special tokens of the list become ours, wherever they stand', () => {
  const { vocabulary, rows } = tokenList('[PAD]\n的\n<unk>\n<pad>d\n一\n', 'tokens.txt', 'characters-1');
  expect(vocabulary.tokens).toEqual(['<pad>', '<unk>', '<bos>', '<eos>', '的', '<pad>d', '一']);
  expect([...rows]).toEqual([0, 2, -1, -1, 1, 3, 4]);
  expect(vocabulary.ids.get('一')).toBe(6);
});

test('a second token that looks special is a word', () => {
  const { vocabulary, rows } = tokenList('<unk>\n[UNK]\n', 'tokens.txt', '');
  expect(vocabulary.tokens.slice(4)).toEqual(['[UNK]']);
  expect([...rows]).toEqual([-1, 0, -1, -1, 1]);
});

test.each([
  ['的\n\n一', 'without a token', 2],
  ['的\n一\n的', 'line 1 too', 3],
])('%j is refused with its line', (text, message, line) => {
  expect(() => tokenList(text, 'tokens.txt', '')).toThrow(
    expect.objectContaining({ message: expect.stringContaining(message) as string, place: { file: 'tokens.txt', line } }) as Error,
  );
});
