/** One block of the picture on a phone: a real time step with its rows, or padding as a hatched line. */
import { attentionAt, chanceOf } from './answer-rows.js';
import type { Bands } from './bands.js';
import type { Column } from './columns.js';
import { centreY, right, type Box, type Mark, type TensorName } from './marks.js';
import { decimals, subscript } from './numbers.js';
import { laneName, placeToken } from './rows.js';
import { rowOf, type Lane, type Matrix, type Scene } from './scene.js';
import { strip } from './strips.js';
import { cellName, gatesName, hiddenName } from './system.js';
import { fit, label, widthOf } from './text.js';
import { lanesUpwards, type Context } from './view.js';
import { say, signOf } from './words.js';

export const LEFT = 24;
/** Room at the right for the arrows of one lane. */
export const FLOW = 30;
const HEAD = 28;
const ROW = 11;
const CHOSEN_ROW = 18;
const PADDING = 26;
/** Room for the letter of a gate. */
const SIGN = 12;

export const isPadding = (scene: Scene, column: Column): boolean => column.kind === 'run' || !scene.mask[column.timeStep];

interface Block {
  marks: Mark[];
  height: number;
}

/** One time step, or a run of padding, from `top`. */
export function blockOf(context: Context, column: Column, top: number, width: number, nodes: Map<string, Box>): Block {
  const { scene } = context;
  return isPadding(scene, column)
    ? paddingBlock(context, column, top)
    : stepBlock(context, (column as { timeStep: number }).timeStep, top, width, nodes);
}

/** One hatched line a padding step, or for a long run of them. */
function paddingBlock({ view, real }: Context, column: Column, top: number): Block {
  const { language } = view;
  const [from, to] = column.kind === 'run' ? [column.from, column.to] : [column.timeStep, column.timeStep + 1];
  const box: Box = { x: LEFT - 12, y: top, width: view.width - LEFT + 4, height: PADDING - 4 };
  const last = real.filter((t) => t < from).at(-1);
  const kept = last === undefined ? '' : language === 'en' ? `, h${subscript(last + 1)} kept` : `，保留 h${subscript(last + 1)}`;
  const name = to - from > 1 ? `t = ${from + 1} … ${to}` : `t = ${from + 1}`;
  const text = `‹pad› 0 · ${say('padding', language).replace(/^.*[:：]\s*/, '')}${kept}`;
  const y = centreY(box);
  const marks: Mark[] = [{ kind: 'shape', box, look: 'hatch', level: 'ground' }];
  for (const [one, x] of [
    [name, box.x + 6],
    [text, box.x + 24 + widthOf(`t = ${view.chosen + 1000} … 0000`, 11) * 0.8],
  ] as const) {
    const mark = label(fit(one, right(box) - x - 6, 11), x, y, { size: 11, look: 'ink' });
    marks.push({ kind: 'shape', box: { ...mark.box, x: mark.box.x - 3, width: mark.box.width + 6 }, look: 'page-plate', level: 'plate' });
    marks.push(mark);
  }
  return { marks, height: PADDING - 4 };
}

/** The rows of a real time step, from above: x, then of each lane gates, c and h; of layers that are not opened h alone. */
function stepBlock(context: Context, timeStep: number, top: number, width: number, nodes: Map<string, Box>): Block {
  const { scene, view, bands } = context;
  const marks: Mark[] = [...headLine(context, timeStep, top)];
  const opened = timeStep === view.chosen;
  const height = opened && bands.state.units.length <= 16 ? CHOSEN_ROW : ROW;
  let y = top + HEAD;
  const row = (sign: string, name: string, draw: (box: Box) => Iterable<Mark>): void => {
    const box = { x: LEFT, y, width, height };
    nodes.set(name, box);
    const isState = sign === 'h';
    if (sign !== '')
      marks.push(
        label(sign, LEFT - 6, y + height / 2, { size: 11, align: 'end', look: isState ? 'ink' : 'soft', font: isState ? 'bold' : 'plain' }),
      );
    marks.push(...draw(box));
    y += height + 3;
  };
  const digits = opened && view.numbers ? 2 : undefined;
  const vector = (sign: string, name: string, matrix: Matrix, { tensor, shown, limit }: Shown): void =>
    row(sign, name, (box) => {
      const values = rowOf(matrix, timeStep);
      const look = { scale: 'signed', axis: 'right', digits } as const;
      return [
        values
          ? strip({ name, tensor, timeStep, row: values, bands: shown, limit, box, ...look })
          : { kind: 'shape', box, look: 'missing' },
      ];
    });
  if (scene.embeddings)
    vector('x', `x.${timeStep}`, scene.embeddings, { tensor: { what: 'embeddings' }, shown: bands.x, limit: view.ranges.x.limit });
  for (const lane of lanesUpwards(scene)) {
    const full = lane.layer === view.layer;
    if (!full && scene.layers > 4 && lane.layer !== 1 && lane.layer !== scene.layers) continue;
    const of = (what: string, limit: number): Shown => ({
      tensor: { what, layer: lane.layer, direction: lane.direction },
      ...{ shown: bands.state, limit },
    });
    if (scene.lanes.length > 1) {
      marks.push(label(fit(laneName(context, lane), width, 11), LEFT, y + 7, { size: 11, look: 'soft' }));
      y += 17;
    }
    if (full && lane.gates.length > 0) row('', gatesName(lane, timeStep), (box) => gatesRow(context, lane, timeStep, box));
    if (full && lane.cellStates) vector('c', cellName(lane, timeStep), lane.cellStates, of('cellStates', view.ranges.c.limit));
    vector('h', hiddenName(lane, timeStep), lane.hiddenStates, of('hiddenStates', view.ranges.h.limit));
  }
  return { marks, height: y - top };
}

