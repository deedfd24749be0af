import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { hasNodejieba } from '../../../src/text/jieba/nodejieba.js';
import { baseDictionary } from '../../../src/text/jieba/dictionary.js';
import { openJiebaRs, openWasm } from '../../../src/text/jieba/jieba-rs.js';
import { unitsOf } from '../../../src/text/runs.js';
import { lengthsOf } from '../../../src/text/jieba/lengths.js';
import { Spans } from '../../../src/formats/spans.js';
import { openSegmenter, SEGMENTERS, type SegmenterOptions } from '../../../src/text/segmenters/index.js';

const BACKENDS: ('builtin' | 'nodejieba' | 'jieba-rs')[] = ['builtin', 'jieba-rs', ...(hasNodejieba() ? ['nodejieba' as const] : [])];

async function tokens(text: string, options: Partial<SegmenterOptions> = {}): Promise<string[]> {
  const { cut } = await openSegmenter({ name: 'jieba', ...options });
  return cut([text])[0]!.tokens;
}

test('the list has every file of the folder', () => {
  const files = readdirSync('src/text/segmenters').filter((file) => file !== 'index.ts');
  expect(SEGMENTERS.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
});

const PIECES = [
  '中国',
  '我爱',
  '的',
  'LSTM',
  '3.14',
  ' ',
  '\u3000',
  '\n',
  '\r\n',
  '，',
  '……',
  '--',
  '👨‍👩‍👧',
  '🇨🇳',
  '1️⃣',
  'e\u0301',
  '好\u0301',
  'ひらがな',
  'カー',
  '한국',
  '𠮷',
  '\ud800',
  '\udc00',
  '\0',
  '\u2028',
  "it's",
  'a@b.cn',
  'https://a.cn/b?c=1',
  '〇',
  '__proto__',
  '䶵',
  '鿿',
];
const TEXTS = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 20 })
  .map((pieces) => pieces.join(''));

test.each(
  SEGMENTERS.flatMap(({ name }): Pick<SegmenterOptions, 'name' | 'backend'>[] =>
    name === 'jieba' ? BACKENDS.map((backend) => ({ name, backend })) : [{ name }],
  ),
)('contract of %j: spans are exact, tokens joined are the text, many texts give what each alone gives', async (options) => {
  const { cut, fingerprint } = await openSegmenter(options);
  expect(fingerprint).toMatch(new RegExp(`^${options.name}-[0-9a-f]{8}$`));
  fc.assert(
    fc.property(fc.array(TEXTS, { maxLength: 5 }), (texts) => {
      const cuts = cut(texts);
      expect(cuts).toEqual(texts.flatMap((text) => cut([text])));
      for (const [i, { tokens, spans }] of cuts.entries()) {
        expect(new Spans(spans).pairs().map(([start, end]) => texts[i]!.slice(start, end))).toEqual(tokens);
        const joined = ['whitespace', 'codepoints'].includes(options.name) ? texts[i]!.replace(/\s+/g, '') : texts[i]!;
        expect(tokens.join('')).toBe(joined);
        expect(tokens).not.toContain('');
      }
    }),
  );
});

test.each(BACKENDS)('%s cuts Chinese as Python jieba 0.42.1 does with HMM=False', async (backend) => {
  // from: '/'.join(jieba.cut('…', HMM=False))
  expect(await tokens('他来到了网易杭研大厦', { backend })).toEqual('他/来到/了/网易/杭/研/大厦'.split('/'));
  expect(await tokens('小明硕士毕业于中国科学院计算所', { backend })).toEqual('小/明/硕士/毕业/于/中国科学院/计算所'.split('/'));
});

test('jieba-wasm cuts as the native jieba-rs', async () => {
  const wasm = await openWasm(baseDictionary());
  const native = await openJiebaRs(baseDictionary(), false);
  for (const run of ['他来到了网易杭研大厦', '长春市长春药店', '好好好好', '龘'])
    expect(lengthsOf([wasm(run, false)], run.length)).toEqual(native(unitsOf([run])));
});

test.each<[string, string]>([
  ['用LSTM和AlphaGo-Zero在2010年', '用|LSTM|和|AlphaGo-Zero|在|2010|年'],
  ['涨21%到3.14,共1,000元', '涨|21%|到|3.14|,|共|1,000|元'],
  ['CEO会C++、C#和GPT-4', 'CEO|会|C++|、|C#|和|GPT-4'],
  ["it's a@b.cn 见https://a.cn/b?c=1。", "it's| |a@b.cn| |见|https://a.cn/b?c=1|。"],
  ['好……--！！?', '好|……|--|！！|?'],
  ['ひらがなカタカナー한국어', 'ひらがな|カタカナー|한국어'],
  ['👨‍👩‍👧👍🏽🇨🇳🇨🇳1️⃣', '👨‍👩‍👧|👍🏽|🇨🇳|🇨🇳|1️⃣'],
  ['ＬＳＴＭ用１２％', 'ＬＳＴＭ|用|１２％'],
  ['好\u0301吗 \n\u3000', '好\u0301|吗| \n\u3000'],
])('everything but Chinese characters by one rule: %j', async (text, expected) => {
  for (const name of ['jieba', 'intl', 'characters'] as const) {
    const { cut } = await openSegmenter({ name });
    expect(cut([text])[0]!.tokens.join('|')).toBe(expected);
  }
});

