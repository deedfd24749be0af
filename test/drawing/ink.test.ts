/** Black and white: what is told by colour elsewhere is told by form. Areas and lengths are worked out from the paths that are written. */
import { drawSvg } from '../../src/drawing/draw.js';
import { inkedStrip } from '../../src/drawing/ink.js';
import type { StripMark } from '../../src/drawing/marks.js';
import { contrast, INK, LIGHT, type Scale } from '../../src/drawing/palette.js';
import { strip } from '../../src/drawing/strips.js';
import { svgStyle } from '../../src/drawing/style.js';
import { widthOf } from '../../src/drawing/text.js';
import { sceneFor } from './support.js';

/** One cell of `width` × `height` px, whose value is so many tenths of the limit. */
const cell = (
  tenths: number,
  width: number,
  height: number,
  more: { scale?: Scale; axis?: StripMark['axis']; digits?: number } = {},
): StripMark =>
  strip({
    ...{ name: 'one', tensor: { what: 'h' }, row: Float32Array.of(tenths / 10), scale: 'signed', limit: 1, ...more },
    bands: { units: [[0]], size: 1, cellHeight: height },
    box: { x: 0, y: 0, width, height },
  });

interface Form {
  /** its class */
  look: string;
  box: { left: number; right: number; top: number; bottom: number };
}

/** What is drawn into the cell; undefined where it is left empty. */
function formOf(mark: StripMark): Form | undefined {
  const [, look, x, y, width, height] =
    /class="(ink-(?:plus|minus|left))" d="M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)/.exec(inkedStrip(mark)) ?? [];
  if (look === undefined) return undefined;
  // the line of a hollow one is 1 px broad: half of it lies outside of its path
  const by = look === 'ink-minus' ? 0.5 : 0;
  const [left, top] = [Number(x) - by, Number(y) - by];
  return { look, box: { left, top, right: left + Number(width) + 2 * by, bottom: top + Number(height) + 2 * by } };
}

const areaOf = ({ box }: Form): number => (box.right - box.left) * (box.bottom - box.top);
const TENTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

test('colours alone do not survive paper without colour: equal sizes of either sign are equal greys', () => {
  for (const size of TENTHS) expect(contrast(LIGHT.signed[10 - size]!, LIGHT.signed[10 + size]!)).toBeLessThan(1.25);
});

