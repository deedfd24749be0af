/** The backend `builtin`: the trie of words, and the most probable cut, against a plain way of finding both, and against jieba-rs. */
import fc from 'fast-check';
import { baseDictionary, trieOf } from '../../../src/text/jieba/dictionary.js';
import { openJiebaRs } from '../../../src/text/jieba/jieba-rs.js';
import { mostProbable, suggestFrequency } from '../../../src/text/jieba/most-probable.js';
import { WordTrie } from '../../../src/text/jieba/word-trie.js';
import { stringOf, unitsOf } from '../../../src/text/runs.js';

const CHARACTERS = Array.from('一丁七万丈');
const word = fc.array(fc.constantFrom(...CHARACTERS), { minLength: 1, maxLength: 4 }).map((characters) => characters.join(''));
const dictionary = fc.array(fc.tuple(word, fc.integer({ min: 0, max: 1e9 })), { minLength: 1, maxLength: 30 });

function trieWith(entries: readonly (readonly [string, number])[]): WordTrie {
  const trie = new WordTrie();
  for (const [text, frequency] of entries) trie.set(text, frequency);
  return trie;
}

test('a trie has the words that were set, each with the frequency of the last time', () => {
  fc.assert(
    fc.property(dictionary, fc.array(word), (entries, others) => {
      const [trie, map] = [trieWith(entries), new Map(entries)];
      expect(trie.total).toBe([...map.values()].reduce((sum, frequency) => sum + frequency, 0));
      for (const text of [...map.keys(), ...others]) expect(trie.frequency(trie.find(text))).toBe(map.get(text) ?? 0);
    }),
  );
});

test('a trie is made from the lines of a dictionary; words of other characters count in the total only', () => {
  const trie = WordTrie.of('中国 8 ns\nT恤 2 n\n中 5 x\n好 3\n');
  expect([trie.total, trie.frequency(trie.find('中国')), trie.frequency(trie.find('国'))]).toEqual([18, 8, 0]);
  expect(trie.frequency(trie.find('好'))).toBe(3);
});

test('a trie that grows keeps its words', () => {
  const trie = new WordTrie();
  const nth = (i: number): string => String.fromCharCode(0x4e00 + (i % 20000), 0x4e00 + Math.floor(i / 20000), 0x4e00 + (i % 7));
  // two edges each at least: more than half of the first table
  for (let i = 0; i < 400_000; i++) trie.set(nth(i), i + 1);
  for (let i = 0; i < 400_000; i += 997) expect(trie.frequency(trie.find(nth(i)))).toBe(i + 1);
  expect(trie.total).toBe((400_000 * 400_001) / 2);
});

/** All cuts of a run into words and single characters. */
function* everyCut(run: string, map: ReadonlyMap<string, number>): Generator<string[]> {
  if (run === '') yield [];
  for (let end = 1; end <= run.length; end++) {
    const first = run.slice(0, end);
    if (end === 1 || (map.get(first) ?? 0) > 0) for (const rest of everyCut(run.slice(end), map)) yield [first, ...rest];
  }
}

test('no cut of a run is more probable than the one found', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, fc.integer({ min: 1, max: 50 })), { minLength: 1, maxLength: 20 }),
      fc.array(fc.array(fc.constantFrom(...CHARACTERS), { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 3 }),
      (entries, runs) => {
        const [trie, map] = [trieWith(entries), new Map(entries)];
        const logOf = (cut: readonly string[]): number =>
          cut.reduce((sum, part) => sum + Math.log(map.get(part) || 1) - Math.log(trie.total), 0);
        const texts = runs.map((characters) => characters.join(''));
        const lengths = Array.from(mostProbable(trie)(unitsOf(texts)));
        for (const text of texts) {
          const cut: string[] = [];
          for (let at = 0; at < text.length; at += cut.at(-1)!.length) cut.push(text.slice(at, at + lengths.shift()!));
          expect(cut.join('')).toBe(text);
          for (const part of cut) expect(part.length === 1 || map.has(part)).toBe(true);
          for (const other of everyCut(text, map)) expect(logOf(cut)).toBeGreaterThanOrEqual(logOf(other) - 1e-9);
        }
        expect(lengths).toEqual([]);
      },
    ),
  );
});

test('of equal cuts the one with the longest first word, as Python’s max() over (score, end) has it', () => {
  const trie = trieWith([
    ['一丁', 4],
    ['丁七', 4],
    ['一', 2],
    ['七', 2],
  ]);
  expect(Array.from(mostProbable(trie)(unitsOf(['一丁七'])))).toEqual([2, 1]);
});

test('runs of any Chinese characters are cut as jieba-rs cuts them', async () => {
  const rs = await openJiebaRs(baseDictionary(), false);
  const own = mostProbable(trieOf(baseDictionary()));
  const common = fc.constantFrom(
    ...Array.from(
      '的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长',
    ),
  );
  const any = fc.integer({ min: 0x4e00, max: 0x9fd5 }).map((code) => String.fromCharCode(code));
  const run = fc.array(fc.oneof({ weight: 9, arbitrary: common }, { weight: 1, arbitrary: any }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(
        run.map((characters) => characters.join('')),
        { maxLength: 6 },
      ),
      (runs) => {
        expect(Array.from(own(unitsOf(runs)))).toEqual(Array.from(rs(unitsOf(runs))));
      },
    ),
    { numRuns: 500 },
  );
});

test('code units are a string and back', () => {
  fc.assert(fc.property(fc.array(word), (runs) => expect(stringOf(unitsOf(runs))).toBe(runs.join('\n'))));
});

test('the frequency that is suggested for a word keeps it whole, as in Python', () => {
  const words = WordTrie.of(baseDictionary().bytes.toString('utf8'));
  // from: jieba.initialize(); jieba.suggest_freq('台中', tune=False), and of 云计算
  expect(words.frequency(words.find('台中'))).toBe(3);
  for (const text of ['台中', '云计算', '一丁七']) {
    words.set(text, suggestFrequency(text, words));
    expect(Array.from(mostProbable(words)(unitsOf([text])))).toEqual([text.length]);
  }
});
