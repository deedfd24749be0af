/**
 * What the colours are held to, computed from the styles that pictures carry: contrast (WCAG 2), and distances in OKLab,
 * also as people with protanopia, deuteranopia and tritanopia see them (Machado et al. 2009, severity 1, linear RGB).
 */
import { contrast, DARK, levelOf, LIGHT, numberOn } from '../../src/drawing/palette.js';
import { pageStyle, svgStyle } from '../../src/drawing/style.js';

type Triple = [number, number, number];

const linear = (colour: string): Triple =>
  [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Triple;

const times = (matrix: readonly Triple[], [a, b, c]: Triple): Triple => matrix.map(([x, y, z]) => x * a + y * b + z * c) as Triple;

/** Ottosson 2020. */
function oklab(rgb: Triple): Triple {
  const roots = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  ).map(Math.cbrt) as Triple;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    roots,
  );
}

const VISIONS: Record<string, readonly Triple[]> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const distance = (a: string, b: string, vision: readonly Triple[]): number => {
  const [one, other] = [a, b].map((colour) => oklab(times(vision, linear(colour)).map((x) => Math.min(Math.max(x, 0), 1)) as Triple));
  return Math.hypot(...one!.map((x, i) => x - other![i]!));
};

/** The colours that a theme's style really has: `.s3{fill:#…}` */
const coloursIn = (style: string, rule: RegExp): string[] => [...style.matchAll(rule)].map((match) => match[1]!);
const THEMES = { light: svgStyle('light'), dark: svgStyle('dark') };

describe.each(Object.entries(THEMES))('%s', (theme, style) => {
  const palette = theme === 'light' ? LIGHT : DARK;
  const signed = coloursIn(style, /\.s\d+\{fill:(#\w{6})\}/g);
  const share = coloursIn(style, /\.g\d+\{fill:(#\w{6})\}/g);

  test('the style has the palette', () => {
    expect(signed).toEqual(palette.signed);
    expect(share).toEqual(palette.share);
    expect(signed).toHaveLength(21);
    expect(share).toHaveLength(11);
  });

  test('a number is at least 4.5 : 1 on its cell, in the better of black and white', () => {
    const numbers = coloursIn(style, /\.n\d+\{fill:(#\w{6})\}/g);
    const shares = coloursIn(style, /\.m\d+\{fill:(#\w{6})\}/g);
    for (const [i, ground] of signed.entries()) expect(contrast(ground, numbers[i]!)).toBeGreaterThanOrEqual(4.5);
    for (const [i, ground] of share.entries()) expect(contrast(ground, shares[i]!)).toBeGreaterThanOrEqual(4.5);
  });

  test('text is at least 6.9 : 1 on page, panel and the chosen column; lines, arrows and bars 3 : 1', () => {
    for (const ground of [palette.page, palette.panel, palette.chosen]) {
      for (const text of [palette.ink, palette.soft]) expect(contrast(text, ground)).toBeGreaterThanOrEqual(6.9);
      for (const line of [palette.hidden, palette.cell, palette.chosenEdge, palette.bar, palette.answer, palette.soft])
        expect(contrast(line, ground)).toBeGreaterThanOrEqual(3);
    }
  });

  test.each(Object.entries(VISIONS))('steps can be told apart: %s', (_, vision) => {
    // the two signs beside zero, the two ends, and neighbours: as measured, rounded down
    expect(distance(signed[9]!, signed[11]!, vision)).toBeGreaterThanOrEqual(0.076);
    expect(distance(signed[0]!, signed[20]!, vision)).toBeGreaterThanOrEqual(0.189);
    const neighbours = vision === VISIONS['usual'] ? 0.042 : 0.025;
    for (let i = 1; i < 21; i++) expect(distance(signed[i - 1]!, signed[i]!, vision)).toBeGreaterThanOrEqual(neighbours);
    for (let i = 1; i < 11; i++) expect(distance(share[i - 1]!, share[i]!, vision)).toBeGreaterThanOrEqual(neighbours);
  });
});

test('the page has the same colours as variables, for light, dark and a switch', () => {
  const style = pageStyle('auto');
  for (const palette of [LIGHT, DARK]) for (const [i, colour] of palette.signed.entries()) expect(style).toContain(`--s${i}:${colour}`);
  expect(style).toContain('@media screen and (prefers-color-scheme:dark)');
  expect(style).toContain(':root[data-theme=dark]');
});

test('zero is the middle step, the limit the last, and beyond it nothing', () => {
  expect([-9, -1, -0.04, 0, 0.04, 0.06, 1, 9].map((value) => levelOf(value, 'signed', 1))).toEqual([0, 0, 10, 10, 10, 11, 20, 20]);
  expect([0, 0.04, 0.5, 1].map((value) => levelOf(value, 'share', 1))).toEqual([0, 0, 5, 10]);
  expect([numberOn('#ffffff'), numberOn('#000000')]).toEqual(['#000000', '#ffffff']);
});
