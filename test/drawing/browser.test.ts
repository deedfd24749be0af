/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** Pages that `draw` made, in a real browser: what is on the screen is what the record says. Skipped where there is no chromium. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { decoderOf } from '../../src/drawing/from-search.js';
import { decimals } from '../../src/drawing/numbers.js';
import { fromJson, type SentenceRecord } from '../../src/formats/record.js';
import { freshFolder, type Folder } from '../support/cli.js';
import { describeBrowser, openChromium } from './chromium.js';

const WORDS =
  `昨天 下午 三点 ， 我们 在 图书馆 门口 等 了 半个 小时 ， 他 还是 没有 来 。 手机 也 打不通 ， LSTM 模型 说 AlphaGo-Zero 很 厉害`.split(
    ' ',
  );
const sentence = (tokens: number): string => Array.from({ length: tokens }, (_, i) => WORDS[i % WORDS.length]).join(' ');

interface Made {
  record: SentenceRecord;
  url: string;
  bytes: number;
}

let folder: Folder;
let browser: Browser;

/** A page of the sentence in input.txt through all eight steps, as a user makes it. */
function make(options: string, drawing = ''): Made {
  const run = `rnn-pipe run input.txt --whole --segmenter whitespace --to classify --trace --sums --keep-embeddings --labels 正面,负面 ${options}`;
  const { code, stderr } = folder.shell(
    `${run} --force -q -o page.jsonl && rnn-pipe draw page.jsonl --labels 正面,负面 -q --force -o page.html ${drawing}`,
  );
  if (code !== 0) throw new Error(stderr);
  const record = fromJson(JSON.parse(readFileSync(folder.file('page.jsonl'), 'utf8').split('\n')[0]!));
  return { record, url: `file://${folder.file('page.html')}`, bytes: statSync(folder.file('page.html')).size };
}

interface Opened extends Made {
  page: Page;
  /** lines of the console, errors, and requests but for the page itself */
  noise: string[];
}

async function open(made: Made, width = 1280, more: Parameters<Browser['newPage']>[0] = {}): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, ...more });
  const noise: string[] = [];
  page.on('console', (message) => noise.push(message.text()));
  page.on('pageerror', (error) => noise.push(String(error)));
  page.on('request', (request) => {
    if (request.url() !== made.url && !request.url().startsWith('data:')) noise.push(request.url());
  });
  await page.goto(made.url);
  // the script unpacks itself first
  if (more.javaScriptEnabled !== false) await page.waitForSelector('#controls button');
  return { ...made, page, noise };
}

/** What the browser really drew: the box of every text, and of what does not fit. */
interface Drawn {
  overlapping: string[];
  small: string[];
  sideways: number;
}

const measure = (page: Page): Promise<Drawn> =>
  page.evaluate(() => {
    const texts = [...document.querySelectorAll('#picture svg text, #opened svg text')].map((text) => ({
      text: text.textContent,
      box: text.getBoundingClientRect(),
      size: parseFloat(getComputedStyle(text).fontSize),
    }));
    texts.sort((a, b) => a.box.top - b.box.top);
    const overlapping: string[] = [];
    for (const [i, a] of texts.entries())
      for (let j = i + 1; j < texts.length && texts[j]!.box.top < a.box.bottom - 3; j++) {
        const b = texts[j]!.box;
        // 3 px of tolerance in height: lines stand close
        if (a.box.right > b.left + 0.5 && b.right > a.box.left + 0.5 && a.box.bottom - 3 > b.top && b.bottom - 3 > a.box.top)
          overlapping.push(`${a.text} | ${texts[j]!.text}`);
      }
    const svg = document.querySelector('#picture svg')!.getBoundingClientRect();
    for (const { text, box } of texts)
      if (box.left < -1 || box.right > Math.max(svg.right, document.documentElement.clientWidth) + 1)
        overlapping.push(`${text} is clipped`);
    return {
      overlapping,
      small: texts.filter(({ size }) => size < 10.5).map(({ text }) => text),
      sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    };
  });

