/** SVG files compared as text. `UPDATE_FIXTURES=1 npm run jest -- test/drawing/files` makes them again; look at the difference before you commit it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { drawSvg } from '../../src/drawing/draw.js';
import type { Look } from '../../src/drawing/picture.js';
import { sceneFor, type SceneSpec } from './support.js';

const folder = resolve(import.meta.dirname, '../../fixtures/drawing');

const FILES: Record<string, [SceneSpec, Look, boolean?]> = {
  'lstm-4-units': [{ tokens: 3, units: 4, padding: 2 }, { step: 2 }],
  'gru-both-ways': [{ tokens: 2, units: 3, cell: 'gru', directions: ['forward', 'backward'], layers: 2 }, { language: 'zh' }],
  'rnn-20-units-narrow': [{ tokens: 3, units: 20, cell: 'rnn', padding: 9, taken: 'mean' }, { width: 374 }],
  'lstm-opened': [{ tokens: 3, units: 4 }, { step: 2 }, true],
};

test.each(Object.entries(FILES))('%s.svg', (name, [spec, look, opened]) => {
  const file = join(folder, `${name}.svg`);
  // the style is held by palette.test.ts
  const text = drawSvg(sceneFor(spec), look, {}, opened)!.replace(/<style>.*<\/style>/, '<style></style>');
  if (process.env['UPDATE_FIXTURES'] || !existsSync(file)) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

test('themes: light and dark are plain colours, auto follows the reader', () => {
  const draw = (theme: 'light' | 'dark' | 'auto'): string => drawSvg(sceneFor({ tokens: 2, units: 2 }), {}, { theme })!;
  expect(draw('light')).not.toContain('var(');
  expect(draw('dark')).toContain('.page{fill:#14171b}');
  expect(draw('auto')).toContain('@media (prefers-color-scheme:dark)');
});
