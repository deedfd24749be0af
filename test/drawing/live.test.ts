/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The page of `serve` in a real browser: what is typed is what is shown, and nothing else moves. Skipped where there is no chromium. */
import type { Browser, Page, Request } from 'playwright-core';
import { LIVE_WORDS } from '../../src/drawing/live-words.js';
import { decimals } from '../../src/drawing/numbers.js';
import { fromJson, type SentenceRecord } from '../../src/formats/record.js';
import { freshFolder, type Folder } from '../support/cli.js';
import { serve, type Served } from '../support/server.js';
import { describeBrowser, openChromium } from './chromium.js';

const TRAIN = 'train examples/headlines.tsv --out model --segmenter characters --units 6 --dim 5 --epochs 1 --min-count 1 --hold-out 0% -q';
const words = LIVE_WORDS.en;

interface Traced {
  weights: string;
  note: string;
  ids: number[];
  record: SentenceRecord;
}

describeBrowser('the page of serve', () => {
  let folder: Folder;
  let browser: Browser;
  let served: Served;
  let page: Page;
  let noise: string[];
  /** the latest answer of /trace */
  let traced: Traced;

  beforeAll(async () => {
    folder = freshFolder();
    expect(folder.run(TRAIN.split(' '))).toMatchObject({ code: 0 });
    browser = await openChromium();
    served = await serve(folder);
  });
  afterAll(async () => {
    await browser.close();
    served.child.kill('SIGKILL');
    folder.remove();
  });

  const origin = (): string => `http://127.0.0.1:${served.port}`;

  async function open(width = 1280, fragment = ''): Promise<void> {
    page = await browser.newPage({ viewport: { width, height: 900 } });
    noise = [];
    page.on('console', (message) => noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(String(error)));
    page.on('dialog', (dialog) => noise.push(dialog.message()));
    page.on('request', (request: Request) => {
      if (!request.url().startsWith(`${origin()}/`) && !request.url().startsWith('data:')) noise.push(request.url());
    });
    await after(() => page.goto(`${origin()}/${fragment}`));
  }
  beforeEach(() => open());
  afterEach(async () => {
    expect(noise).toEqual([]);
    await page.close();
  });

  /** Does something that asks the server, and waits until its answer is on the page. */
  async function after(act: () => Promise<unknown>): Promise<void> {
    const response = page.waitForResponse((one) => one.url().endsWith('/trace'));
    await act();
    const { record, ...rest } = (await (await response).json()) as { record: unknown } & Omit<Traced, 'record'>;
    traced = { ...rest, record: fromJson(record) };
    const shown = [String(traced.ids.length), String(traced.record.ids!.length), traced.record.segmenter!.split('-')[0]!];
    await page.waitForFunction(
      ([ids, length, segmenter]) =>
        document.getElementById('shape3')!.textContent.startsWith(`${ids} id`) &&
        document.getElementById('length-told')!.textContent === length &&
        document.getElementById('command2')!.textContent.endsWith(segmenter!) &&
        document.querySelector('#picture svg') !== null,
      shown,
    );
  }
  const type = (text: string): Promise<void> => after(() => page.fill('#text', text));
  const chips = (step: number): Promise<string[]> =>
    page.$$eval(`#body${step} .chip bdi`, (all) => all.map(({ textContent }) => textContent));

  test('the eight steps of what is typed, and in the picture the numbers of the trace', async () => {
    await type('主队险胜\u{20BB7}');
    expect(await chips(1)).toEqual(['主队险胜\u{20BB7}']);
    expect(await chips(2)).toEqual(['主', '队', '险', '胜', '\u{20BB7}']);
    expect(await chips(3)).toEqual(await chips(2));
    expect(await page.$$eval('#body3 small', (all) => all.map(({ textContent }) => textContent.split(' ')[0]))).toEqual(
      traced.ids.map(String),
    );
    expect(await page.$$eval('#body3 .unknown bdi', (all) => all.map(({ textContent }) => textContent))).toContain('\u{20BB7}');
    expect(await chips(4)).toEqual([...traced.ids.map(String), '‹pad›', '‹pad›']);
    const { hiddenStates, probabilities, prediction } = traced.record;
    const shown = await page.$$eval('#picture svg g[data-name] text', (all) => all.map(({ textContent }) => textContent));
    for (let t = 0; t < 5; t++) for (const value of hiddenStates!.row(t)) expect(shown).toContain(decimals(value, 2));
    expect(await page.textContent('#body8 .said')).toBe(prediction);
    expect(await page.$$eval('#body8 output', (all) => all.map(({ textContent }) => textContent))).toEqual(
      Array.from(probabilities!.data, (share) => `${(100 * share).toFixed(1)} %`),
    );
    expect(await page.textContent('#note')).toBe(words.trained);
  });

  test('more padding changes no state, and the page says so; less than there are tokens cuts', async () => {
    await type('股市大涨');
    const length = (value: number): Promise<void> => after(() => page.$eval('#length', (slider, to) => {
      (slider as HTMLInputElement).value = String(to);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    }, value)); // prettier-ignore
    await length(9);
    expect(traced.record.ids).toHaveLength(9);
    expect(await page.textContent('#note')).toContain(words.unchanged);
    expect((await chips(4)).filter((one) => one === '‹pad›')).toHaveLength(5);
    await length(3);
    expect(await page.textContent('#note')).toContain(words.cutNow(1));
    expect(await page.textContent('#note')).not.toContain(words.unchanged);
    expect(await page.$$eval('#body4 .cut', (all) => all.length)).toBe(1);
    await after(() => page.click('#auto'));
    expect(traced.record.ids).toHaveLength(6);
  });

  test('another cell and another segmenter: random weights, said plainly; back again they are the model’s', async () => {
    await type('主队加时险胜');
    await after(() => page.selectOption('#cell', 'gru'));
    expect(traced.weights).toBe('random');
    expect(await page.textContent('#note')).toContain(words.random);
    expect(await page.textContent('#note')).toContain('the answer means nothing');
    expect(await page.textContent('#shape6')).toContain('z r');
    await after(() => page.selectOption('#segmenter', 'jieba'));
    expect((await chips(2)).length).toBeLessThan(6);
    expect(await page.textContent('#command2')).toBe('rnn-pipe tokenize --segmenter jieba');
    await after(() => page.selectOption('#segmenter', 'characters'));
    await after(() => page.selectOption('#cell', 'lstm'));
    expect(await page.textContent('#note')).toBe(words.trained);
  });

  test('arrow keys walk through time after the sentence has changed, too', async () => {
    await type('主队加时险胜');
    await page.focus('#picture');
    await page.keyboard.press('Home');
    expect(await page.textContent('#where')).toContain('t = 1 · 主');
    await type('股市大涨');
    await page.focus('#picture');
    await page.keyboard.press('ArrowLeft');
    expect(await page.textContent('#where')).toContain('t = 3 · 大');
    expect(await page.$$eval('#steps tbody tr', (rows) => rows.length)).toBe(6);
    expect(await page.$$eval('#controls #slider', (all) => all.length)).toBe(1);
  });

  test('the text stands in the address, and comes from there', async () => {
    await type('股市 #100%');
    expect(decodeURIComponent(new URL(page.url()).hash.slice(1))).toBe('股市 #100%');
    await page.close();
    await open(1280, `#${encodeURIComponent('晋级')}`);
    expect(await page.inputValue('#text')).toBe('晋级');
    expect(await chips(2)).toEqual(['晋', '级']);
  });

  test('hostile text changes nothing but itself', async () => {
    const structure = (): Promise<string> =>
      page.$$eval('body *', (all) => all.filter((one) => !one.closest('svg,.body,#note,table,#opened,#pins,#tensors,select')).map(({ tagName, id }) => `${tagName}#${id}`).join(' ')); // prettier-ignore
    await type('安全');
    const before = await structure();
    for (const text of [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      '\u202E颠倒',
      '👩‍👩‍👧e\u0301\u0301',
      '好'.repeat(3000),
      '\u0000\t',
    ]) {
      await type(text);
      expect(await structure()).toBe(before);
      expect(await page.$$eval('script:not([src]):not([type="application/json"]), img', (all) => all.length)).toBe(0);
    }
  });

  test('nothing is asked while an input method is at work', async () => {
    let asked = 0;
    page.on('request', (request) => (asked += request.url().endsWith('/trace') ? 1 : 0));
    await page.$eval('#text', (area) => {
      area.dispatchEvent(new CompositionEvent('compositionstart'));
      (area as HTMLTextAreaElement).value = 'gushi';
      area.dispatchEvent(new InputEvent('input'));
    });
    await page.waitForTimeout(400);
    expect(asked).toBe(0);
    await after(() =>
      page.$eval('#text', (area) => {
        (area as HTMLTextAreaElement).value = '股市';
        area.dispatchEvent(new CompositionEvent('compositionend'));
      }),
    );
    expect(await chips(2)).toEqual(['股', '市']);
  });

  test('nothing typed: says what to do; white space is a text without tokens', async () => {
    await page.fill('#text', '');
    await page.waitForFunction((empty) => document.getElementById('note')!.textContent === empty, words.empty);
    expect(await page.$eval('#picture', (picture) => picture.classList.contains('stale'))).toBe(true);
    await type('好');
    expect(await page.$eval('#picture', (picture) => picture.classList.contains('stale'))).toBe(false);
  });

  test.each([1280, 820, 390])('at %d px nothing scrolls sideways, and no text of the picture lies over another', async (width) => {
    await page.close();
    await open(width);
    await type('主队加时险胜，晋级下一轮，大家都很高兴。');
    const found = await page.evaluate(() => {
      const boxes = [...document.querySelectorAll('#picture svg text')].map((text) => ({
        text: text.textContent,
        box: text.getBoundingClientRect(),
      }));
      const over = boxes.flatMap(({ text, box: a }, i) =>
        boxes
          .slice(i + 1)
          .flatMap(({ text: other, box: b }) =>
            a.right > b.left + 0.5 && b.right > a.left + 0.5 && a.bottom - 3 > b.top && b.bottom - 3 > a.top ? [`${text} | ${other}`] : [],
          ),
      );
      return { over, sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth };
    });
    expect(found).toEqual({ over: [], sideways: 0 });
  });

  test('a server that goes away: the last picture stays, dimmed, and it is said since when', async () => {
    const other = await serve(folder);
    await page.close();
    const kept = served;
    served = other;
    await open();
    other.child.kill('SIGKILL');
    await other.ended;
    await page.fill('#text', '好');
    await page.waitForFunction(() => document.getElementById('note')!.className === 'refused');
    expect(await page.textContent('#note')).toContain('The server does not answer');
    expect(await page.$eval('#picture', (picture) => picture.classList.contains('stale') && picture.querySelector('svg') !== null)).toBe(
      true,
    );
    // chromium itself tells of the refused connection
    noise = noise.filter((line) => !line.includes('Failed to load resource: net::ERR_'));
    served = kept;
  });
});

test('every word of the page is in both languages', () => {
  const { en, zh } = LIVE_WORDS;
  expect(Object.keys(zh)).toEqual(Object.keys(en));
  expect(zh.steps).toHaveLength(8);
  for (const [name, why] of zh.steps) expect(name + why).toMatch(/\p{Script=Han}/u);
});