test('every colour of the style is a grey, and filled and hollow are black and white', () => {
  const colours = svgStyle('mono').match(/#[0-9a-f]{3,8}\b/g)!;
  expect(colours.filter((one) => !/^#(\w\w)\1\1$/.test(one))).toEqual([]);
  expect(contrast(INK.ink, INK.page)).toBe(21);
  expect(svgStyle('mono')).toContain('.ink-plus{fill:#000000}.ink-minus{fill:#ffffff;stroke:#000000');
  for (const text of [INK.soft, INK.cell]) expect(contrast(text, INK.page)).toBeGreaterThanOrEqual(6.9);
  for (const line of [INK.bar, INK.cell, ...INK.kinds]) expect(contrast(line, INK.page)).toBeGreaterThanOrEqual(3);
});

describe('where a cell has room', () => {
  test.each(TENTHS)('%d tenths: a square of that area, filled if positive and hollow if negative', (tenths) => {
    const [plus, minus] = [formOf(cell(tenths, 20, 14))!, formOf(cell(-tenths, 20, 14))!];
    expect([plus.look, minus.look]).toEqual(['ink-plus', 'ink-minus']);
    expect(areaOf(plus) / 12 ** 2).toBeCloseTo(tenths / 10, 2);
    // the smallest hollow ones cannot be smaller than their line
    expect(Math.abs(areaOf(minus) - areaOf(plus))).toBeLessThan(tenths === 1 ? 2.5 : 0.2);
  });

  test('zero is nothing', () => {
    expect(formOf(cell(0, 20, 14))).toBeUndefined();
  });

  test.each([
    ['in the picture', 64, 14, 2],
    ['in a narrower column', 44, 14, 2],
    ['in the opened cell', 54, 18, 3],
  ])('%s it stands beside the number, on the same scale for either sign', (_, width, height, digits) => {
    for (const tenths of [-10, -5, 5, 10]) {
      const mark = cell(tenths, width, height, { digits });
      const [, x] = /translate\(([\d.]+) 0\)/.exec(inkedStrip(mark))!;
      const { text, size } = mark.numbers[0]!;
      const half = widthOf(text, size, 'mono') / 2;
      const form = formOf(mark);
      if (form) expect(form.box.right).toBeLessThanOrEqual(Number(x) - half);
      expect(Number(x) + half).toBeLessThanOrEqual(width);
    }
    const [plus, minus] = [formOf(cell(10, width, height, { digits }))!, formOf(cell(-10, width, height, { digits }))!];
    expect(areaOf(minus)).toBeCloseTo(areaOf(plus), 0);
  });
});

describe.each([
  ['down', 24, 2, 'left', 'right'],
  ['right', 2, 24, 'top', 'bottom'],
] as const)('where it has none, the strip runs %s', (axis, width, height, from, to) => {
  test.each(TENTHS)('%d tenths: a bar of that length, from the middle to the one side or the other', (tenths) => {
    const [plus, minus] = [formOf(cell(tenths, width, height, { axis }))!, formOf(cell(-tenths, width, height, { axis }))!];
    const length = ({ box }: Form): number => box[to] - box[from];
    expect(length(plus)).toBeCloseTo((12 * tenths) / 10, 1);
    expect(length(minus)).toBeCloseTo((12 * tenths) / 10, 1);
    // to the right, and upwards
    const [low, high] = axis === 'down' ? [minus, plus] : [plus, minus];
    expect(low.box[to]).toBeCloseTo(12, 1);
    expect(high.box[from]).toBeCloseTo(12, 1);
  });

  test('a share has no sign: its bar begins at the edge', () => {
    const form = formOf(cell(5, width, height, { axis, scale: 'share' }))!;
    const [begin, end] = axis === 'down' ? [form.box.left, form.box.right] : [24 - form.box.bottom, 24 - form.box.top];
    expect([form.look, begin, end]).toEqual(['ink-plus', 0, 12]);
  });
});

test('a whole picture: no cell is told by its colour, the numbers are the same, the legend says what the forms mean', () => {
  const scene = sceneFor({ tokens: 4, units: 8, padding: 2 });
  const [colour, ink] = (['light', 'mono'] as const).map((theme) => drawSvg(scene, { ink: theme === 'mono' }, { theme })!);
  const body = ink!.replace(/<style>.*<\/style>/, '');
  expect(body).not.toMatch(/class="k?[sg]\d/);
  expect(body.match(/class="ink-/g)!.length).toBeGreaterThan(50);
  const numbers = (text: string): string[] => text.match(/(?<=>)[−\d.]+(?=<\/text>)/g)!;
  expect(numbers(ink!)).toEqual(numbers(colour!));
  expect(body).toContain('filled +, hollow −');
  expect(colour).not.toContain('hollow');
});

test('the legend has a form for each step of the scale', () => {
  const ink = drawSvg(sceneFor({ tokens: 2, units: 3 }), { ink: true }, { theme: 'mono' })!;
  const steps = [...ink.matchAll(/data-level="s(\d+)">(?:<path class="(ink-\w+)"[^>]*>)?</g)].slice(0, 21);
  expect(steps.map(([, level]) => Number(level))).toEqual(Array.from({ length: 21 }, (_, i) => i));
  expect(steps.map(([, , look]) => look)).toEqual([
    ...Array<string>(10).fill('ink-minus'),
    undefined,
    ...Array<string>(10).fill('ink-plus'),
  ]);
});
