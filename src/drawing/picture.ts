/** What was asked for, made normal, and the layout that serves the width. Runs in Node and in the page. */
import { PipeError } from '../errors.js';
import type { Box, Picture } from './marks.js';
import { narrowPicture } from './narrow.js';
import { rangesOf, type RangeName, type Ranges } from './range.js';
import { realSteps, type Scene } from './scene.js';
import { contextOf, NARROW, type View } from './view.js';
import { widePicture } from './wide.js';
import type { Language } from './words.js';

/** What may be asked of a picture; all else follows from the scene. */
export interface Look {
  layer?: number | undefined;
  units?: readonly number[] | undefined;
  order?: 'index' | 'value' | undefined;
  range?: Partial<Record<RangeName, number>> | undefined;
  /** from 1 */
  step?: number | undefined;
  /** the word of a decoder whose attention is drawn, from 1 */
  said?: number | undefined;
  allSteps?: boolean | undefined;
  language?: Language | undefined;
  width?: number | undefined;
  /** black and white */
  ink?: boolean | undefined;
  /** of pictures that are compared, made from all of them */
  ranges?: Ranges | undefined;
}

export const FULL_WIDTH = 1240;

/** @throws PipeError('usage') for a layer, unit or step that the record does not have */
export function viewOf(scene: Scene, look: Look): View {
  const refuse = (flag: string, found: number, most: number, least: number): never => {
    throw new PipeError('usage', `${flag} is not in this record`, { expected: `${least} … ${most}`, found: String(found) });
  };
  const layer = look.layer ?? Math.max(...scene.lanes.map((lane) => lane.layer), 1);
  if (scene.lanes.length > 0 && !scene.lanes.some((lane) => lane.layer === layer)) refuse('--layer', layer, scene.layers, 1);
  const unit = look.units?.find((one) => one >= scene.units);
  if (unit !== undefined && scene.units > 0) refuse('--units', unit, scene.units - 1, 0);
  if (look.step !== undefined && look.step > scene.mask.length) refuse('--step', look.step, scene.mask.length, 1);
  const says = scene.decoder?.said.length ?? 0;
  if (look.said !== undefined && says === 0)
    throw new PipeError('usage', '--said does not apply', { hint: 'it goes with what a model of --task seq2seq says' });
  if (look.said !== undefined && look.said > says) refuse('--said', look.said, says, 1);
  return {
    width: look.width ?? FULL_WIDTH,
    language: look.language ?? 'en',
    layer,
    units: look.units,
    order: look.order ?? 'index',
    ranges: look.ranges ?? rangesOf([scene], look.range),
    rangeGiven: look.range !== undefined,
    chosen: look.step !== undefined ? look.step - 1 : (realSteps(scene).at(-1) ?? 0),
    said: (look.said ?? 1) - 1,
    allSteps: look.allSteps ?? false,
    numbers: true,
    ink: look.ink ?? false,
  };
}

export function pictureOf(scene: Scene, view: View): Picture & { nodes: ReadonlyMap<string, Box> } {
  const context = contextOf(scene, view);
  return view.width < NARROW ? narrowPicture(context) : widePicture(context);
}
