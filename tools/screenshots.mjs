// Makes docs/pictures again: pages of `draw`, as chromium shows them. `npm run screenshots`; look at them before you commit them.
import { spawnSync } from 'node:child_process';
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
  ['phone', '这 部 电影 真 好看 。'.split(' '), '--length 8 --dim 8 --units 8', '--lang zh', 390, 'light', ['ArrowLeft'], 1150],
  ['long', Array.from({ length: 200 }, (_, i) => LONG[i % LONG.length]), '--dim 64 --units 512', '', 1280, 'light', [], 980],
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
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForTimeout(200);
  await page.screenshot({ path: join(root, `docs/pictures/${name}.png`) });
  await page.close();
}
await browser.close();
rmSync(folder, { recursive: true });
