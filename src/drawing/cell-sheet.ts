/** What the circuits of all cells are drawn with: vectors with their names, operations, links, and the panel behind them. */
import { arrow } from './flow.js';
import { centreX, right, type ArrowMark, type Box, type Mark, type Point } from './marks.js';
import type { Scale } from './palette.js';
import { before, rowOf, type Lane, type Matrix } from './scene.js';
import { strip } from './strips.js';
import { fit, label } from './text.js';
import type { Context } from './view.js';

const STRIP = 54;
export const CELL = 18;
export const TITLES = 34;
/** Where the cell begins; what enters it stands left of that, always at the same places. */
export const INSIDE = 206;

export interface Sheet {
  context: Context;
  lane: Lane;
  timeStep: number;
  previous: number | undefined;
  units: readonly number[];
  marks: Mark[];
  nodes: Map<string, Box>;
  /** x of a place of the full layout, in this width */
  x: (place: number) => number;
  /** where the upper vectors begin, and the lower ones; how high each is, and the lines through their middles */
  top: number;
  low: number;
  height: number;
  line: number;
  middle: number;
  /** the numbers of this time step and of the one before, as subscripts */
  now: string;
  then: string;
}

interface VectorOptions {
  scale?: Scale;
  limit: number;
  /** the tensor it is a row of */
  what: string;
  units?: readonly number[];
  /** px for the line under its name */
  room?: number;
}

/** A vector of the sheet, with its name and where it comes from above it. */
export function vector(
  sheet: Sheet,
  name: string,
  matrix: Matrix | undefined,
  timeStep: number | undefined,
  place: { x: number; y: number },
  titles: readonly [string, string],
  { scale = 'signed', limit, what, units = sheet.units, room = 104 }: VectorOptions,
): Box {
  const { lane, marks, nodes } = sheet;
  const box: Box = { x: sheet.x(place.x), y: place.y, width: STRIP, height: units.length * CELL };
  nodes.set(name, box);
  const row = timeStep === undefined ? new Float32Array(matrix?.columns ?? lane.hiddenStates.columns) : matrix && rowOf(matrix, timeStep);
  const tensor = what === 'embeddings' ? { what } : { what, layer: lane.layer, direction: lane.direction };
  if (row)
    marks.push(
      strip({
        ...{ name: `cell.${name}`, tensor, row, scale, limit, box, digits: 3 },
        ...(timeStep === undefined ? {} : { timeStep }),
        bands: { units: units.map((unit) => [unit]), size: 1, cellHeight: CELL },
      }),
    );
  else marks.push({ kind: 'shape', box, look: 'missing' });
  marks.push(label(titles[0], centreX(box), place.y - 25, { size: 12.5, font: 'bold', align: 'middle' }));
  marks.push(label(fit(titles[1], room, 11), centreX(box), place.y - 10, { size: 11, align: 'middle', look: 'soft' }));
  return box;
}

export function operation({ marks, nodes }: Sheet, name: string, text: string, x: number, y: number): Box {
  const width = text.length > 1 ? 48 : 24;
  const box = { x: x - width / 2, y: y - 12, width, height: 24 };
  nodes.set(name, box);
  marks.push({ kind: 'shape', box, look: 'operation', radius: 12, name });
  marks.push(label(text, x, y, { size: text.length > 1 ? 12 : 15, font: 'bold', align: 'middle' }));
  return box;
}

export const link = ({ marks }: Sheet, role: ArrowMark['role'], from: string, to: string, points: readonly Point[], head = true): void => {
  marks.push(arrow(role, from, to, points, undefined, head));
};

/** A straight link from the right of one node to the left of another, at a height. */
export function across(sheet: Sheet, role: ArrowMark['role'], from: string, to: string, y: number): void {
  link(sheet, role, from, to, [
    [right(sheet.nodes.get(from)!), y],
    [sheet.nodes.get(to)!.x, y],
  ]);
}

/** The panel that stands for the cell, behind everything in it. */
export function frame({ marks, x, low, height, top }: Sheet, from: number, to: number): void {
  const box = { x: x(from), y: top - TITLES - 6, width: x(to) - x(from), height: low + height + 52 - top + TITLES };
  marks.unshift({ kind: 'shape', box, look: 'inside', radius: 8, level: 'ground' });
}

export const words = ({ context }: Sheet, en: string, zh: string): string => (context.view.language === 'en' ? en : zh);
export const fromStep = (sheet: Sheet): string =>
  sheet.previous === undefined
    ? words(sheet, 'zeros', '全 0')
    : words(sheet, `from t = ${sheet.previous + 1}`, `来自 t = ${sheet.previous + 1}`);
export const nextStep = (sheet: Sheet): number | undefined =>
  before(sheet.context.scene, sheet.timeStep, sheet.lane.direction === 'forward' ? 'backward' : 'forward');

/** Strip and arrow of a gate. */
export function gate(sheet: Sheet, name: string, sign: string, about: string, x: number): Box {
  const { lane, timeStep, low, context } = sheet;
  const { values } = lane.gates.find((one) => one.name === name)!;
  const signed = name === 'candidate';
  return vector(sheet, name, values, timeStep, { x, y: low }, [sign, about], {
    ...{ scale: signed ? 'signed' : 'share', limit: signed ? context.view.ranges.h.limit : 1, what: name },
  });
}

/** Of many units: the whole vector as a thin strip, with ticks where the shown ones are. */
export function whole(sheet: Sheet, matrix: Matrix, beside: Box): void {
  const { context, units, timeStep, lane, marks } = sheet;
  const row = rowOf(matrix, timeStep);
  if (context.order.length <= units.length || !row) return;
  const { order, view } = context;
  const box = { x: right(beside) + 14, y: beside.y, width: 12, height: beside.height };
  const isCell = matrix === lane.cellStates;
  const size = Math.ceil(order.length / box.height);
  const bands = Array.from({ length: Math.ceil(order.length / size) }, (_, i) => order.slice(i * size, (i + 1) * size));
  marks.push({
    ...strip({
      ...{
        name: 'cell.whole',
        tensor: { what: isCell ? 'cellStates' : 'hiddenStates', layer: lane.layer, direction: lane.direction },
        timeStep,
        row,
      },
      ...{ bands: { units: bands, size, cellHeight: 1 }, scale: 'signed', limit: (isCell ? view.ranges.c : view.ranges.h).limit, box },
      lane: { name: 'cell.whole', pitch: 12, column: 0 },
    }),
  });
  for (const unit of units) {
    const y = box.y + ((order.indexOf(unit) + 0.5) * box.height) / order.length;
    marks.push({
      kind: 'shape',
      box: { x: right(box) + 1, y: y - 0.75, width: 7, height: 1.5 },
      look: 'rule',
    });
  }
}