describeBrowser('in a browser', () => {
  beforeAll(async () => {
    folder = freshFolder();
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser.close();
    folder.remove();
  });

  const made = (tokens: number, options: string, drawing = ''): Made => {
    folder.shell(`printf '%s' '${sentence(tokens)}' > input.txt`);
    return make(options, drawing);
  };

  describe.each([
    [1, '--dim 8 --units 8'],
    [5, '--length 8 --dim 8 --units 8'],
    [20, '--length 23 --dim 128 --units 128'],
    [50, '--dim 16 --units 16 --cell gru'],
    [5, '--length 40 --dim 8 --units 8 --cell rnn --layers 3'],
    [12, '--length 16 --dim 8 --units 8 --layers 2 --bidirectional'],
    [200, '--dim 64 --units 512'],
  ])('%d tokens, %s', (tokens, options) => {
    let one: Made;
    beforeAll(() => {
      one = made(tokens, options);
    });

    test.each([1280, 820, 390])(
      'at %d px: nothing overlaps, nothing is clipped or too small, nothing scrolls sideways, silence',
      async (width) => {
        const { page, noise } = await open(one, width);
        expect(await measure(page)).toEqual({ overlapping: [], small: [], sideways: 0 });
        await page.keyboard.press('ArrowLeft');
        expect((await measure(page)).overlapping).toEqual([]);
        expect(noise).toEqual([]);
        await page.close();
      },
    );
  });

  describe('a sentence of 5 tokens in 8 time steps', () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await open(made(5, '--length 8 --dim 8 --units 8'));
    });
    afterAll(() => opened.page.close());
    const where = (): Promise<string | null> => opened.page.textContent('#where');
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await opened.page.keyboard.press(key);
    };

    test('every number in the cells of x, c and h is the record’s, to the shown digits', async () => {
      const groups = await opened.page.$$eval('#picture svg g[data-name]', (all) =>
        all.map((group): [string, string[]] => [
          group.getAttribute('data-name')!,
          Array.from(group.querySelectorAll('text'), ({ textContent }) => textContent),
        ]),
      );
      const shown = new Map(groups);
      const { record } = opened;
      let compared = 0;
      for (const [name, matrix] of [
        ['x', record.embeddings!],
        ['h.1.forward', record.trace![0]!.hiddenStates],
        ['c.1.forward', record.trace![0]!.cellStates!],
      ] as const)
        for (let t = 0; t < 8; t++) {
          if (!record.mask![t]) expect(shown.get(`${name}.${t}`)).toBeUndefined();
          else {
            expect(shown.get(`${name}.${t}`)).toEqual(Array.from(matrix.row(t), (value) => decimals(value, 2)));
            compared += 8;
          }
        }
      expect(shown.get('output')).toEqual(Array.from(record.output!.data, (value) => decimals(value, 2)));
      expect(compared).toBe(3 * 5 * 8);
    });

    test('the numbers in the page are the record’s, bit for bit', async () => {
      const copied: number[] = [];
      await opened.page.focus('#picture');
      await press('End', 'c');
      const text = await opened.page.getAttribute('#copy', 'data-copied');
      const { values, ...place } = JSON.parse(text!) as { values: number[] };
      copied.push(...values);
      expect(place).toEqual({ tensor: 'hiddenStates', layer: 1, direction: 'forward', timeStep: 5 });
      expect(Float32Array.from(copied)).toEqual(opened.record.trace![0]!.hiddenStates.row(4).slice());
    });

    test('arrow keys, Home, End, Page keys and Shift walk; slider, words and mark agree', async () => {
      const { page } = opened;
      await page.focus('#picture');
      await press('Home');
      expect(await where()).toMatch(/^t = 1 · 昨天/);
      await press('ArrowRight', 'ArrowRight');
      expect(await where()).toMatch(/^t = 3 · 三点/);
      expect(await page.inputValue('#slider')).toBe('3');
      expect(await page.getAttribute('#slider', 'aria-valuetext')).toMatch(/^time step 3 of 8, 三点, id \d+$/);
      const mark = await page.evaluate(() => {
        const box = document.querySelector('#p-chosen')!.getBoundingClientRect();
        const token = [...document.querySelectorAll('#picture svg text')]
          .find((text) => text.textContent === '三点')!
          .getBoundingClientRect();
        return box.left < token.left && box.right > token.right;
      });
      expect(mark).toBe(true);
      await press('PageUp');
      expect(await where()).toMatch(/^t = 1 /);
      await press('End', 'ArrowRight');
      expect(await where()).toMatch(/^t = 5 /);
      await press('Shift+ArrowRight');
      expect(await where()).toBe('t = 6 · ‹pad› · id 0');
      expect(await page.textContent('#opened')).toContain('padding');
      await press('ArrowLeft');
      expect(await where()).toMatch(/^t = 5 /);
      await page.waitForTimeout(450);
      expect(await page.textContent('#live')).toMatch(/^t = 5, 我们: gate f mean 0\.\d\d: c changed most in unit \d/);
      expect(await page.locator('#steps tr.current th').textContent()).toBe('5');
    });

    test('units and rows; letters act on the picture only; help opens and closes', async () => {
      const { page } = opened;
      await page.focus('#picture');
      await press('Home', 'ArrowDown', 'ArrowDown');
      expect(await page.inputValue('#unit')).toBe('2');
      expect(await page.textContent('#opened h3')).toContain('Unit 2 of 8');
      await press('Alt+ArrowDown');
      expect(await page.locator('#row').inputValue()).toBe('c');
      await press('n');
      expect(await page.locator('#picture svg g[data-name="x.0"] text').count()).toBe(0);
      await press('n');
      expect(await page.locator('#picture svg g[data-name="x.0"] text').count()).toBe(8);
      await press('?');
      expect(await page.locator('#keys').count()).toBe(1);
      await press('Escape');
      expect(await page.locator('#keys').count()).toBe(0);
      await page.focus('#unit');
      await press('p');
      expect(await page.getAttribute('#pin', 'aria-pressed')).toBe('false');
    });

    test('the arithmetic of a unit ends in the record’s numbers', async () => {
      const { page, record } = opened;
      await page.focus('#picture');
      await press('End');
      const lines = await page.$$eval('#arithmetic td[data-tensor]', (cells) =>
        cells.map((cell) => ({
          tensor: cell.getAttribute('data-tensor')!,
          step: cell.getAttribute('data-step')!,
          unit: cell.getAttribute('data-unit')!,
          text: cell.textContent,
        })),
      );
      expect(lines).toHaveLength(6);
      const lane = record.trace![0]!;
      for (const { tensor, step, unit, text } of lines) {
        const matrix = { hiddenStates: lane.hiddenStates, cellStates: lane.cellStates!, ...lane.gates }[tensor]!;
        expect(text).toBe(`= ${decimals(matrix.row(Number(step) - 1)[Number(unit)]!, 4)}`);
      }
    });

    test('two steps pinned and subtracted', async () => {
      const { page, record } = opened;
      await page.focus('#picture');
      await press('Home', 'p', 'ArrowRight', 'ArrowRight');
      expect(await page.textContent('#pins h2')).toBe('t = 1 and t = 3, and their difference');
      const [first, third] = [0, 2].map((t) => record.trace![0]!.cellStates!.row(t));
      const changed = [...first!].filter((value, unit) => value * third![unit]! < 0).length;
      expect(await page.textContent('#pins p')).toBe(`c: ${changed} of 8 units changed sign`);
      const difference = await page.$$eval('#pins g[data-name="difference.cellStates.2"] text', (texts) =>
        texts.map((text) => text.textContent),
      );
      expect(difference).toEqual([...third!].map((value, unit) => decimals(value - first![unit]!, 3)));
      await press('Home', 'p');
      expect(await page.isHidden('#pins')).toBe(true);
    });

    test('names and roles: controls are named, tables have headers, the image has a title and a description', async () => {
      const wrong = await opened.page.evaluate(() => {
        const found: string[] = [];
        const named = (node: Element): boolean =>
          !!(
            node.getAttribute('aria-label') ??
            node.getAttribute('aria-labelledby') ??
            node.closest('label')?.textContent ??
            node.textContent
          ).trim();
        for (const node of document.querySelectorAll('button, input, select, [role=group], [role=region]'))
          if (!named(node)) found.push(`${node.tagName} ${node.id} has no name`);
        for (const table of document.querySelectorAll('table'))
          if (!table.querySelector('th[scope]')) found.push('a table without headers');
        for (const image of document.querySelectorAll('svg')) {
          if (image.getAttribute('role') !== 'img') found.push('an svg that is no image');
          for (const id of image.getAttribute('aria-labelledby')!.split(' '))
            if (!document.getElementById(id)?.textContent && id.endsWith('title')) found.push(`#${id} is missing`);
        }
        const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
        if (new Set(ids).size < ids.length) found.push(`ids twice: ${ids.filter((id, i) => ids.indexOf(id) !== i).join(' ')}`);
        if (document.querySelector('[style]:not(#card)')) found.push('a style attribute');
        for (const node of document.querySelectorAll('button, select, input'))
          if (node.getBoundingClientRect().height < 24) found.push(`${node.id} is a small target`);
        return found;
      });
      expect(wrong).toEqual([]);
      expect(await opened.page.textContent('#p-description')).toBe(
        'A sentence of 5 tokens, drawn along time from left to right. 3 of the 8 time steps are padding and are not computed. The output is taken from t = 5. The answer is ' +
          `${opened.record.prediction}, with ${(100 * Math.max(...opened.record.probabilities!.data)).toFixed(1)} %.`,
      );
    });

    test('Tab goes through link, sentence, slider, buttons and picture', async () => {
      const { page } = opened;
      await page.goto(opened.url);
      await page.waitForSelector('#controls button');
      const order: string[] = [];
      for (let i = 0; i < 16; i++) {
        await press('Tab');
        order.push(await page.evaluate(() => document.activeElement?.id || document.activeElement?.className || ''));
      }
      const wanted = ['skip', 'sentence', 'slider', 'next', 'pin', 'copy', 'picture'];
      expect(order.filter((id) => wanted.includes(id))).toEqual(wanted);
    });

    test('a table of a tensor is made when it is opened', async () => {
      const { page, record } = opened;
      await page.locator('#tensors summary').last().click();
      // the browser tells the page a moment later that it was opened
      await page.waitForSelector('#tensors details[open] tbody td');
      const cells = await page.$$eval('#tensors details[open] tbody td', (all) => all.map((cell) => Number(cell.textContent)));
      expect(Float32Array.from(cells)).toEqual(record.trace![0]!.hiddenStates.data.slice(0, 40));
    });

    test('until here there was no line of the console and no request', () => {
      expect(opened.noise).toEqual([]);
    });
  });

  describe('a trained model', () => {
    const TEXT = '这部电影真的非常好看';
    let opened: Opened;
    beforeAll(async () => {
      const lines = Array.from({ length: 120 }, (_, i) => `${i % 2 ? 'good' : 'bad'}\t这部电影真的${i % 2 ? '好看' : '难看'}`);
      writeFileSync(folder.file('train.tsv'), `label\ttext\n${lines.join('\n')}\n`);
      const learn = '--units 6 --dim 8 --bidirectional --take attention --epochs 3 --min-count 1 --hold-out 0% --force -q';
      const text = `printf '%s' ${TEXT} > input.txt && rnn-pipe run input.txt --whole --segmenter jieba --to classify --model model --trace --sums --keep-embeddings --length 8`;
      const { code, stderr } = folder.shell(
        `rnn-pipe train train.tsv --out model ${learn} && ${text} --force -q -o page.jsonl && rnn-pipe draw --model model --text ${TEXT} --length 8 --gradients -q --force -o page.html`,
      );
      if (code !== 0) throw new Error(stderr);
      const record = fromJson(JSON.parse(readFileSync(folder.file('page.jsonl'), 'utf8').split('\n')[0]!));
      opened = await open({ record, url: `file://${folder.file('page.html')}`, bytes: 0 });
    });
    afterAll(() => opened.page.close());

    test('the numbers in the picture are those of the trace by the steps, to the shown digits: x, h, attention, output, answer', async () => {
      const { page, record } = opened;
      const groups = await page.$$eval('#picture svg g[data-name]', (all) =>
        all.map((group): [string, string[]] => [
          group.getAttribute('data-name')!,
          Array.from(group.querySelectorAll('text'), ({ textContent }) => textContent),
        ]),
      );
      const shown = new Map(groups);
      const texts = (row: ArrayLike<number>): string[] => Array.from(row, (value) => decimals(value, 2));
      const real = record.mask!.flatMap((one, t) => (one === 1 ? [t] : []));
      expect(real.length).toBeGreaterThan(3);
      for (const [i, t] of real.entries()) {
        expect(shown.get(`x.${t}`)).toEqual(texts(record.embeddings!.row(t)));
        for (const { direction, hiddenStates, cellStates } of record.trace!) {
          expect(shown.get(`h.1.${direction}.${t}`)).toEqual(texts(hiddenStates.row(t)));
          expect(shown.get(`c.1.${direction}.${t}`)).toEqual(texts(cellStates!.row(t)));
        }
        expect(shown.get(`attention.${t}`)).toEqual(texts([record.taken!.weights![i]!]));
      }
      expect(shown.get('output')).toEqual(texts(record.output!.data));
      const all = await page.locator('#picture svg text').allTextContents();
      for (const name of ['good', 'bad']) expect(all).toContain(name);
      for (const one of record.probabilities!.data) expect(all).toContain(`${(100 * one).toFixed(1)} %`);
    });

    test('arrow keys move the time step; nothing overlaps at any width; no line of the console, no request', async () => {
      const { page, noise } = opened;
      await page.focus('#picture');
      await page.keyboard.press('Home');
      expect(await page.textContent('#where')).toMatch(/^t = 1 · 这部/);
      await page.keyboard.press('ArrowRight');
      expect(await page.textContent('#where')).toMatch(/^t = 2 · 电影/);
      for (const width of [1280, 820, 390]) {
        await page.setViewportSize({ width, height: 800 });
        await page.waitForFunction((most) => document.querySelector('#picture svg')!.getBoundingClientRect().width <= most, width);
        expect(await measure(page)).toEqual({ overlapping: [], small: [], sideways: 0 });
      }
      expect(noise).toEqual([]);
    });
  });

  describe('a model that says texts', () => {
    let opened: Opened;
    beforeAll(async () => {
      const learn =
        '--segmenter characters --units 8 --dim 8 --epochs 30 --batch-size 8 --learning-rate 0.05 --min-count 1 --target-min-count 1 --hold-out 0% --force -q';
      const { code, stderr } = folder.shell(
        `rnn-pipe train examples/pairs.tsv --task seq2seq --out says ${learn} && rnn-pipe draw --model says --text 她读书 -q --force -o page.html && echo 她读书 | rnn-pipe seq2seq --model says --beam 3 --n-best 3 --trace -q --force -o page.jsonl`,
      );
      if (code !== 0) throw new Error(stderr);
      const record = fromJson(JSON.parse(readFileSync(folder.file('page.jsonl'), 'utf8').split('\n')[0]!));
      opened = await open({ record, url: `file://${folder.file('page.html')}`, bytes: 0 });
    });
    afterAll(() => opened.page.close());

    test('the numbers in the decoder’s columns and in the matrix are those of its search, to the shown digits', async () => {
      const { page, record } = opened;
      const decoder = decoderOf(record.search!, record.said, 3, [0, 1, 2])!;
      for (const step of decoder.said.keys()) {
        const shown = (name: string): Promise<string[]> =>
          page.locator(`#picture svg g[data-name="decoder.${name}.${step}"] text`).allTextContents();
        const texts = ({ data, columns }: { data: Float32Array; columns: number }): string[] =>
          Array.from(data.subarray(step * columns, (step + 1) * columns), (value) => decimals(value, 2));
        const [states, attention] = [await shown('state'), await shown('attention')];
        expect(attention).toEqual(texts(decoder.attention));
        expect(states).toEqual(texts(decoder.states));
      }
      expect(decoder.said.length).toBeGreaterThan(1);
    });

    test('a said word is marked by a click on its column and by its name; then its own lines are drawn', async () => {
      const { page, noise } = opened;
      const lines = (): Promise<string[]> =>
        page.$$eval('#picture svg path.looked', (all) =>
          all.map((path) => `${path.getAttribute('d')} ${path.getAttribute('stroke-width')}`),
        );
      const before = await lines();
      expect(before.length).toBeGreaterThan(0);
      await page.selectOption('#said', '1');
      const second = await lines();
      expect(second).not.toEqual(before);
      const first = (await page.locator('#picture svg g[data-name="decoder.state.0"]').boundingBox())!;
      await page.mouse.click(first.x + 8, first.y + 8);
      expect(await page.inputValue('#said')).toBe('0');
      expect(await lines()).toEqual(before);
      for (const width of [1280, 820, 390]) {
        await page.setViewportSize({ width, height: 800 });
        await page.waitForFunction((most) => document.querySelector('#picture svg')!.getBoundingClientRect().width <= most, width);
        expect(await measure(page)).toEqual({ overlapping: [], small: [], sideways: 0 });
      }
      expect(noise).toEqual([]);
    });
  });

  test('without script: picture, summary and answer stand', async () => {
    const { page } = await open(made(5, '--length 8 --dim 8 --units 8'), 1280, { javaScriptEnabled: false });
    expect(await page.locator('#picture svg').count()).toBe(1);
    expect(await page.locator('#steps tbody tr').count()).toBe(8);
    expect(await page.isHidden('#controls')).toBe(true);
    await page.close();
  });

  test('dark, reduced motion and paper', async () => {
    const { page } = await open(made(5, '--length 8 --dim 8 --units 8'), 1280, { colorScheme: 'dark', reducedMotion: 'reduce' });
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await ground()).toBe('rgb(20, 23, 27)');
    await page.click('#theme');
    expect(await ground()).toBe('rgb(255, 255, 255)');
    await page.click('#theme');
    await page.emulateMedia({ media: 'print' });
    expect(await ground()).toBe('rgb(255, 255, 255)');
    expect(await page.isHidden('#controls')).toBe(true);
    await page.close();
  });

  test('black and white: squares and bars in place of colours, the same numbers, and back again', async () => {
    const { page, noise } = await open(made(5, '--length 8 --dim 8 --units 8'), 1280, { colorScheme: 'dark' });
    const numbers = (): Promise<string[]> => page.locator('#picture svg g[data-name] text').allTextContents();
    const inked = (): Promise<number> => page.locator('#picture svg .ink-plus, #picture svg .ink-minus').count();
    const coloured = (): Promise<number> => page.locator('#picture svg .s20').count();
    const before = await numbers();
    expect([await inked(), await coloured()]).toEqual([0, 1]);
    await page.focus('#picture');
    await page.keyboard.press('b');
    expect(await inked()).toBeGreaterThan(100);
    expect(await coloured()).toBe(0);
    expect(await numbers()).toEqual(before);
    expect(await page.getAttribute('#mono', 'aria-pressed')).toBe('true');
    expect(await measure(page)).toEqual({ overlapping: [], small: [], sideways: 0 });
    // squares stand beside their numbers, never beneath them
    const hidden = await page.evaluate(
      () =>
        [...document.querySelectorAll('#picture svg g[data-name]')].filter((group) => {
          const squares = [...group.querySelectorAll('.ink-plus, .ink-minus')].map((path) => path.getBoundingClientRect().right);
          const texts = [...group.querySelectorAll('text')].map((text) => text.getBoundingClientRect().left);
          return Math.max(...squares) > Math.min(...texts) + 1;
        }).length,
    );
    expect(hidden).toBe(0);
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await ground()).toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ media: 'print' });
    expect(await inked()).toBeGreaterThan(100);
    await page.emulateMedia({ media: 'screen' });
    await page.click('#mono');
    expect([await inked(), await ground()]).toEqual([0, 'rgb(20, 23, 27)']);
    expect(noise).toEqual([]);
    await page.close();
  });

  test('on paper the picture stands on one page, in the colours of light, and the arithmetic is a table', async () => {
    const { page } = await open(made(12, '--length 14 --dim 8 --units 8 --layers 2 --bidirectional'), 1280, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    // what is printable of A4 across: 277 × 190 mm
    await page.setViewportSize({ width: 1047, height: 718 });
    await page.waitForFunction(() => document.querySelector('#picture svg')!.getBoundingClientRect().width <= 1047);
    const drawn = await page.evaluate(() => ({
      picture: document.querySelector('#picture svg')!.getBoundingClientRect().bottom,
      cells: [...document.querySelectorAll('#arithmetic td, #arithmetic th')].map((cell) => getComputedStyle(cell).display),
    }));
    expect(drawn.picture).toBeLessThan(718);
    expect([...new Set(drawn.cells)]).toEqual(['table-cell']);
    await page.close();
  });

  test('a picture that is higher than a page is printed on several, with letters of 6.5 pt at least, and is whole again afterwards', async () => {
    const { page, noise } = await open(made(50, '--dim 16 --units 16'), 1280);
    const before = await page.locator('#picture svg').count();
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 1047, height: 718 });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    const parts = await page.$$eval('#paper svg', (all) =>
      all.map((svg) => {
        const { width, height } = svg.getBoundingClientRect();
        const scale = width / Number(svg.getAttribute('width'));
        const sizes = [...svg.querySelectorAll('text')].map((text) => parseFloat(getComputedStyle(text).fontSize) * scale * 0.75);
        return { height, smallest: Math.min(...sizes), texts: sizes.length };
      }),
    );
    expect(parts.length).toBeGreaterThanOrEqual(2);
    // the sentence stands above the first
    expect(await page.$eval('#paper svg', (svg) => svg.getBoundingClientRect().bottom)).toBeLessThanOrEqual(718);
    for (const { height, smallest } of parts) {
      expect(height).toBeLessThanOrEqual(718);
      expect(smallest).toBeGreaterThanOrEqual(6.5);
    }
    expect(await page.$eval('#picture > svg', (svg) => getComputedStyle(svg).display)).toBe('none');
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await page.locator('#paper').count()).toBe(0);
    expect(await page.locator('#picture svg').count()).toBe(before);
    expect(noise).toEqual([]);
    await page.close();
  });

  test('the opened cell’s table on a narrow page: every name on one line, nothing beyond its edge', async () => {
    const { page } = await open(made(5, '--dim 8 --units 8 --bidirectional'), 900);
    for (const width of [900, 720, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await page.waitForFunction((most) => document.querySelector('#picture svg')!.getBoundingClientRect().width <= most, width);
      const wrong = await page.$$eval('#opened .cells th, #opened .cells td', (cells) =>
        cells
          .filter((cell) => cell.scrollWidth > cell.clientWidth + 1 || cell.getBoundingClientRect().height > 26)
          .map((cell) => cell.textContent),
      );
      expect(wrong).toEqual([]);
      // a column a unit, and no row of what has no units
      expect(await page.locator('#opened .cells thead th').allTextContents()).toEqual(['Unit', '0', '1', '2', '3', '4', '5', '6', '7']);
      expect(await page.locator('#opened .cells tbody th').allTextContents()).not.toContain('x');
      // the cells are in the scales’ colours, and their numbers can be read on them
      const grounds = await page.$$eval('#opened .cells td[class]', (cells) => cells.map((cell) => getComputedStyle(cell).backgroundColor));
      expect(new Set(grounds).size).toBeGreaterThan(5);
      expect(grounds).not.toContain('rgba(0, 0, 0, 0)');
    }
    await page.close();
  });

  test('a sentence of 200 tokens: the frame follows the step, a click on the overview goes there', async () => {
    const { page, noise } = await open(made(200, '--dim 16 --units 128'));
    await page.focus('#picture');
    const first = (): Promise<string> =>
      page
        .locator('#picture svg text.f')
        .allTextContents()
        .then((texts) => texts.join(' '));
    const at = await first();
    for (let i = 0; i < 3; i++) await page.keyboard.press('PageUp');
    expect(await page.textContent('#where')).toMatch(/^t = 170 /);
    expect(await first()).not.toBe(at);
    const box = (await page.locator('#picture svg').boundingBox())!;
    await page.mouse.click(box.x + 182, box.y + 80);
    expect(Number(/t = (\d+)/.exec((await page.textContent('#where'))!)![1])).toBeLessThan(10);
    expect(noise).toEqual([]);
    await page.close();
  });

  test('hostile text changes nothing but itself', async () => {
    const hostile = `<script>document.title='hit'</script> \u202Egnp.exe "'><img src=x onerror=document.title='hit'> 👩‍👩‍👧‍👦 ${'永'.repeat(3000)} ${'x'.repeat(7000)} </script> 好`;
    folder.shell(`cat > input.txt <<'END'\n${hostile}\nEND`);
    const { page, noise } = await open(make('--dim 8 --units 8'));
    expect(await page.title()).not.toBe('hit');
    expect(await page.locator('#picture img').count()).toBe(0);
    expect(await measure(page)).toEqual({ overlapping: [], small: [], sideways: 0 });
    for (let i = 0; i < 14; i++) await page.keyboard.press('ArrowLeft');
    expect(await page.textContent('#where')).toMatch(/^t = 1 · <script>/);
    expect(noise).toEqual([]);
    await page.close();
  });

  test('sizes: a short sentence, 20 × 128 with every number, 200 × 512', () => {
    // the budgets of the design: 120, 300 and 2,000 kB
    expect(made(6, '--length 8 --dim 8 --units 8').bytes).toBeLessThan(120 * 1024);
    expect(made(20, '--length 23 --dim 128 --units 128').bytes).toBeLessThan(300 * 1024);
    expect(made(200, '--dim 512 --units 512').bytes).toBeLessThan(2000 * 1024);
  });
});
