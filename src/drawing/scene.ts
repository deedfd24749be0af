/**
 * The scene: all that a picture needs of one record, made normal. Plain data, so that it can travel into the page;
 * everything but the tokens may be missing, since any step's record can be drawn.
 */

/** Rows of a matrix; a picture of many time steps may hold some of them only. */
export interface Matrix {
  rows: number;
  columns: number;
  /** the rows [from, to), one after another */
  data: Float32Array;
  from: number;
  to: number;
}

export type CellName = 'rnn' | 'lstm' | 'gru';
export type Direction = 'forward' | 'backward';

/** One gate: its values, and where they are known the two sums inside of it, x·W + b and h·U + c. */
export interface Gate {
  name: string;
  values: Matrix;
}

/** One layer read in one direction. */
export interface Lane {
  /** from 1 */
  layer: number;
  direction: Direction;
  hiddenStates: Matrix;
  cellStates?: Matrix | undefined;
  gates: readonly Gate[];
  /** by gate, in the cell's order: what x and h bring to it; a simple cell has one, named hiddenState */
  sums?: readonly { name: string; input: Matrix; recurrent: Matrix }[] | undefined;
  /** ‖∂loss/∂hₜ‖, one a time step; 0 where masked */
  gradients?: readonly number[] | undefined;
}

/** A tag for each real token. */
export interface Tagging {
  /** one a time step; null where masked, or where the record has none */
  tags: readonly (string | null)[];
  /** time steps [start, end) that are one name or word; undefined type for plain classes */
  spans: readonly { start: number; end: number; type: string }[];
  /** how probable each tag is at each time step, [timeSteps, names] */
  chances?: { names: readonly string[]; values: Matrix } | undefined;
  /** the score of the move from each time step's tag to the next one's; of a CRF */
  moves?: readonly (number | null)[] | undefined;
}

/** A text that was said, and the search that found it. */
export interface Decoder {
  /** the tokens of the best text, its end too */
  said: readonly { token: string; probability: number; best: readonly { token: string; probability: number }[] }[];
  /** what of the source was looked at for each: [said, time steps] */
  attention: Matrix;
  /** the decoder's last layer when it said it: [said, units] */
  states: Matrix;
  /** by step, the hypotheses that were kept; `parent` counts those of the step before */
  steps: readonly (readonly { token: string; parent: number; logProbability: number; chosen: boolean }[])[];
  /** the best texts, the best first */
  texts: readonly { text: string; logProbability: number; score: number }[];
}

export interface Scene {
  id: string;
  text: string;
  /** 1 = real, one a time step */
  mask: readonly boolean[];
  /** one a time step; null where there is padding */
  tokens: readonly (string | null)[];
  ids?: readonly number[] | undefined;
  /** tokens that did not fit into the padded length */
  cut: number;
  cell?: CellName | undefined;
  layers: number;
  units: number;
  directions: readonly Direction[];
  embeddings?: Matrix | undefined;
  /** by layer, in each the directions in the network's order */
  lanes: readonly Lane[];
  output?: Float32Array | undefined;
  /** how the output was taken, and from which time steps, from 0 */
  taken?: { how: string; timeSteps: readonly number[]; weights?: readonly number[] | undefined } | undefined;
  logits?: Float32Array | undefined;
  probabilities?: Float32Array | undefined;
  /** one a logit; undefined where the record does not tell it */
  labels: readonly (string | null)[];
  /** how scores become probabilities: each for itself, or all together */
  squash: 'softmax' | 'sigmoid';
  prediction?: string | undefined;
  tagging?: Tagging | undefined;
  decoder?: Decoder | undefined;
  /** where the numbers are from, for the head: command, model, seed */
  source: string;
  /** whether the reset gate acts before the recurrent product; undefined where nobody says */
  resetBefore?: boolean | undefined;
}

/** Row `index`, or undefined where the picture does not hold it. */
export function rowOf({ data, columns, from, to }: Matrix, index: number): Float32Array | undefined {
  return index < from || index >= to ? undefined : data.subarray((index - from) * columns, (index - from + 1) * columns);
}

export const realSteps = ({ mask }: Scene): number[] => mask.flatMap((real, timeStep) => (real ? [timeStep] : []));

/** The real time step that a direction reads before this one, or undefined at its start. */
export function before(scene: Scene, timeStep: number, direction: Direction): number | undefined {
  const by = direction === 'forward' ? -1 : 1;
  for (let at = timeStep + by; at >= 0 && at < scene.mask.length; at += by) if (scene.mask[at]) return at;
  return undefined;
}

/** The only rows [from, to) of a matrix. */
export function part(matrix: Matrix, from: number, to: number): Matrix {
  const [first, last] = [Math.max(from, matrix.from), Math.min(to, matrix.to)];
  const { columns, data, rows } = matrix;
  return { rows, columns, from: first, to: last, data: data.subarray((first - matrix.from) * columns, (last - matrix.from) * columns) };
}