describe.each(BACKENDS)('user dictionaries with %s', (backend) => {
  const dict = (text: string, file = 'words.txt') => ({ backend, userDicts: [{ file, text }] });

  test('words of Chinese characters, with and without a frequency', async () => {
    expect(await tokens('如果放到云计算里', { backend })).toEqual(['如果', '放到', '云', '计算', '里']);
    expect(await tokens('如果放到云计算里', dict('\uFEFF云计算\r\n'))).toEqual(['如果', '放到', '云计算', '里']);
    expect(await tokens('如果放到云计算里', dict('云计算 100000 n\n'))).toEqual(['如果', '放到', '云计算', '里']);
    // the next one has its own dictionary again
    expect(await tokens('如果放到云计算里', { backend })).toEqual(['如果', '放到', '云', '计算', '里']);
  });

  test('words with spaces, digits and punctuation, the longest first, not inside a longer word', async () => {
    const words = dict('5w-30 3 n\n奥迪 A4L\n奥迪 A4L 35\nA4\n');
    expect(await tokens('奥迪 A4L用5w-30，A4与BA4和5w-300', words)).toEqual([
      '奥迪 A4L',
      '用',
      '5w-30',
      '，',
      'A4',
      '与',
      'BA4',
      '和',
      '5w-300',
    ]);
  });

  test('two that are open at once do not disturb each other', async () => {
    const plain = await openSegmenter({ name: 'jieba', backend });
    const own = await openSegmenter({ name: 'jieba', ...dict('云计算') });
    for (let i = 0; i < 2; i++) {
      expect(plain.cut(['云计算'])[0]!.tokens).toEqual(['云', '计算']);
      expect(own.cut(['云计算'])[0]!.tokens).toEqual(['云计算']);
    }
    expect(own.fingerprint).not.toBe(plain.fingerprint);
  }, 30_000);

  test('modes search and all, and parts of speech', async () => {
    // from: jieba.cut_for_search('中国科学院计算所', HMM=False) and jieba.cut('中国科学院', cut_all=True)
    const search = await tokens('中国科学院计算所', { backend, mode: 'search' });
    expect(search).toEqual(['中国', '科学', '学院', '科学院', '中国科学院', '计算', '计算所']);
    expect(await tokens('中国科学院', { backend, mode: 'all' })).toEqual(['中国', '中国科学院', '科学', '科学院', '学院']);
    const { tagOf } = await openSegmenter({ name: 'jieba', backend, pos: true });
    expect(['中国', 'LSTM', '21%', '，', ' ', '😀'].map(tagOf!)).toEqual(['ns', 'eng', 'm', 'w', 'x', 'x']);
  });
});

test('an error of a user dictionary has file, line and a hint', async () => {
  const userDicts = [{ file: 'w.txt', text: '好\n坏 0\n' }];
  const error: unknown = await openSegmenter({ name: 'jieba', userDicts }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'data',
    place: { file: 'w.txt', line: 2 },
    found: '0',
    hint: expect.stringContaining('frequency') as string,
  });
});

test('what decides the tokens decides the fingerprint, and the backend does not', async () => {
  const prints = await Promise.all(
    [{}, { dropPunctuation: true }, { stopWords: ['的'] }, { toSimplified: true }, { mode: 'all' as const }].map(
      async (options) => (await openSegmenter({ name: 'jieba', backend: 'jieba-rs', ...options })).fingerprint,
    ),
  );
  expect(new Set(prints).size).toBe(prints.length);
  for (const backend of BACKENDS) expect((await openSegmenter({ name: 'jieba', backend })).fingerprint).toBe(prints[0]);
  for (const backend of BACKENDS.slice(1))
    expect((await openSegmenter({ name: 'jieba', backend, hmm: true })).fingerprint).not.toBe(prints[0]);
});

test('stop words and punctuation are left out and counted', async () => {
  const { cut } = await openSegmenter({ name: 'jieba', stopWords: ['的'], dropPunctuation: true });
  expect(cut(['我的 书，好😀！'])).toEqual([
    {
      tokens: ['我', '书', '好', '😀'],
      spans: [0, 1, 3, 4, 5, 6, 6, 8],
      dropped: 4,
    },
  ]);
});
