/** The browser of the tests: Debian's chromium, driven by playwright-core. Where it is absent the tests are skipped, and reported as skipped. */
import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';

const PATHS = [process.env['RNN_PIPE_CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const chromiumPath = PATHS.find((path) => path !== '' && existsSync(path));

export async function openChromium(): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return chromium.launch({ executablePath: chromiumPath!, args: ['--headless', '--no-sandbox', '--disable-gpu', ...quiet] });
}

export const describeBrowser: jest.Describe = chromiumPath === undefined ? describe.skip : describe;
