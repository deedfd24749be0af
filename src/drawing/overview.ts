/** The overview of a long sentence: h of every real step in a column of its own, how much it changed, and a frame about what is shown large. */
import type { Box, Mark, Picture } from './marks.js';
import { cellsOf, thinBands } from './bands.js';
import { levelOf } from './palette.js';
import { rowOf, type Lane } from './scene.js';
import { fit, label, wrap } from './text.js';
import type { Context } from './view.js';
import { say, sayToo } from './words.js';

const HEIGHT = 128;
const BARS = 34;
const GAP = 24;
/** The most that one column of the overview is broad, and the least. */
const MOST = 12;

export interface Overview {
  marks: Mark[];
  height: number;
  overview: NonNullable<Picture['overview']>;
}

/** @param shown the time steps [from, to) that are drawn in full below */
export function overviewOf(
  context: Context,
  left: number,
  width: number,
  top: number,
  shown: readonly [number, number],
  labels: 'beside' | 'above' = 'beside',
): Overview {
  const { scene, view, order } = context;
  const lane = scene.lanes.find(({ layer }) => layer === view.layer) ?? scene.lanes[0]!;
  const steps = scene.mask.length;
  // over one step a pixel a column stands for several
  const each = Math.ceil(steps / width);
  const columns = Math.ceil(steps / each);
  const column = Math.min(Math.max(Math.floor((width / columns) * 4) / 4, 1), MOST);
  const bands = thinBands(order, HEIGHT);
  const box: Box = { x: left, y: top + 20, width: columns * column, height: HEIGHT };
  const { language } = view;
  const marks: Mark[] = [];
  for (let c = 0; c < columns; c++) {
    const rows = stepsOf(c, each, steps).flatMap((t) => (scene.mask[t] ? (rowOf(lane.hiddenStates, t) ?? []) : []));
    if (rows.length === 0) continue;
    const place = { x: left + c * column, y: box.y, width: column, height: HEIGHT };
    const cells = rows.length === 1 ? cellsOf(rows[0]!, bands, 'signed', view.ranges.h.limit).values : meansOf(rows, bands.units);
    marks.push({
      kind: 'strip',
      ...{ name: `overview.${c}`, box: place, tensor: { what: 'hiddenStates', layer: lane.layer, direction: lane.direction } },
      ...(each === 1 ? { timeStep: c } : {}),
      ...{ scale: 'signed', axis: 'down', levels: cells.map((value) => levelOf(value, 'signed', view.ranges.h.limit)), beyond: [] },
      ...{ units: bands.units, numbers: [], lane: { name: 'overview', pitch: column, column: c }, bare: true },
    });
  }
  marks.push({ kind: 'shape', box, look: 'outline' });
  for (const [from, to] of paddingOf(scene.mask))
    marks.push({
      kind: 'shape',
      box: { x: left + (from / each) * column, y: box.y, width: ((to - from) / each) * column, height: HEIGHT },
      look: 'hatch',
      level: 'ground',
    });
  marks.push(...changes(context, lane, left, column, each, box.y + HEIGHT + GAP));
  marks.push(...ticks(steps, left, column, each, box.y + HEIGHT + 11));
  marks.push(...(labels === 'beside' ? names(context, left - 12, box, each, bands.size) : nameAbove(context, left, top - 12, width)));
  const frame = {
    x: left + (shown[0] / each) * column - 2,
    y: box.y - 4,
    width: ((shown[1] - shown[0]) / each) * column + 4,
    height: HEIGHT + GAP + BARS + 8,
  };
  marks.push({ kind: 'shape', box: frame, look: 'lens', radius: 3 });
  const text = `${say('shownBelow', language)} t = ${shown[0] + 1}${language === 'en' ? ' to ' : ' 至 '}${shown[1]}`;
  const centre = Math.min(Math.max(frame.x + frame.width / 2, left + 110), left + width - 110);
  marks.push(label(text, centre, top + 6, { size: 11.5, align: 'middle', look: 'ink' }));
  return { marks, height: 20 + HEIGHT + GAP + BARS + 14, overview: { box, timeSteps: each, frame } };
}

