/** A system: columns side by side with rows above each other; where its nodes stand, and the marks of one time step. */
import { spanOf, type Column } from './columns.js';
import { label, fit, LINE_HEIGHT, visible, widthOf } from './text.js';
import { right, type Box, type Mark, type TextMark } from './marks.js';
import { LETTERS, placeToken, tokenBoxWidth, tokenSize, tokenTextWidth, LETTER_PITCH, MOST_TURNED, type Row } from './rows.js';
import { rowOf, type Lane } from './scene.js';
import { NUMBER_SIZE, strip } from './strips.js';
import type { Context } from './view.js';
import { say, signOf } from './words.js';

export interface PlacedColumn {
  column: Column;
  box: Box;
}

export interface System {
  context: Context;
  columns: PlacedColumn[];
  rows: Row[];
  pitch: number;
  stripWidth: number;
  /** names of the nodes that arrows may start and end at */
  nodes: Map<string, Box>;
  /** number of the system, for the names of lanes */
  index: number;
}

export const hiddenName = ({ layer, direction }: Lane, timeStep: number): string => `h.${layer}.${direction}.${timeStep}`;
export const cellName = ({ layer, direction }: Lane, timeStep: number): string => `c.${layer}.${direction}.${timeStep}`;
export const gatesName = ({ layer, direction }: Lane, timeStep: number): string => `gates.${layer}.${direction}.${timeStep}`;

export function placeColumns(columns: readonly Column[], left: number, pitch: number, top: number, height: number): PlacedColumn[] {
  let x = left;
  return columns.map((column) => {
    const width = pitch * spanOf(column);
    x += width;
    return { column, box: { x: x - width, y: top, width, height } };
  });
}

export const stripWidthOf = (pitch: number): number => Math.min(64, Math.floor(0.62 * pitch));

const tensorOf = (what: string, lane: Lane): Parameters<typeof strip>[0]['tensor'] => ({
  what,
  layer: lane.layer,
  direction: lane.direction,
});

/** The strips of a real time step. */
export function* stepStrips(system: System, { box }: PlacedColumn, timeStep: number, column: number): Generator<Mark> {
  const { context, rows, stripWidth, pitch, nodes, index } = system;
  const { scene, view } = context;
  const { ranges } = view;
  const left = Math.round(box.x + (box.width - stripWidth) / 2);
  for (const row of rows) {
    const { bands, lane } = row;
    if (!bands) continue;
    const place: Box = { x: left, y: row.y, width: stripWidth, height: row.height };
    const common = { timeStep, bands, box: place };
    const digits = view.numbers ? 2 : undefined;
    const laneAs = (name: string): { name: string; pitch: number; column: number } => ({ name: `${index}.${name}`, pitch, column });
    if (row.kind === 'x') {
      const values = rowOf(scene.embeddings!, timeStep);
      nodes.set(`x.${timeStep}`, place);
      if (values)
        yield strip({
          ...{ ...common, name: `x.${timeStep}`, tensor: { what: 'embeddings' }, row: values, scale: 'signed', limit: ranges.x.limit },
          ...{ digits, lane: laneAs('x') },
        });
      else yield missing(place);
    } else if (row.kind === 'gates') yield* gateStrips(system, row, place, timeStep, column);
    else {
      const hidden = row.kind !== 'cell';
      const values = rowOf(hidden ? lane!.hiddenStates : lane!.cellStates!, timeStep);
      const name = hidden ? hiddenName(lane!, timeStep) : cellName(lane!, timeStep);
      nodes.set(name, place);
      if (!values) yield missing(place);
      else
        yield strip({
          ...{ ...common, name, tensor: tensorOf(hidden ? 'hiddenStates' : 'cellStates', lane!), row: values, scale: 'signed' },
          limit: (hidden ? ranges.h : ranges.c).limit,
          digits: row.kind === 'thin' ? undefined : digits,
          lane: laneAs(`${row.kind}.${lane!.layer}.${lane!.direction}`),
        });
    }
  }
}

/** Numbers that the picture does not hold. */
const missing = (box: Box): Mark => ({ kind: 'shape', box, look: 'missing' });

