/** What the page shows now, and what it shows it of. One object; whoever changes it calls `show`. */
import { WORDS, type PageWords } from '../drawing/page-words.js';
import type { PageSettings } from '../drawing/html.js';
import type { Picture } from '../drawing/marks.js';
import { NUMBERS, unsorted } from '../drawing/loader.js';
import { unpackScene } from '../drawing/pack.js';
import { realSteps, rowOf, type Lane, type Matrix, type Scene } from '../drawing/scene.js';
import { contextOf, type Context, type View } from '../drawing/view.js';
import { signOf } from '../drawing/words.js';

/** A row of the picture that can be chosen, pointed at and copied. */
export interface Row {
  sign: string;
  what: string;
  matrix: Matrix;
  lane?: Lane;
}

export interface State {
  scene: Scene;
  view: View;
  settings: PageSettings;
  words: PageWords;
  real: readonly number[];
  unit: number;
  /** index into `rows` */
  row: number;
  pinned: number | undefined;
  picture: Picture | undefined;
}

export const element = (id: string): HTMLElement => document.getElementById(id)!;
const textOf = (id: string): string => element(id).textContent;

/** The scene that is in the page, with every number bit for bit. */
export function readState(): State {
  // unpacked by the loader, which then ran this
  const { bytes } = element(NUMBERS) as unknown as { bytes: Uint8Array };
  const scene = unpackScene(textOf('scene'), new Float32Array(unsorted(bytes).buffer as ArrayBuffer));
  return stateOf(scene, JSON.parse(textOf('settings')) as PageSettings);
}

export function stateOf(scene: Scene, settings: PageSettings): State {
  const { view } = settings;
  const state: State = {
    ...{ scene, settings, view: { ...view }, words: WORDS[view.language], real: realSteps(scene) },
    ...{ unit: view.units?.[0] ?? 0, row: 0, pinned: undefined, picture: undefined },
  };
  state.row = Math.max(rowsOf(state).length - 1, 0);
  return state;
}

/** Changes the state to another scene; what the reader chose stays where the scene has it. */
export function withScene(state: State, scene: Scene, view: View): void {
  const { order, numbers, ink, layer, width } = state.view;
  const kept = scene.lanes.some((lane) => lane.layer === layer) ? layer : view.layer;
  Object.assign(state, { scene, real: realSteps(scene), view: { ...view, order, numbers, ink, layer: kept, width }, picture: undefined });
  if (state.pinned !== undefined && !scene.mask[state.pinned]) state.pinned = undefined;
  state.unit = Math.min(state.unit, Math.max(scene.units - 1, 0));
  state.row = Math.max(rowsOf(state).length - 1, 0);
}

export const contextNow = ({ scene, view }: State): Context => contextOf(scene, view);

/** The rows of the opened layer, from below. */
export function rowsOf({ scene, view }: State): Row[] {
  const lanes = scene.lanes.filter(({ layer }) => layer === view.layer);
  const arrow = ({ direction }: Lane): string => (lanes.length > 1 ? (direction === 'forward' ? ' →' : ' ←') : '');
  return [
    ...(scene.embeddings ? [{ sign: 'x', what: 'embeddings', matrix: scene.embeddings }] : []),
    ...lanes.flatMap((lane): Row[] => [
      ...lane.gates.map(({ name, values }) => ({ sign: signOf(name, scene.cell) + arrow(lane), what: name, matrix: values, lane })),
      ...(lane.cellStates ? [{ sign: `c${arrow(lane)}`, what: 'cellStates', matrix: lane.cellStates, lane }] : []),
      { sign: `h${arrow(lane)}`, what: 'hiddenStates', matrix: lane.hiddenStates, lane },
    ]),
  ];
}

/** What of the chosen row is in the page at the chosen step. */
export function chosenRow(state: State): { row: Row; values: Float32Array | undefined } | undefined {
  const row = rowsOf(state)[state.row];
  return row && { row, values: state.scene.mask[state.view.chosen] ? rowOf(row.matrix, state.view.chosen) : undefined };
}
