/** Which time steps stand side by side, and in how many systems, as in sheet music. */
import type { Context } from './view.js';

/** A time step; or a long run of padding, drawn as two columns. */
export type Column = { kind: 'step'; timeStep: number } | { kind: 'run'; from: number; to: number };

/** More padding steps than this stand as one run. */
const MOST_PADDING = 6;
/** Width of a run, in columns. */
const RUN = 2;

const LEAST_PITCH = 36;
const MOST_PITCH = 101;
/** More columns than this are an overview and a frame. */
const MOST_COLUMNS = 66;
/** Time steps that the frame of an overview shows in full. */
export const FRAME = 16;

export const spanOf = (column: Column): number => (column.kind === 'run' ? RUN : 1);
export const breadthOf = (columns: readonly Column[]): number => columns.reduce((sum, column) => sum + spanOf(column), 0);

export function columnsOf(mask: readonly boolean[], from = 0, to = mask.length): Column[] {
  const columns: Column[] = [];
  for (let at = from; at < to;) {
    let end = at;
    while (end < to && !mask[end]) end++;
    if (end - at > MOST_PADDING) columns.push({ kind: 'run', from: at, to: end });
    else for (let t = at; t < Math.max(end, at + 1); t++) columns.push({ kind: 'step', timeStep: t });
    at = Math.max(end, at + 1);
  }
  return columns;
}

export interface Plan {
  systems: Column[][];
  pitch: number;
  /** whether an overview stands above, of which the one system is a frame */
  overview: boolean;
}

/** Systems of as nearly the same length as can be, each no broader than `area` px. */
export function planOf({ scene, view, real }: Context, area: number): Plan {
  const all = columnsOf(scene.mask);
  const overview = !view.allSteps && breadthOf(all) > MOST_COLUMNS && scene.lanes.length > 0;
  const columns = overview ? frameOf(scene.mask, real, view.chosen, Math.floor(area / LEAST_PITCH)) : all;
  const most = Math.max(Math.floor(area / LEAST_PITCH), RUN);
  const systems = divided(columns, Math.ceil(breadthOf(columns) / most));
  const broadest = Math.max(...systems.map(breadthOf));
  return { systems, pitch: Math.min(Math.max(Math.floor(area / broadest), LEAST_PITCH), MOST_PITCH), overview };
}

/** One system of all columns and `more` of the same pitch, if it is no broader than `area` px. */
export function planWith({ scene }: Context, more: number, area: number): Plan | undefined {
  const columns = columnsOf(scene.mask);
  const pitch = Math.floor(area / (breadthOf(columns) + more));
  return pitch < LEAST_PITCH ? undefined : { systems: [columns], pitch: Math.min(pitch, MOST_PITCH), overview: false };
}

/** The frame of 16 time steps about the chosen one, as the overview's column of it lies. */
function frameOf(mask: readonly boolean[], real: readonly number[], chosen: number, most: number): Column[] {
  const size = Math.min(FRAME, most);
  const last = (real.at(-1) ?? mask.length - 1) + 1;
  // frames stand side by side, so that walking turns a page and does not shift every column at every step
  const page = Math.floor(chosen / size) * size;
  const from = chosen >= last ? page : Math.max(Math.min(page, last - size), 0);
  return Array.from({ length: Math.min(size, mask.length - from) }, (_, i) => ({ kind: 'step', timeStep: from + i }));
}

function divided(columns: readonly Column[], least: number): Column[][] {
  const each = Math.ceil(breadthOf(columns) / least);
  const systems: Column[][] = [[]];
  for (const column of columns) {
    if (breadthOf(systems.at(-1)!) + spanOf(column) > each && systems.at(-1)!.length > 0) systems.push([]);
    systems.at(-1)!.push(column);
  }
  return systems;
}