function* gateStrips(system: System, row: Row, place: Box, timeStep: number, column: number): Generator<Mark> {
  const { context, pitch, nodes, index } = system;
  const { scene, view } = context;
  const lane = row.lane!;
  const letters = pitch >= LETTER_PITCH ? LETTERS : 0;
  nodes.set(gatesName(lane, timeStep), { ...place, height: place.height + letters });
  const width = place.width / lane.gates.length;
  for (const [i, { name, values }] of lane.gates.entries()) {
    const box = { ...place, x: place.x + i * width, width };
    const row_ = rowOf(values, timeStep);
    const signed = name === 'candidate';
    if (!row_) yield missing(box);
    else
      yield strip({
        ...{ name: `${name}.${lane.layer}.${lane.direction}.${timeStep}`, tensor: tensorOf(name, lane), timeStep, row: row_ },
        ...{ bands: row.bands!, box, scale: signed ? 'signed' : 'share', limit: signed ? view.ranges.h.limit : 1 },
        lane: { name: `${index}.${name}.${lane.layer}.${lane.direction}`, pitch, column },
      });
    if (letters > 0)
      yield label(signOf(name, scene.cell), box.x + width / 2, place.y + place.height + letters / 2 + 1, {
        ...{ size: NUMBER_SIZE, align: 'middle', look: 'soft' },
      });
  }
}

const ID_SIZE = 11.5;

/** Token, id and number of a real time step. */
export function* stepNames(system: System, { box }: PlacedColumn, timeStep: number): Generator<Mark> {
  const { context, rows, pitch, nodes } = system;
  const { scene, view } = context;
  const middle = box.x + box.width / 2;
  for (const row of rows) {
    const y = row.y + row.height / 2;
    if (row.kind === 'time') yield timeLabel(timeStep, middle, y, pitch, scene.mask.length);
    if (row.kind === 'id') {
      const id = scene.ids![timeStep]!;
      const unknown = id === 1;
      const top = row.y + 10;
      const text = idText(id, pitch);
      const half = Math.max(widthOf(text, ID_SIZE), 12) / 2 + 4;
      if (unknown) yield { kind: 'shape', box: { x: middle - half, y: top - 9, width: 2 * half, height: 18 }, look: 'frame', radius: 2 };
      yield label(text, middle, top, { size: ID_SIZE, align: 'middle', look: 'ink' });
      if (unknown) yield label(say('unknown', view.language), middle, row.y + 26, { size: NUMBER_SIZE, align: 'middle', look: 'soft' });
    }
    if (row.kind === 'token') {
      const width = tokenBoxWidth(pitch);
      const place = { x: middle - width / 2, y: row.y, width, height: row.height };
      nodes.set(`token.${timeStep}`, place);
      yield { kind: 'shape', box: place, look: 'token', radius: 5, name: `token.${timeStep}`, timeStep };
      yield* tokenText(scene.tokens[timeStep] ?? '', place, pitch, timeStep);
    }
  }
}

function idText(id: number, pitch: number): string {
  const text = String(id);
  if (widthOf(text, ID_SIZE) <= pitch - 8) return text;
  for (let cut = 1; cut < text.length; cut++) {
    const shown = `…${text.slice(cut)}`;
    if (widthOf(shown, ID_SIZE) <= pitch - 8) return shown;
  }
  return '…';
}

/** `t = 12`, or the number alone where columns are narrow. */
export function timeLabel(timeStep: number, x: number, y: number, pitch: number, timeSteps: number): TextMark {
  const room = widthOf(`t = ${timeSteps}`, ID_SIZE) <= pitch - 6;
  const text = `${room ? 't = ' : ''}${timeStep + 1}`;
  return label(text, x, y, { size: ID_SIZE, align: 'middle', look: 'soft' });
}

/** A token in its box: across, upright, or on its side. */
export function* tokenText(token: string, box: Box, pitch: number, timeStep?: number): Generator<TextMark> {
  const size = tokenSize(pitch);
  const { how, lines } = placeToken(token, tokenTextWidth(pitch), size);
  const middle = box.x + box.width / 2;
  const mark = (text: string, y: number, of: number): TextMark => ({
    ...label(text, middle, y, { size: of, align: 'middle', look: 'ink' }),
    ...{ foreign: true, ...(timeStep === undefined ? {} : { timeStep }) },
  });
  if (how === 'across') yield mark(lines[0]!, box.y + box.height / 2, size);
  else if (how === 'upright') {
    const [each, small] = [15, 14];
    const top = box.y + box.height / 2 - ((lines.length - 1) * each) / 2;
    for (const [i, one] of lines.entries()) {
      const text = mark(one, top + i * each, small);
      yield { ...text, box: { ...text.box, y: top + i * each - each / 2, height: each } };
    }
  } else {
    const small = 14;
    const text = fit(visible(lines[0]!), Math.min(box.height - 8, MOST_TURNED), small);
    const [long, short] = [widthOf(text, small), small * LINE_HEIGHT];
    yield {
      ...mark(text, 0, small),
      box: { x: middle - short / 2, y: box.y + box.height / 2 - long / 2, width: short, height: long },
      turned: true,
    };
  }
}

/** The right end of the columns. */
export const endOf = ({ columns }: System): number => right(columns.at(-1)!.box);
