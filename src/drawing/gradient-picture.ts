/** Gradients along time as bars on one logarithmic axis with its decades marked: what each word still does to the loss. */
import { bottom, type Mark, type Picture, type TextMark } from './marks.js';
import { grouped } from './numbers.js';
import { placeToken } from './rows.js';
import { fit, label, LINE_HEIGHT, visible, widthOf } from './text.js';
import type { Language } from './words.js';

export interface GradientLane {
  /** the cell, or the layer */
  name: string;
  /** how the picture calls it; its name in capitals if undefined */
  title?: string;
  norms: readonly number[];
}

const LANE = 96;
const LEFT = 60;
const TOKENS = 72;

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 1.9e12 → (1.9 × 10¹²) */
function powerOfTen(value: number): string {
  const [digits, power] = value.toExponential(1).split('e+');
  return `(${digits} × 10${power!.replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]!)})`;
}

/** "the first word's gradient is 1/4,100 of the last's" */
export function ratioInWords(norms: readonly number[], language: Language): string {
  const [first, last] = [norms[0]!, norms.at(-1)!];
  if (norms.length < 2) return '';
  if (first === 0) return language === 'en' ? 'the first word’s gradient is 0' : '第一个词的梯度为 0';
  if (last === 0) return language === 'en' ? 'the last word’s gradient is 0' : '最后一个词的梯度为 0';
  const ratio = last / first;
  const shown = (value: number): string =>
    value >= 1e6 ? powerOfTen(value) : value >= 10 ? grouped(Number(value.toPrecision(2))) : value.toFixed(1);
  if (ratio >= 1)
    return language === 'en'
      ? `the first word’s gradient is 1/${shown(ratio)} of the last’s`
      : `第一个词的梯度是最后一个的 1/${shown(ratio)}`;
  return language === 'en'
    ? `the first word’s gradient is ${shown(1 / ratio)} times the last’s`
    : `第一个词的梯度是最后一个的 ${shown(1 / ratio)} 倍`;
}

export function gradientPicture(tokens: readonly string[], lanes: readonly GradientLane[], width: number, language: Language): Picture {
  const marks: Mark[] = [];
  const room = width - LEFT - 24;
  const pitch = Math.min(room / Math.max(tokens.length, 1), 101);
  const sizes = lanes.flatMap(({ norms }) => norms).filter((norm) => norm > 0);
  const [most, least] = [Math.ceil(Math.log10(Math.max(...sizes, 1e-30))), Math.floor(Math.log10(Math.min(...sizes, 1)))];
  // a picture of many decades would show no difference: what is smaller stands as a mark at the bottom
  const low = Math.max(least, most - 12);
  const decades = Math.max(most - low, 1);
  let y = 12;
  for (const { name, title = name.toUpperCase(), norms } of lanes) {
    marks.push(label(`${title} ‖∂loss/∂h‖: ${ratioInWords(norms, language)}`, LEFT, y + 8, { size: 12.5, font: 'bold' }));
    const top = y + 22;
    marks.push(...axis(top, width, low, decades));
    for (const [t, norm] of norms.entries()) {
      const x = LEFT + t * pitch;
      const height = norm <= 0 ? 0 : Math.max(((Math.log10(norm) - low) / decades) * LANE, 1);
      const bar = { x: x + pitch * 0.12, y: top + LANE - height, width: pitch * 0.76, height };
      marks.push({ kind: 'shape', box: bar, look: 'bar', value: norm, timeStep: t, tensor: { what: `gradient of ${name}` } });
      if (norm === 0 && pitch >= 12) marks.push(label('0', x + pitch / 2, top + LANE - 8, { size: 10.5, align: 'middle', look: 'soft' }));
    }
    y = top + LANE + 20;
  }
  const words = [...names(tokens, pitch, y)];
  const end = Math.max(y, ...words.map(({ box }) => bottom(box)));
  marks.push(...words, ...numbers(tokens.length, pitch, end + 10));
  return { width, height: Math.ceil(end + 24), marks, columns: [] };
}

function* axis(top: number, width: number, low: number, decades: number): Generator<Mark> {
  const each = Math.ceil(decades / 6);
  for (let d = 0; d <= decades; d += each) {
    const y = top + LANE - (d / decades) * LANE;
    yield { kind: 'shape', box: { x: LEFT, y: y - 0.5, width: width - LEFT - 24, height: 1 }, look: 'decade' };
    yield label(`1e${low + d}`.replace('-', '−'), LEFT - 6, y, { size: 10.5, align: 'end', look: 'soft', font: 'mono' });
  }
}

/** The least pitch at which every token and number has room. */
const NAMED = 18;

/** The numbers of the time steps: all of them, or as many as have room. */
function* numbers(timeSteps: number, pitch: number, y: number): Generator<Mark> {
  const step = pitch >= NAMED ? 1 : ([10, 20, 50, 100, 200, 500].find((one) => one * pitch >= 40) ?? 1000);
  for (let t = 0; t < timeSteps; t++)
    if (t === 0 || (t + 1) % step === 0)
      yield label(String(t + 1), LEFT + (t + 0.5) * pitch, y, { size: 11, align: 'middle', look: 'soft' });
}

/** Tokens under their bars, where there is room. */
function* names(tokens: readonly string[], pitch: number, y: number): Generator<TextMark> {
  if (pitch < NAMED) return;
  for (const [t, token] of tokens.entries()) {
    const middle = LEFT + (t + 0.5) * pitch;
    const text = visible(token.slice(0, 100));
    if (widthOf(text, 14) <= pitch - 4) yield { ...label(text, middle, y + 12, { size: 14, align: 'middle' }), foreign: true, timeStep: t };
    else if (placeToken(text, pitch - 4, 14).how === 'upright') {
      for (const [i, one] of placeToken(text, pitch - 4, 14).lines.entries()) {
        const mark = label(one, middle, y + 10 + i * 15, { size: 14, align: 'middle' });
        yield { ...mark, box: { ...mark.box, y: y + 2.5 + i * 15, height: 15 }, foreign: true, timeStep: t };
      }
    } else {
      const shown = fit(text, TOKENS - 8, 14);
      const [long, short] = [widthOf(shown, 14), 14 * LINE_HEIGHT];
      const box = { x: middle - short / 2, y: y + 2, width: short, height: long };
      yield { ...label(shown, middle, y, { size: 14, align: 'middle' }), box, turned: true, foreign: true, timeStep: t };
    }
  }
}
