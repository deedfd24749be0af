/** A row beneath the time steps: how much the loss hears of each, as bars on one logarithmic axis. */
import { bottom, centreX, right, type Mark, type ShapeMark, type TextMark } from './marks.js';
import type { Row } from './rows.js';
import type { Lane } from './scene.js';
import type { PlacedColumn, System } from './system.js';
import { label, widthOf } from './text.js';
import type { Context } from './view.js';

export const GRADIENT_HEIGHT = 62;
const BARS = 44;
/** A picture of more decades would show no difference. */
const MOST_DECADES = 12;
/** The least pitch of numbers with two digits. */
const TWO_DIGITS = 46;

/** The lowest power of ten of the axis and how many decades it has: the same for both directions of the opened layer. */
function axisOf({ scene, view }: Context): { low: number; decades: number } {
  const norms = scene.lanes
    .filter(({ layer }) => layer === view.layer)
    .flatMap(({ gradients = [] }) => gradients.filter((norm) => norm > 0));
  const most = Math.ceil(Math.log10(Math.max(...norms, 1e-30)));
  const low = Math.max(Math.floor(Math.log10(Math.min(...norms, 10 ** most))), most - MOST_DECADES);
  return { low, decades: Math.max(most - low, 1) };
}

/** The bar of a time step, and its number above it where there is room. */
function* barOf({ context, pitch }: System, row: Row, { box }: PlacedColumn, timeStep: number): Generator<ShapeMark | TextMark> {
  const norm = row.lane!.gradients![timeStep]!;
  const { low, decades } = axisOf(context);
  const height = norm <= 0 ? 0 : Math.min(Math.max(((Math.log10(norm) - low) / decades) * BARS, 1), BARS);
  const width = Math.min(0.5 * pitch, 40);
  const floor = row.y + GRADIENT_HEIGHT - 2;
  const bar = { x: centreX(box) - width / 2, y: floor - height, width, height };
  yield { kind: 'shape', box: bar, look: 'bar', value: norm, timeStep, tensor: { what: 'gradient', layer: row.lane!.layer } };
  const digits = pitch >= TWO_DIGITS ? 1 : 0;
  const text = norm === 0 ? '0' : norm.toExponential(digits).replace('-', '−').replace('+', '');
  if (widthOf(text, 10.5) <= pitch - 1)
    yield {
      ...label(text, centreX(box), bar.y - 7, { size: 10.5, align: 'middle', look: 'soft' }),
      value: norm,
      timeStep,
      tensor: { what: 'gradient' },
    };
}

/** The bars of a row, and behind them the lines of the decades, which leave the numbers free. */
export function* gradientBars(system: System, row: Row): Generator<Mark> {
  const { context, columns } = system;
  const real = columns.filter(({ column }) => column.kind === 'step' && context.scene.mask[column.timeStep]);
  if (real.length === 0) return;
  const bars = real.flatMap((placed) => (placed.column.kind === 'step' ? [...barOf(system, row, placed, placed.column.timeStep)] : []));
  yield* bars;
  const numbers = bars.filter(({ kind }) => kind === 'text').map(({ box }) => box);
  const { decades } = axisOf(context);
  const [begin, end] = [real[0]!.box.x + 2, right(real.at(-1)!.box) - 2];
  for (let d = 0; d <= decades; d += Math.ceil(decades / 6)) {
    const y = row.y + GRADIENT_HEIGHT - 2 - (d / decades) * BARS;
    let x = begin;
    for (const number of [...numbers.filter((box) => box.y < y + 1 && bottom(box) > y), { x: end + 2, width: 0 }]) {
      const width = Math.min(number.x - 2, end) - x;
      if (width > 0) yield { kind: 'shape', box: { x, y, width, height: 1 }, look: 'decade', level: 'ground' };
      x = number.x + number.width + 2;
    }
  }
}

/** "log 1e−7 … 1e0" */
export function gradientNote(context: Context): string {
  const { low, decades } = axisOf(context);
  const power = (exponent: number): string => `1e${exponent}`.replace('-', '−');
  return context.view.language === 'en' ? `log ${power(low)} … ${power(low + decades)}` : `对数 ${power(low)} … ${power(low + decades)}`;
}

export const gradientLanes = ({ scene, view }: Context): Lane[] =>
  scene.lanes.filter(({ layer, gradients }) => layer === view.layer && gradients);
