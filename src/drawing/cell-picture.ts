/**
 * The cell opened at one time step: every node is its vector. LSTM, GRU and simple RNN have their own circuits; the strips, the line
 * that the state travels on, and the bus that x and h enter by are the same.
 */
import { gruSheet } from './cell-gru.js';
import { lstmSheet } from './cell-lstm.js';
import { rnnSheet } from './cell-rnn.js';
import { CELL, INSIDE, TITLES, type Sheet } from './cell-sheet.js';
import { mostChanged } from './describe.js';
import { bottom, type Mark, type Picture } from './marks.js';
import { subscript } from './numbers.js';
import { before, rowOf } from './scene.js';
import { label } from './text.js';
import type { Context } from './view.js';

/** Units that are shown at once. */
const MOST_UNITS = 16;
/** The width that the circuits are laid out for; less moves their columns together. */
const FULL = 1240;
/** Below this width the circuits have no room: a table serves. */
export const LEAST_WIDTH = 1000;

export interface CellPicture extends Picture {
  /** the shown units, in their order */
  units: readonly number[];
}

/** The units that are shown: all of few, else those that changed most, in the order of the strips. */
export function cellUnits({ scene, view, order }: Context): number[] {
  if (order.length <= MOST_UNITS) return [...order];
  const among = new Set(order);
  const most = mostChanged(scene, view.chosen, view.layer, scene.units).filter(({ unit }) => among.has(unit));
  const shown = new Set(most.slice(0, MOST_UNITS).map(({ unit }) => unit));
  return order.filter((unit) => shown.has(unit));
}

/** @param unit the unit whose cells are framed; @returns undefined where there is nothing to open */
export function cellPicture(context: Context, units: readonly number[], unit?: number): CellPicture | undefined {
  const { scene, view } = context;
  const lane = scene.lanes.find(({ layer }) => layer === view.layer);
  const timeStep = view.chosen;
  if (!lane || scene.mask[timeStep] !== true || !scene.cell || !rowOf(lane.hiddenStates, timeStep)) return undefined;
  if (scene.cell !== 'rnn' && (lane.gates.length === 0 || !rowOf(lane.gates[0]!.values, timeStep))) return undefined;
  const height = units.length * CELL;
  const squeeze = Math.min((view.width - 20 - INSIDE) / (FULL - 20 - INSIDE), 1);
  const previous = before(scene, timeStep, lane.direction);
  const top = 10 + TITLES;
  const low = top + height + 30 + TITLES;
  const sheet: Sheet = {
    ...{ context, lane, timeStep, units, previous, marks: [], nodes: new Map() },
    ...{ height, top, low, line: top + height / 2, middle: low + height / 2 },
    ...{ now: subscript(timeStep + 1), then: subscript(previous === undefined ? 0 : previous + 1) },
    x: (place) => (place <= INSIDE ? place : INSIDE + (place - INSIDE) * squeeze),
  };
  ({ lstm: lstmSheet, gru: gruSheet, rnn: rnnSheet })[scene.cell](sheet);
  if (unit !== undefined && units.includes(unit)) sheet.marks.push(...unitFrames(sheet, unit));
  const lowest = Math.max(...sheet.marks.map(({ box }) => bottom(box)));
  return { width: view.width, height: Math.ceil(lowest + 10), marks: sheet.marks, columns: [], units };
}

/** The framed cells of one unit, and its number at the left. */
function* unitFrames({ units, nodes, marks }: Sheet, unit: number): Generator<Mark> {
  const at = units.indexOf(unit);
  for (const mark of [...marks])
    if (mark.kind === 'strip' && mark.units.length === units.length && mark.units[at]?.[0] === unit && mark.tensor.what !== 'embeddings') {
      const { x, y, width } = mark.box;
      yield {
        kind: 'shape',
        box: { x: x - 1.5, y: y + at * CELL - 1, width: width + 3, height: CELL + 2 },
        look: 'pinned',
        level: 'plate',
        radius: 2,
      };
    }
  for (const name of ['h.before', 'c.before']) {
    const box = nodes.get(name);
    if (!box) continue;
    for (const [i, one] of units.entries())
      yield label(String(one), box.x - 5, box.y + (i + 0.5) * CELL, {
        size: 10.5,
        align: 'end',
        look: one === unit ? 'ink' : 'soft',
        font: one === unit ? 'bold' : 'plain',
      });
  }
}
