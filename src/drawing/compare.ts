/** Two records of one sentence beneath each other: the same ranges and pitch, between them the difference of h, and where they part. */
import { subtitleOf } from './describe.js';
import { bottom, type Box, type Mark, type Picture } from './marks.js';
import { decimals } from './numbers.js';
import { pictureOf, viewOf, type Look } from './picture.js';
import { rangesOf } from './range.js';
import { realSteps, rowOf, type Lane, type Scene } from './scene.js';
import { heightOf, strip } from './strips.js';
import { stripWidthOf } from './system.js';
import { fit, label } from './text.js';
import { contextOf, type View } from './view.js';

export interface Side {
  scene: Scene;
  /** what it is called: a file, a model */
  name: string;
}

const HEAD = 44;
const SAME = 1e-6;

/** Where two records of the same sentence differ, as numbers. */
export interface Difference {
  /** the first time step, from 0, whose hidden states differ by more than rounding */
  parts: number | undefined;
  /** the largest |Δh|, and where */
  largest: { value: number; timeStep: number; unit: number } | undefined;
}

const laneOf = ({ lanes }: Scene, { layer }: View): Lane | undefined => lanes.find((lane) => lane.layer === layer);

/** Whether the two have hidden states of the same shape at the same time steps. */
function comparable(a: Scene, b: Scene): boolean {
  const same = a.mask.length === b.mask.length && a.mask.every((real, t) => real === b.mask[t]);
  return same && a.units === b.units && a.lanes.length > 0 && b.lanes.length > 0;
}

export function differenceOf([a, b]: readonly [Side, Side], look: Look): Difference {
  const found: Difference = { parts: undefined, largest: undefined };
  const [one, other] = [a, b].map(({ scene }) => laneOf(scene, viewOf(scene, look)));
  if (!comparable(a.scene, b.scene) || !one || !other) return found;
  for (const t of realSteps(a.scene)) {
    const [x, y] = [rowOf(one.hiddenStates, t)!, rowOf(other.hiddenStates, t)!];
    for (const [unit, value] of x.entries()) {
      const size = Math.abs(y[unit]! - value);
      if (size > SAME) found.parts ??= t;
      if (size > (found.largest?.value ?? 0)) found.largest = { value: size, timeStep: t, unit };
    }
  }
  return found;
}

export function comparePicture(sides: readonly [Side, Side], look: Look): Picture {
  const ranges = look.ranges ?? rangesOf([sides[0].scene, sides[1].scene], look.range);
  const marks: Mark[] = [];
  let y = 0;
  let width = 0;
  const pictures = sides.map(({ scene }) => pictureOf(scene, viewOf(scene, { ...look, ranges })));
  for (const [i, { scene, name }] of sides.entries()) {
    const picture = pictures[i]!;
    width = Math.max(width, picture.width);
    marks.push(label(fit(`${'AB'[i]}: ${name}`, picture.width - 40, 16, 'bold'), 12, y + 16, { size: 16, font: 'bold' }));
    marks.push(label(fit(subtitleOf(scene, look.language ?? 'en'), picture.width - 40, 12), 12, y + 35, { size: 12, look: 'soft' }));
    y += HEAD;
    marks.push(...picture.marks.map((mark) => moved(mark, y, 'AB'[i]!)));
    y += picture.height + 12;
    if (i === 0) {
      const between = differenceRow(sides, pictures[0]!, { ...look, ranges }, y);
      marks.push(...between.marks);
      y += between.height;
    }
  }
  return { width, height: Math.ceil(y), marks, columns: [] };
}

/** Δ strips under the columns of the first picture, where the shapes agree and it is one system. */
function differenceRow(
  [a, b]: readonly [Side, Side],
  { columns, width }: Picture,
  look: Look,
  top: number,
): { marks: Mark[]; height: number } {
  const view = viewOf(a.scene, look);
  const [one, other] = [laneOf(a.scene, view), laneOf(b.scene, viewOf(b.scene, look))];
  const isOneSystem = new Set(columns.map(({ box }) => box.y)).size === 1;
  if (!comparable(a.scene, b.scene) || !one || !other || !isOneSystem) return { marks: [], height: 0 };
  const { bands } = contextOf(a.scene, view);
  const marks: Mark[] = [label('Δh = B − A', 108, top + heightOf(bands.state) / 2, { size: 12.5, font: 'bold', align: 'end' })];
  for (const { timeStep, real, box } of columns) {
    const [x, y] = [rowOf(one.hiddenStates, timeStep), rowOf(other.hiddenStates, timeStep)];
    if (!real || !x || !y) continue;
    const stripWidth = stripWidthOf(box.width);
    const place: Box = { x: Math.round(box.x + (box.width - stripWidth) / 2), y: top, width: stripWidth, height: heightOf(bands.state) };
    marks.push(
      strip({
        ...{
          name: `difference.${timeStep}`,
          tensor: { what: 'Δ hiddenStates', layer: one.layer, direction: one.direction },
          timeStep,
          digits: 2,
        },
        ...{ row: y.map((value, unit) => value - x[unit]!), bands: bands.state, scale: 'signed', limit: view.ranges.h.limit, box: place },
        lane: { name: 'difference', pitch: box.width, column: timeStep },
      }),
    );
  }
  const { parts, largest } = differenceOf([a, b], look);
  const words =
    parts === undefined
      ? 'no difference in h'
      : `first step where they part: t = ${parts + 1}; largest |Δh| ${decimals(largest!.value, 4)} at t = ${largest!.timeStep + 1}, unit ${largest!.unit}`;
  const line = label(fit(words, width - 160, 12), 136, top + heightOf(bands.state) + 16, { size: 12 });
  marks.push(line);
  return { marks, height: bottom(line.box) - top + 24 };
}

/** The mark further down, under names of its own. */
function moved(mark: Mark, by: number, side: string): Mark {
  const box = { ...mark.box, y: mark.box.y + by };
  if (mark.kind === 'text') return { ...mark, box };
  if (mark.kind === 'arrow') return { ...mark, box, points: mark.points.map(([x, y]) => [x, y + by] as const) };
  if (mark.kind === 'strip')
    return {
      ...{
        ...mark,
        box,
        name: `${side}.${mark.name}`,
        numbers: mark.numbers.map((text) => ({ ...text, box: { ...text.box, y: text.box.y + by } })),
      },
      ...(mark.lane ? { lane: { ...mark.lane, name: `${side}.${mark.lane.name}` } } : {}),
    };
  return { ...mark, box, ...(mark.path ? { path: mark.path.map(([x, y]) => [x, y + by] as const) } : {}) };
}