/** What a row shows, and on which scale. */
interface Shown {
  tensor: TensorName;
  shown: Bands;
  limit: number;
}

function* headLine(context: Context, timeStep: number, y: number): Generator<Mark> {
  const { scene, view } = context;
  const { width } = view;
  const middle = y + HEAD / 2 - 2;
  const more = saidOf(context, timeStep);
  // what is said of the token takes room from it
  const room = more === '' ? 180 : 120;
  const place = placeToken(scene.tokens[timeStep] ?? '', room, 18);
  const text = fit(place.how === 'upright' ? place.lines.join('') : place.lines[0]!, room, 18);
  const token = label(text, LEFT, middle, { size: 18, font: 'bold' });
  yield { ...token, foreign: true, timeStep };
  const id = scene.ids?.[timeStep];
  if (id !== undefined) {
    const mark = label(`id ${id}`, right(token.box) + 18, middle + 2, { size: 11.5, look: 'soft' });
    if (id === 1)
      yield {
        kind: 'shape',
        box: { x: mark.box.x - 4, y: mark.box.y - 2, width: mark.box.width + 8, height: mark.box.height + 4 },
        look: 'frame',
        radius: 2,
      };
    yield mark;
  }
  const time = label(`t = ${timeStep + 1}`, width - 8 - FLOW, middle + 2, { size: 11.5, align: 'end', look: 'soft' });
  yield time;
  const begin = right(token.box) + 18 + (id === undefined ? 0 : widthOf(`id ${id}`, 11.5) + 14);
  if (more !== '') yield label(fit(more, time.box.x - 12 - begin, 11.5), time.box.x - 10, middle + 2, { size: 11.5, align: 'end' });
}

/** What is said of the token in words, where wide pictures have a row for it: its tag, its weight, its gradient. */
function saidOf({ scene, view }: Context, timeStep: number): string {
  const tag = scene.tagging?.tags[timeStep];
  const chance = scene.tagging && chanceOf(scene.tagging, timeStep);
  const weight = attentionAt(scene, timeStep);
  const norm = scene.lanes.find(({ layer }) => layer === view.layer)?.gradients?.[timeStep];
  const parts = [
    ...(tag === null || tag === undefined ? [] : [`${tag}${chance === undefined ? '' : ` ${decimals(chance, 2)}`}`]),
    ...(weight === undefined ? [] : [`${say('attention', view.language)} ${decimals(weight, 2)}`]),
    ...(norm === undefined ? [] : [`‖∂‖ ${norm === 0 ? '0' : norm.toExponential(0).replace('-', '−').replace('+', '')}`]),
  ];
  return parts.join(' · ');
}

/** The gates side by side, each with its letter before it. */
function* gatesRow({ scene, view, bands }: Context, lane: Lane, timeStep: number, box: Box): Generator<Mark> {
  const each = box.width / lane.gates.length;
  for (const [i, { name, values }] of lane.gates.entries()) {
    const place = { ...box, x: box.x + i * each + (i === 0 ? 0 : SIGN), width: each - (i === 0 ? 0 : SIGN) - 2 };
    yield label(signOf(name, scene.cell), place.x - (i === 0 ? 6 : 3), centreY(box), { size: 11, align: 'end', look: 'soft' });
    const row = rowOf(values, timeStep);
    const signed = name === 'candidate';
    const tensor = { what: name, layer: lane.layer, direction: lane.direction };
    if (!row) yield { kind: 'shape', box: place, look: 'missing' };
    else
      yield strip({
        ...{ name: `${name}.${lane.layer}.${lane.direction}.${timeStep}`, tensor, timeStep, row, bands: bands.gate, box: place },
        ...{ scale: signed ? 'signed' : 'share', limit: signed ? view.ranges.h.limit : 1, axis: 'right' },
      });
  }
}
