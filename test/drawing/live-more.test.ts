/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The page of `serve` for models that say or foresee texts, and the form that asks for the token. Skipped where there is no chromium. */
import type { Browser, Page } from 'playwright-core';
import { freshFolder, type Folder } from '../support/cli.js';
import { serve, type Served } from '../support/server.js';
import { describeBrowser, openChromium } from './chromium.js';

let browser: Browser;
const folders: Folder[] = [];
const running: Served[] = [];

/** A small model of its own, served. */
async function served(train: string, ...args: string[]): Promise<string> {
  const folder = freshFolder();
  folders.push(folder);
  expect(folder.run(`train ${train} --out model --min-count 1 -q`.split(' '))).toMatchObject({ code: 0 });
  const server = await serve(folder, ...args);
  running.push(server);
  return `http://127.0.0.1:${server.port}`;
}

async function open(url: string): Promise<{ page: Page; noise: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const noise: string[] = [];
  page.on('console', (message) => noise.push(message.text()));
  page.on('pageerror', (error) => noise.push(String(error)));
  await page.goto(url);
  return { page, noise };
}

const texts = (page: Page): Promise<string[]> => page.locator('#picture svg text').allTextContents();

describeBrowser('the page of serve', () => {
  beforeAll(async () => void (browser = await openChromium()));
  afterAll(async () => {
    await browser.close();
    for (const { child } of running) child.kill('SIGKILL');
    for (const folder of folders) folder.remove();
  });

  test('a language model: its own segmenter and cell only, the tokens that are likely to come next as bars', async () => {
    const url = await served('examples/news.txt --task lm --segmenter characters --units 4 --dim 4 --epochs 1');
    const { page, noise } = await open(`${url}/#${encodeURIComponent('屏幕上')}`);
    await page.waitForSelector('#body8 .chance');
    expect(await page.locator('#segmenter option, #cell option').count()).toBe(2);
    const bars = await page.locator('#body8 .chance bdi').allTextContents();
    expect(bars).toHaveLength(8);
    const reply = await page.request.post(`${url}/predict`, { data: { text: '屏幕上', k: 8 } });
    const { answers } = (await reply.json()) as { answers: { top: { label: string }[] }[] };
    expect(bars).toEqual(answers[0]!.top.map(({ label }) => label));
    expect(await texts(page)).toEqual(expect.arrayContaining(['<bos>', '屏', '幕', '上', 'next: most probable']));
    expect(noise).toEqual([]);
    await page.close();
  });

  test('a model that says texts: what it says, its other attempts, the search in the picture; more padding changes nothing', async () => {
    const url = await served('examples/pairs.tsv --task seq2seq --units 8 --dim 8 --epochs 2 --hold-out 0%');
    const { page, noise } = await open(`${url}/#${encodeURIComponent('我喜欢苹果。')}`);
    await page.waitForSelector('#body8 .said');
    const said = (await page.textContent('#body8 .said'))!;
    expect(await page.locator('#body8 .chip bdi').first().textContent()).toBe(said);
    expect(await texts(page)).toEqual(expect.arrayContaining(['beam search 束搜索', '<bos>', 'tanh(h·B + b)']));
    const answered = page.waitForResponse((one) => one.url().endsWith('/trace'));
    await page.$eval('#length', (slider: HTMLInputElement) => {
      slider.value = slider.max;
      slider.dispatchEvent(new Event('input'));
    });
    await answered;
    await page.waitForFunction(() => document.getElementById('note')!.textContent.includes('unchanged'));
    expect(await page.textContent('#body8 .said')).toBe(said);
    expect(noise).toEqual([]);
    await page.close();
  });

  test('where a token is needed: a form asks for it, keeps it for this tab, and sends it as every program does', async () => {
    const TOKEN = 'a-token-of-ours';
    const url = await served('examples/headlines.tsv --segmenter characters --units 4 --dim 4 --epochs 1 --hold-out 0%', '--token', TOKEN);
    const { page, noise } = await open(`${url}/#${encodeURIComponent('好')}`);
    expect(await page.textContent('h1')).toBe('This model asks for a token');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('token');
    await page.fill('#token', 'another-token');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.getElementById('refused')!.textContent !== '');
    expect(await page.textContent('#refused')).toBe('That is another token than the server’s.');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);

    const traced = page.waitForRequest((one) => one.url().endsWith('/trace'));
    await page.fill('#token', TOKEN);
    await page.click('button');
    expect((await traced).headers()['authorization']).toBe(`Bearer ${TOKEN}`);
    await page.waitForSelector('#picture svg');
    // what is typed stays in the address, the token never is in it
    expect(page.url()).toBe(`${url}/#${encodeURIComponent('好')}`);
    expect(await page.evaluate(() => document.cookie)).toBe('');

    await page.reload();
    await page.waitForSelector('#picture svg');
    const other = await open(url);
    expect(await other.page.locator('#door').count()).toBe(1);
    await other.page.close();
    // a token that the server no longer takes is forgotten, and asked for again
    await page.evaluate(() => sessionStorage.setItem('rnn-pipe-token', 'one-of-yesterday'));
    await page.reload();
    await page.waitForSelector('#door');
    await page.waitForFunction(() => sessionStorage.length === 0);
    expect(noise.filter((line) => !line.includes('status of 401'))).toEqual([]);
    await page.close();
  });
});
