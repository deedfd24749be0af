/**
 * A picture as plain data: boxes, lines and reserved places for text, in CSS pixels at 1:1.
 * Layouts make marks and never measure; writers (svg.ts) turn them into files; tests look at them as they are.
 */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Point = readonly [x: number, y: number];

/** What a strip or number is a part of; `layer` counts from 1. */
export interface TensorName {
  what: 'embeddings' | 'hiddenStates' | 'cellStates' | 'output' | 'logits' | 'probabilities' | (string & {});
  layer?: number | undefined;
  direction?: 'forward' | 'backward' | undefined;
}

/** Text in a place that was reserved for it from width tables. */
export interface TextMark {
  kind: 'text';
  box: Box;
  text: string;
  /** in px */
  size: number;
  font: 'plain' | 'bold' | 'mono';
  align: 'start' | 'middle' | 'end';
  /** CSS classes that say its colour: ink, soft, `n12` on a cell of level 12 … */
  look: string;
  /** stands on its side, read from below */
  turned?: true;
  /** the sentence's own characters: told apart by `lang` and isolated */
  foreign?: true;
  value?: number;
  tensor?: TensorName;
  /** from 0 */
  timeStep?: number;
  unit?: number;
}

/** A vector as coloured cells: of one time step, or of none (the output). */
export interface StripMark {
  kind: 'strip';
  box: Box;
  /** what arrows call it */
  name: string;
  tensor: TensorName;
  timeStep?: number;
  scale: 'signed' | 'share';
  /** which way the units run */
  axis: 'down' | 'right';
  /** steps of the colour scale, one a cell */
  levels: readonly number[];
  /** cells whose value lies beyond the range */
  beyond: readonly number[];
  /** units of each cell: one, or those of a band */
  units: readonly (readonly number[])[];
  /** the numbers in the cells, where there is room */
  numbers: readonly TextMark[];
  /** strips of one lane stand at this pitch, in columns from 0: they are written as one image */
  lane?: { name: string; pitch: number; column: number };
  /** without a line about it */
  bare?: true;
}

/** A line with a head, from one named node to another. */
export interface ArrowMark {
  kind: 'arrow';
  box: Box;
  role: 'within' | 'hidden' | 'cell' | 'output' | 'loop' | 'looked';
  points: readonly Point[];
  from: string;
  to: string;
  width: number;
  head: boolean;
}

/** Everything else: plates, hatching, token boxes, bars, rules. */
export interface ShapeMark {
  kind: 'shape';
  box: Box;
  /** CSS classes; `hatch` is filled with the hatching */
  look: string;
  radius?: number;
  /** a named place that arrows may start or end at */
  name?: string;
  path?: readonly Point[];
  timeStep?: number;
  value?: number;
  tensor?: TensorName;
  unit?: number;
  /** shown when the mouse rests on it */
  title?: string;
  /** behind everything, behind strips, or before them */
  level?: 'ground' | 'plate';
}

export type Mark = TextMark | StripMark | ArrowMark | ShapeMark;

/** A whole picture. */
export interface Picture {
  width: number;
  height: number;
  /** the y at which it begins, of a part of a larger one; 0 if undefined */
  top?: number;
  marks: Mark[];
  /** the box of each time step that can be chosen, real or not, in reading order */
  columns: { timeStep: number; real: boolean; box: Box }[];
  /** the boxes of the words that a decoder says, each with its number from 0: one may be chosen */
  said?: readonly { index: number; box: Box }[] | undefined;
  /** the y's between systems and panels, from above, where a page of paper may end */
  breaks?: readonly number[] | undefined;
  /** the box of the overview, and which time steps each of its columns shows */
  overview?: { box: Box; timeSteps: number; frame: Box } | undefined;
}

/** Texts of the picture with those in cells. */
export function textsOf(marks: readonly Mark[]): TextMark[] {
  return marks.flatMap((mark) => (mark.kind === 'text' ? [mark] : mark.kind === 'strip' ? mark.numbers : []));
}

export const right = ({ x, width }: Box): number => x + width;
export const bottom = ({ y, height }: Box): number => y + height;
export const centreX = ({ x, width }: Box): number => x + width / 2;
export const centreY = ({ y, height }: Box): number => y + height / 2;

/** The smallest box around points. */
export function around(points: readonly Point[], by = 0): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs) - by, Math.min(...ys) - by];
  return { x, y, width: Math.max(...xs) + by - x, height: Math.max(...ys) + by - y };
}
