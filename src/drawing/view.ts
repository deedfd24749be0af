/** How a scene is looked at: width, language, layer, units, ranges; and what follows from these for all layouts. */
import { bandsOf, gateBandsOf, orderBy, thinBands, type Bands } from './bands.js';
import type { Ranges } from './range.js';
import { realSteps, rowOf, type Lane, type Scene } from './scene.js';
import type { Language } from './words.js';

/** Below this width time runs down. */
export const NARROW = 720;

export interface View {
  /** px of the whole picture */
  width: number;
  language: Language;
  /** the layer that is drawn with its gates, from 1; the others show h only */
  layer: number;
  /** units that are shown, from 0; all if undefined */
  units?: readonly number[] | undefined;
  /** as they are numbered, or by their value at the last real step */
  order: 'index' | 'value';
  ranges: Ranges;
  /** whether the ranges were asked for, not taken from the values */
  rangeGiven: boolean;
  /** the time step that is marked and opened */
  chosen: number;
  /** which of the words that a decoder says is marked, from 0 */
  said: number;
  /** every time step in full, however many systems that makes */
  allSteps: boolean;
  /** numbers in the cells, where there is room */
  numbers: boolean;
  /** in black and white: forms say what colours say elsewhere */
  ink: boolean;
}

/** A scene and a view, and what both make of the units. */
export interface Context {
  scene: Scene;
  view: View;
  /** real time steps */
  real: readonly number[];
  /** a decoder stands beside its encoder, in the same rows */
  decoderBeside?: true;
  /** the shown units in their order */
  order: readonly number[];
  /** cells of states, gates, thin strips of other layers, and word vectors */
  bands: { state: Bands; gate: Bands; thin: Bands; x: Bands };
}

/** Height of the strips of layers that are not opened. */
export const THIN = 24;

export function contextOf(scene: Scene, view: View): Context {
  const real = realSteps(scene);
  const order = orderOf(scene, view, real);
  const inputs = Array.from({ length: scene.embeddings?.columns ?? 0 }, (_, i) => i);
  return {
    scene,
    view,
    real,
    order,
    bands: { state: bandsOf(order), gate: gateBandsOf(order), thin: thinBands(order, THIN), x: bandsOf(inputs) },
  };
}

function orderOf(scene: Scene, view: View, real: readonly number[]): number[] {
  const units = view.units ?? Array.from({ length: scene.units }, (_, unit) => unit);
  if (view.order === 'index') return [...units];
  const lane = scene.lanes.find(({ layer }) => layer === view.layer) ?? scene.lanes[0];
  const last = lane && real.length > 0 ? rowOf(lane.hiddenStates, real.at(-1)!) : undefined;
  return last ? orderBy(last, units) : [...units];
}

/** Lanes from the bottom of the picture to its top: layer by layer, in each the backward reading beneath the forward one. */
export function lanesUpwards({ lanes }: Scene): Lane[] {
  const height = ({ layer, direction }: Lane): number => 2 * layer + (direction === 'forward' ? 1 : 0);
  return [...lanes].sort((a, b) => height(a) - height(b));
}
