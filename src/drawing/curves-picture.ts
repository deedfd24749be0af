/** Curves over epochs, a panel above the other: axes with ticks, a name at each curve's key, the best epoch marked. */
import type { Mark, Picture, Point } from './marks.js';
import { label, widthOf } from './text.js';

export interface Curve {
  /** of which data: it decides colour and breadth */
  name: 'training' | 'validation';
  /** of each epoch; null where there is no finite number */
  values: readonly (number | null)[];
}

export interface Panel {
  title: string;
  curves: readonly Curve[];
}

const [LEFT, RIGHT, TOP] = [76, 24, 16];
const [TITLE, PLOT, BELOW] = [28, 200, 46];
const LOOKS = { training: { role: 'hidden', width: 1.5 }, validation: { role: 'output', width: 2.5 } } as const;
/** Epochs that are marked with a dot each at most: of more, lines are enough. */
const MOST_DOTS = 60;

/**
 * Round numbers from below `low` to above `high`: about `count` steps of 1, 2 or 5 times a power of ten.
 *
 * @example ticksOf(0.13, 0.58, 5) // [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
 */
export function ticksOf(low: number, high: number, count: number): number[] {
  const span = high > low ? high - low : Math.abs(low) || 1;
  const rough = span / count;
  const power = Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * 10 ** power >= rough * 0.999)!;
  // whole multiples of a step that is written exactly: no 0.30000000000000004
  const step = Number(`${factor}e${power}`);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  const end = last > first ? last : first + 1;
  return Array.from({ length: end - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** @param best the epoch that is kept, where the validation data decides it */
export function curvesPicture(epochs: readonly number[], panels: readonly Panel[], best: number | undefined, width: number): Picture {
  const marks: Mark[] = [];
  const room = width - LEFT - RIGHT;
  const [first, last] = [epochs[0]!, epochs.at(-1)!];
  const xOf = (epoch: number): number => LEFT + (last === first ? 0.5 : (epoch - first) / (last - first)) * room;
  let y = TOP;
  for (const { title, curves } of panels) {
    marks.push(label(title, LEFT, y + 8, { size: 13, font: 'bold' }), ...keys(curves, width - RIGHT, y + 8));
    const top = y + TITLE;
    const values = curves.flatMap((curve) => curve.values).filter((value) => value !== null);
    const ticks = ticksOf(values.length > 0 ? Math.min(...values) : 0, values.length > 0 ? Math.max(...values) : 1, 5);
    const [low, high] = [ticks[0]!, ticks.at(-1)!];
    const yOf = (value: number): number => top + PLOT - ((value - low) / (high - low)) * PLOT;
    for (const tick of ticks) {
      marks.push({ kind: 'shape', box: { x: LEFT, y: yOf(tick) - 0.5, width: room, height: 1 }, look: 'decade', level: 'ground' });
      marks.push(label(String(tick).replace('-', '−'), LEFT - 8, yOf(tick), { align: 'end', look: 'soft', font: 'mono' }));
    }
    marks.push(...epochAxis(first, last, xOf, top + PLOT, room));
    if (best !== undefined) marks.push(...bestLine(best, xOf(best), top, LEFT + room));
    for (const curve of curves) marks.push(...drawn(curve, epochs, xOf, yOf));
    y = top + PLOT + BELOW;
  }
  return { width, height: y + 4, marks, columns: [] };
}

/** The names of the curves from the right, each behind a piece of its line. */
function* keys(curves: readonly Curve[], right: number, y: number): Generator<Mark> {
  let x = right;
  for (const { name } of [...curves].reverse()) {
    yield label(name, x, y, { size: 12, align: 'end' });
    x -= widthOf(name, 12) + 8;
    yield segment([x - 24, y], [x, y], name);
    x -= 24 + 18;
  }
}

function segment(from: Point, to: Point, name: Curve['name']): Mark {
  const box = { x: Math.min(from[0], to[0]), y: Math.min(from[1], to[1]), width: 0, height: 0 };
  return { kind: 'arrow', box, ...LOOKS[name], points: [from, to], from: '', to: '', head: false };
}

function* epochAxis(first: number, last: number, xOf: (epoch: number) => number, y: number, room: number): Generator<Mark> {
  yield { kind: 'shape', box: { x: LEFT, y: y - 0.5, width: room, height: 1 }, look: 'axis' };
  const whole = ticksOf(first, last, 10).filter((tick) => Number.isInteger(tick) && tick > first && tick <= last);
  for (const tick of [first, ...whole.filter((one) => xOf(one) - xOf(first) > 30)]) {
    yield { kind: 'shape', box: { x: xOf(tick) - 0.5, y, width: 1, height: 5 }, look: 'axis' };
    yield label(String(tick), xOf(tick), y + 14, { align: 'middle', look: 'soft', font: 'mono' });
  }
  yield label('epoch', LEFT + room / 2, y + 31, { align: 'middle', look: 'soft' });
}

function* bestLine(best: number, x: number, top: number, right: number): Generator<Mark> {
  const path: Point[] = [
    [x, top],
    [x, top + PLOT],
  ];
  yield { kind: 'shape', box: { x, y: top, width: 0, height: PLOT }, look: 'dots', path };
  const text = `best: ${best}`;
  const fits = x + 6 + widthOf(text, 11.5) <= right;
  yield label(text, fits ? x + 6 : x - 6, top + 10, { align: fits ? 'start' : 'end', look: 'ink' });
}

/** A line from each epoch to the next, broken where there is no number, and a dot at each. */
function* drawn(
  { name, values }: Curve,
  epochs: readonly number[],
  xOf: (epoch: number) => number,
  yOf: (value: number) => number,
): Generator<Mark> {
  const points = values.map((value, i): Point | undefined => (value === null ? undefined : [xOf(epochs[i]!), yOf(value)]));
  for (const [i, to] of points.entries()) {
    const from = points[i - 1];
    if (from && to) yield segment(from, to, name);
    if (!to || epochs.length > MOST_DOTS) continue;
    const box = { x: to[0] - 3, y: to[1] - 3, width: 6, height: 6 };
    yield { kind: 'shape', box, look: `h-${LOOKS[name].role}`, radius: 3, value: values[i]! };
  }
}
