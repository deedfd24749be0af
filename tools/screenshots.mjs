// Makes docs/pictures again: pages of `draw`, `serve` and `project`, as chromium shows them. `npm run screenshots`; look at them before you commit them.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'rnn-pipe-pictures-'));
const rnnPipe = (...args) => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/rnn-pipe.js'), ...args, '-q', '--force'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
};

const LONG =
  `昨天 下午 三点 ， 我们 在 图书馆 门口 等 了 半个 小时 ， 他 还是 没有 来 。 手机 也 打不通 ， LSTM 模型 说 AlphaGo-Zero 很 厉害 ，
大家 都 不 知道 该 怎么办 才 好 ， 只好 先 回去 吃饭 ， 等 他 自己 回来 再说 。`.split(/\s+/);

/** name, tokens, options of run, options of draw, width, colours, keys, height that is kept */
const PICTURES = [
  ['lstm', '这 部 电影 真 好看 。'.split(' '), '--length 8 --dim 8 --units 8', '', 1280, 'light', ['ArrowLeft'], 1180],
  [
    'gru-two-ways-dark',
    '这 部 电影 真 好看 。'.split(' '),
    '--length 8 --dim 8 --units 8 --cell gru --bidirectional',
    '',
    1280,
    'dark',
    [],
    940,
  ],
  ['mono', '这 部 电影 真 好看 。'.split(' '), '--length 8 --dim 8 --units 8', '--theme mono', 1280, 'light', ['ArrowLeft'], 780],
  ['phone', '这 部 电影 真 好看 。'.split(' '), '--length 8 --dim 8 --units 8', '--lang zh', 390, 'light', ['ArrowLeft'], 1150],
  ['long', Array.from({ length: 200 }, (_, i) => LONG[i % LONG.length]), '--dim 64 --units 512', '', 1280, 'light', [], 980],
];

const SPANS = ['王/B-PER 小/I-PER 明/I-PER', '李/B-PER 雷/I-PER', '北/B-LOC 京/I-LOC', '上/B-LOC 海/I-LOC'];
const REST = ['昨/O 天/O', '去/O 了/O', '住/O 在/O', '和/O'];
const NUMBERS = [...'一二三四'].map((zh, i) => [zh, ['one', 'two', 'three', 'four'][i]]);
/** Small models, each learnt in a moment: name, training file, options of train, sentence, options of draw, what is kept of the page */
const MODELS = [
  [
    'tagger',
    Array.from({ length: 120 }, (_, i) => `${SPANS[i % 4]} ${REST[(i >> 2) % 4]} ${SPANS[(i * 3 + 1) % 4]} ${REST[(i >> 1) % 4]}`),
    '--task tag --units 6 --epochs 6',
    '王小明昨天去了北京',
    '--gradients',
    { y: 140, width: 1280, height: 760 },
  ],
  [
    'decoder',
    Array.from({ length: 192 }, (_, i) => [i % 4, (i >> 2) % 4, (i >> 4) % 4].slice(0, 1 + ((i >> 6) % 3)).map((n) => NUMBERS[n])).map(
      (pairs) => `${pairs.map(([zh]) => zh).join('')}\t${pairs.map(([, en]) => en).join(' ')}`,
    ),
    '--task seq2seq --segmenter characters --units 6 --target-dim 8 --target-min-count 1 --bidirectional --epochs 30 --decoder-units 8',
    '三一四',
    '--said 2',
    { y: 140, width: 1280, height: 1280 },
  ],
];

const browser = await chromium.launch({
  executablePath: process.env.RNN_PIPE_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
});
for (const [name, tokens, run, draw, width, colorScheme, keys, height] of PICTURES) {
  writeFileSync(join(folder, 'text.txt'), `${tokens.join(' ')}\n`);
  const how = '--whole --segmenter whitespace --to classify --labels 正面,负面 --trace --sums --keep-embeddings -o states.jsonl'.split(' ');
  rnnPipe('run', 'text.txt', ...how, ...run.split(' '));
  rnnPipe('draw', 'states.jsonl', '--labels', '正面,负面', '-o', 'page.html', ...draw.split(' ').filter(Boolean));
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(`file://${join(folder, 'page.html')}`);
  await page.waitForSelector('#controls button');
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForTimeout(200);
  await page.screenshot({ path: join(root, `docs/pictures/${name}.png`) });
  await page.close();
}

/** Texts whose label one word tells, and a model of them. */
const [GOOD, BAD] = ['好看 喜欢 精彩', '难看 讨厌 无聊'].map((words) => words.split(' '));
const FILLERS = '这部 电影 真的 非常 我们 都 觉得 很'.split(' ');
const lines = Array.from({ length: 400 }, (_, i) => {
  const [j, told] = [i >> 1, i % 2 ? GOOD : BAD];
  return `${i % 2 ? '正面' : '负面'}\t${FILLERS[j % 8]}${FILLERS[(j * 3) % 8]}${told[i % 3]}${FILLERS[(j * 5) % 8]}`;
});
writeFileSync(join(folder, 'train.tsv'), `label\ttext\n${lines.join('\n')}\n`);
rnnPipe(
  'train',
  'train.tsv',
  '--out',
  'model',
  ...'--dim 8 --units 8 --epochs 6 --learning-rate 0.02 --min-count 1 --hold-out 0%'.split(' '),
);
const server = spawn(process.execPath, [join(root, 'bin/rnn-pipe.js'), 'serve', 'model', '--port', '0'], { cwd: folder });
const address = await new Promise((done) => server.stderr.on('data', (text) => /http:\S+/.test(text) && done(/http:\S+/.exec(text)[0])));
rnnPipe('run', 'train.tsv', ...'--whole --to classify --model model -o outputs.jsonl'.split(' '));
rnnPipe('project', 'outputs.jsonl', '--method', 'umap', '-o', 'outputs.html');

/** name, address, width, colours, height */
for (const [name, url, width, colorScheme, height] of [
  ['serve', address, 1280, 'light', 1690],
  ['serve-phone', address, 390, 'dark', 1900],
  ['project', `file://${join(folder, 'outputs.html')}`, 1280, 'light', 900],
]) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(url);
  if (name !== 'project') await page.waitForSelector('#picture svg');
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(root, `docs/pictures/${name}.png`) });
  await page.close();
}
server.kill();
for (const [name, learnt, train, text, draw, kept] of MODELS) {
  writeFileSync(join(folder, 'train.txt'), `${learnt.join('\n')}\n`);
  const learn = '--dim 6 --batch-size 8 --learning-rate 0.03 --min-count 1 --hold-out 0% --out small'.split(' ');
  rnnPipe('train', 'train.txt', ...train.split(' '), ...learn);
  rnnPipe('draw', '--model', 'small', '--text', text, '-o', 'page.html', ...draw.split(' ').filter(Boolean));
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`file://${join(folder, 'page.html')}`);
  await page.waitForSelector('#controls button');
  await page.screenshot({ path: join(root, `docs/pictures/${name}.png`), fullPage: true, clip: { x: 0, ...kept } });
  await page.close();
}
await browser.close();
rmSync(folder, { recursive: true });
