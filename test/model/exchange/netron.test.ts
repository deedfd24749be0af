/** The exported ONNX file in Netron, which people look at models with: its own page, in a real browser. Skipped without the package or chromium. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Browser } from 'playwright-core';
import { freshFolder } from '../../support/cli.js';
import { describeBrowser, openChromium } from '../../drawing/chromium.js';

const python = process.env['RNN_PIPE_PYTHON'];
const hasNetron = python !== undefined && spawnSync(python, ['-c', 'import netron']).status === 0;

const SERVE = `
import sys, netron
print(netron.start(sys.argv[1], ('127.0.0.1', 0), False)[1], flush=True)
netron.wait()`;

(hasNetron ? describeBrowser : describe.skip)('netron', () => {
  const folder = freshFolder();
  let browser: Browser;
  let server: ChildProcess;

  beforeAll(async () => {
    browser = await openChromium();
  });

  afterAll(async () => {
    server.kill();
    await browser.close();
    folder.remove();
  });

  test('shows the graph of an exported model', async () => {
    const made = folder.shell(
      'rnn-pipe train examples/headlines.tsv --out model --segmenter characters --units 8 --epochs 1 --hold-out 0% -q && rnn-pipe export model model.onnx -q',
    );
    expect(made).toMatchObject({ code: 0, stderr: '' });
    server = spawn(python!, ['-u', '-c', SERVE, folder.file('model.onnx')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const port = await new Promise<string>((resolve, reject) => {
      createInterface({ input: server.stdout! }).on('line', (line) => {
        if (/^\d+$/.test(line)) resolve(line);
      });
      void once(server, 'exit').then(() => reject(new Error('netron has ended')));
    });
    const page = await browser.newPage();
    // what its page does depends on whether it reaches its makers
    await page.route(
      ({ hostname }) => hostname !== '127.0.0.1',
      (route) => route.abort(),
    );
    await page.goto(`http://127.0.0.1:${port}/`);
    // its page asks this first, where nobody has answered yet
    await page.getByText('Accept', { exact: true }).click();
    for (const operator of ['Gather', 'LSTM', 'Softmax']) await page.getByText(operator, { exact: true }).first().waitFor();
    for (const name of ['ids', 'lengths', 'probabilities']) await page.getByText(name, { exact: true }).first().waitFor();
  });
});