const stepsOf = (column: number, each: number, steps: number): number[] =>
  Array.from({ length: Math.min(each, steps - column * each) }, (_, i) => column * each + i);

/** The mean over the time steps of what each band shows. */
function meansOf(rows: readonly Float32Array[], units: readonly (readonly number[])[]): number[] {
  return units.map((band) => {
    const means = band.map((unit) => rows.reduce((sum, row) => sum + row[unit]!, 0) / rows.length);
    return means.reduce((furthest, value) => (Math.abs(value) > Math.abs(furthest) ? value : furthest), 0);
  });
}

function paddingOf(mask: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const [t, real] of mask.entries()) {
    if (real) continue;
    if (runs.at(-1)?.[1] === t) runs.at(-1)![1] = t + 1;
    else runs.push([t, t + 1]);
  }
  return runs;
}

/** ‖h(t) − h(t−1)‖ as bars: where the state turns. */
function* changes({ real }: Context, lane: Lane, left: number, column: number, each: number, top: number): Generator<Mark> {
  const norms = new Map<number, number>();
  for (const [i, t] of real.entries()) {
    const [now, then] = [rowOf(lane.hiddenStates, t), i > 0 ? rowOf(lane.hiddenStates, real[i - 1]!) : undefined];
    if (now) norms.set(Math.floor(t / each), Math.hypot(...now.map((value, unit) => value - (then?.[unit] ?? 0))));
  }
  const most = Math.max(...norms.values(), 1e-9);
  for (const [c, norm] of norms) {
    const height = (norm / most) * BARS;
    yield {
      kind: 'shape',
      box: { x: left + c * column + column * 0.1, y: top + BARS - height, width: column * 0.8, height },
      look: 'bar',
      value: norm,
    };
  }
}

function* ticks(steps: number, left: number, column: number, each: number, y: number): Generator<Mark> {
  const step = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((one) => (one / each) * column >= 40) ?? 10_000;
  for (let t = 0; t < steps; t += t === 0 ? step - 1 : step)
    yield label(String(t + 1), left + (Math.floor(t / each) + 0.5) * column, y, { size: 11, align: 'middle', look: 'soft' });
}

/** One line where there is no room at the side. */
function* nameAbove({ view, order }: Context, x: number, y: number, width: number): Generator<Mark> {
  const text = `${say('h', view.language)}, ${order.length} ${say('units', view.language)}; ${say('change', view.language)}`;
  yield label(fit(text, width, 11.5, 'bold'), x, y, { size: 11.5, font: 'bold' });
}

function* names({ view, order }: Context, x: number, box: Box, each: number, size: number): Generator<Mark> {
  const { language } = view;
  const note =
    size > 1
      ? language === 'en'
        ? `${order.length} units, ${size} a band: the one furthest from 0`
        : `${order.length} 个单元，${size} 个一格：取离 0 最远的`
      : `${order.length} ${say('units', language)}`;
  const lines = [
    ...wrap(say('h', language), 112, 12.5, 'bold').map((text) => ({ text, bold: true })),
    { text: sayToo('h', language), bold: false },
    ...wrap(note, 112, 11.5).map((text) => ({ text, bold: false })),
    ...(each > 1
      ? wrap(`${say('oneColumn', language)} ${each} ${say('stepsMean', language)}`, 112, 11.5).map((text) => ({ text, bold: false }))
      : []),
  ];
  for (const [i, { text, bold }] of lines.entries())
    yield label(text, x, box.y + box.height / 2 + (i - (lines.length - 1) / 2) * 15, {
      ...{ size: bold ? 12.5 : 11.5, font: bold ? 'bold' : 'plain', align: 'end', look: bold ? 'ink' : 'soft' },
    });
  yield label(say('change', language), x, box.y + box.height + GAP + BARS / 2, { size: 11.5, align: 'end', look: 'ink', font: 'bold' });
}
