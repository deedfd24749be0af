/**
 * The cell opened at one time step: every node is its vector. LSTM, GRU and simple RNN have their own circuits; the strips, the line
 * that the state travels on, and the bus that x and h enter by are the same.
 */
import { resetOf } from './arithmetic.js';
import { mostChanged } from './describe.js';
import { arrow } from './flow.js';
import { bottom, centreX, centreY, right, type ArrowMark, type Box, type Mark, type Picture, type Point } from './marks.js';
import { subscript } from './numbers.js';
import type { Scale } from './palette.js';
import { before, rowOf, type Lane, type Matrix } from './scene.js';
import { strip } from './strips.js';
import { fit, label, visible } from './text.js';
import type { Context } from './view.js';

const STRIP = 54;
const CELL = 18;
/** Units that are shown at once. */
const MOST_UNITS = 16;
const TITLES = 34;
/** The width that the circuits are laid out for; less moves their columns together. */
const FULL = 1240;
/** Where the cell begins; what enters it stands left of that, always at the same places. */
const INSIDE = 206;
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

interface Sheet {
  context: Context;
  lane: Lane;
  timeStep: number;
  previous: number | undefined;
  units: readonly number[];
  marks: Mark[];
  nodes: Map<string, Box>;
  /** x of a place of the full layout, in this width */
  x: (place: number) => number;
  top: number;
  low: number;
  height: number;
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
  const sheet: Sheet = {
    ...{ context, lane, timeStep, units, previous: before(scene, timeStep, lane.direction) },
    ...{ marks: [], nodes: new Map(), height, top: 10 + TITLES, low: 10 + TITLES + height + 30 + TITLES },
    x: (place) => (place <= INSIDE ? place : INSIDE + (place - INSIDE) * squeeze),
  };
  ({ lstm: lstmSheet, gru: gruSheet, rnn: rnnSheet })[scene.cell](sheet);
  if (unit !== undefined && units.includes(unit)) sheet.marks.push(...unitFrames(sheet, unit));
  const lowest = Math.max(...sheet.marks.map(({ box }) => bottom(box)));
  return { width: view.width, height: Math.ceil(lowest + 10), marks: sheet.marks, columns: [], units };
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
function vector(
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

function operation({ marks, nodes }: Sheet, name: string, text: string, x: number, y: number): Box {
  const width = text.length > 1 ? 48 : 24;
  const box = { x: x - width / 2, y: y - 12, width, height: 24 };
  nodes.set(name, box);
  marks.push({ kind: 'shape', box, look: 'operation', radius: 12, name });
  marks.push(label(text, x, y, { size: text.length > 1 ? 12 : 15, font: 'bold', align: 'middle' }));
  return box;
}

const link = ({ marks }: Sheet, role: ArrowMark['role'], from: string, to: string, points: readonly Point[], head = true): void => {
  marks.push(arrow(role, from, to, points, undefined, head));
};

/** The panel that stands for the cell, behind everything in it. */
function frame({ marks, x, low, height, top }: Sheet, from: number, to: number): void {
  const box = { x: x(from), y: top - TITLES - 6, width: x(to) - x(from), height: low + height + 52 - top + TITLES };
  marks.unshift({ kind: 'shape', box, look: 'inside', radius: 8, level: 'ground' });
}

const words = ({ context }: Sheet, en: string, zh: string): string => (context.view.language === 'en' ? en : zh);
const fromStep = (sheet: Sheet): string =>
  sheet.previous === undefined
    ? words(sheet, 'zeros', '全 0')
    : words(sheet, `from t = ${sheet.previous + 1}`, `来自 t = ${sheet.previous + 1}`);
const nextStep = (sheet: Sheet): number | undefined =>
  before(sheet.context.scene, sheet.timeStep, sheet.lane.direction === 'forward' ? 'backward' : 'forward');

/** x (or the h below, in a higher layer) and h of the step before, at the left; and the bus that leads them to the gates. */
function inputs(sheet: Sheet, targets: readonly string[], hidden: 'low' | 'top' | 'none'): void {
  const { context, lane, timeStep, previous, low, nodes, marks, units } = sheet;
  const { scene, view } = context;
  const [now, then] = [subscript(timeStep + 1), subscript(previous === undefined ? 0 : previous + 1)];
  const names: string[] = [];
  if (hidden === 'low') {
    vector(sheet, 'h.before', lane.hiddenStates, previous, { x: 40, y: low }, [`h${then}`, fromStep(sheet)], {
      ...{ room: 78, limit: view.ranges.h.limit, what: 'hiddenStates' },
    });
    names.push('h.before');
  }
  const token = visible(scene.tokens[timeStep] ?? '');
  if (lane.layer === 1 && scene.embeddings) {
    const size = scene.embeddings.columns;
    const shown = Array.from({ length: Math.min(size, Math.max(units.length, 8), MOST_UNITS) }, (_, i) => i);
    const title = size > shown.length ? words(sheet, `${shown.length} of ${size}`, `前 ${shown.length}／${size}`) : token;
    vector(sheet, 'x', scene.embeddings, timeStep, { x: 122, y: low }, [`x${now}`, title], {
      ...{ room: 78, limit: view.ranges.x.limit, what: 'embeddings', units: shown },
    });
    names.push('x');
  } else {
    const below = scene.lanes.find(({ layer }) => layer === lane.layer - 1);
    if (below) {
      vector(
        sheet,
        'x',
        below.hiddenStates,
        timeStep,
        { x: 122, y: low },
        [`h${now}`, words(sheet, `of layer ${below.layer}`, `第 ${below.layer} 层的`)],
        {
          ...{ room: 78, limit: view.ranges.h.limit, what: 'hiddenStates' },
        },
      );
      names.push('x');
    }
  }
  const floor = Math.max(low + 72, ...[...names, ...targets].map((name) => bottom(nodes.get(name)!))) + 26;
  // in a GRU the old state stands on top and enters the bus from there; its candidate gets it by way of r
  if (hidden === 'top') names.unshift('h.before');
  for (const target of targets)
    for (const name of names) {
      if (hidden === 'top' && name === 'h.before' && target === 'candidate') continue;
      const [a, b] = [nodes.get(name)!, nodes.get(target)!];
      link(sheet, 'within', name, target, [
        [centreX(a), bottom(a)],
        [centreX(a), floor],
        [centreX(b), floor],
        [centreX(b), bottom(b)],
      ]);
    }
  const sum = hidden === 'none' ? 'x·W + b' : 'x·W + b + h·U + b′';
  const text =
    hidden === 'none'
      ? words(sheet, `${sum}, all ${scene.units} units at once`, `${sum}，${scene.units} 个单元一起算`)
      : words(sheet, `${sum} for each gate, all ${scene.units} units at once`, `每个门：${sum}，${scene.units} 个单元一起算`);
  marks.push(label(text, INSIDE + 14, floor + 11, { size: 11.5, look: 'soft' }));
}

/** Strip and arrow of a gate. */
function gate(sheet: Sheet, name: string, sign: string, about: string, x: number): Box {
  const { lane, timeStep, low, context } = sheet;
  const { values } = lane.gates.find((one) => one.name === name)!;
  const signed = name === 'candidate';
  return vector(sheet, name, values, timeStep, { x, y: low }, [sign, about], {
    ...{ scale: signed ? 'signed' : 'share', limit: signed ? context.view.ranges.h.limit : 1, what: name },
  });
}

function lstmSheet(sheet: Sheet): void {
  const { context, lane, timeStep, previous, top, low, height, x, nodes } = sheet;
  const { ranges } = context.view;
  const [now, then] = [subscript(timeStep + 1), subscript(previous === undefined ? 0 : previous + 1)];
  frame(sheet, INSIDE, 1130);
  const c = { limit: ranges.c.limit, what: 'cellStates' };
  vector(sheet, 'c.before', lane.cellStates, previous, { x: 40, y: top }, [`c${then}`, fromStep(sheet)], c);
  const state = vector(sheet, 'c', lane.cellStates, timeStep, { x: 596, y: top }, [`c${now}`, `= f × c${then} + i × c\u0303`], c);
  gate(sheet, 'forgetGate', 'f', words(sheet, 'σ forget', 'σ 遗忘门'), 262);
  const i = gate(sheet, 'inputGate', 'i', words(sheet, 'σ input', 'σ 输入门'), 408);
  const g = gate(sheet, 'candidate', 'c\u0303', words(sheet, 'tanh candidate', 'tanh 候选值'), 536);
  const o = gate(sheet, 'outputGate', 'o', words(sheet, 'σ output', 'σ 输出门'), 700);
  const h = vector(sheet, 'h', lane.hiddenStates, timeStep, { x: 908, y: low }, [`h${now}`, `= o × tanh c${now}`], {
    ...{ limit: ranges.h.limit, what: 'hiddenStates' },
  });
  const line = top + height / 2;
  const middle = low + height / 2;
  const f = nodes.get('forgetGate')!;
  const forget = operation(sheet, 'forget', '×', centreX(f), line);
  const between = (right(i) + g.x) / 2;
  const write = operation(sheet, 'write', '×', between, middle);
  const sum = operation(sheet, 'sum', '+', between, line);
  const squash = operation(sheet, 'tanh', 'tanh', x(846), line + Math.min(70, height / 2 + 12));
  const show = operation(sheet, 'show', '×', x(846), middle);
  const along = (from: Box, to: Box, name: [string, string]): void =>
    link(sheet, 'cell', name[0], name[1], [
      [right(from), line],
      [to.x, line],
    ]);
  along(nodes.get('c.before')!, forget, ['c.before', 'forget']);
  along(forget, sum, ['forget', 'sum']);
  along(sum, state, ['sum', 'c']);
  const straight = (from: string, to: string, points: readonly Point[]): void => link(sheet, 'within', from, to, points);
  straight('forgetGate', 'forget', [
    [centreX(f), f.y - TITLES],
    [centreX(f), bottom(forget)],
  ]);
  straight('inputGate', 'write', [
    [right(i), middle],
    [write.x, middle],
  ]);
  straight('candidate', 'write', [
    [g.x, middle],
    [right(write), middle],
  ]);
  straight('write', 'sum', [
    [between, write.y],
    [between, bottom(sum)],
  ]);
  straight('c', 'tanh', [
    [centreX(squash), line],
    [centreX(squash), squash.y],
  ]);
  straight('tanh', 'show', [
    [centreX(squash), bottom(squash)],
    [centreX(squash), show.y],
  ]);
  straight('outputGate', 'show', [
    [right(o), middle],
    [show.x, middle],
  ]);
  straight('show', 'h', [
    [right(show), middle],
    [h.x, middle],
  ]);
  leave(sheet, 'cell', 'c', state, line, `c${now}`);
  leave(sheet, 'hidden', 'h', h, middle, `h${now}`);
  upward(sheet, h);
  inputs(sheet, ['forgetGate', 'inputGate', 'candidate', 'outputGate'], 'low');
  whole(sheet, lane.cellStates!, state);
}

/** The state on its way to the next time step, or to nowhere at the last one. */
function leave(sheet: Sheet, role: 'hidden' | 'cell', from: string, box: Box, y: number, sign: string): void {
  const next = nextStep(sheet);
  const end = sheet.x(1220);
  const name = `${from}.next`;
  sheet.nodes.set(name, { x: end, y: y - 4, width: 8, height: 8 });
  sheet.marks.push({ kind: 'shape', box: { x: end, y: y - 4, width: 8, height: 8 }, look: 'none', name });
  link(sheet, role, from, name, [
    [right(box), y],
    [end, y],
  ]);
  const text =
    next === undefined
      ? words(sheet, `${sign}, the last`, `${sign}，最后一步`)
      : words(sheet, `${sign} to t = ${next + 1}`, `${sign} 传给 t = ${next + 1}`);
  sheet.marks.push(label(text, end, y - 12, { size: 11.5, align: 'end', look: 'soft' }));
}

/** h also goes up: to the next layer, or to the output. */
function upward(sheet: Sheet, box: Box): void {
  const { context, lane } = sheet;
  const { scene } = context;
  // with less there is no room for its words beside those of h
  if (box.height < 3 * CELL) return;
  const isTop = lane.layer === scene.layers;
  const x = right(box) + 40;
  const y = centreY(box);
  const name = 'above';
  const end = { x: x - 4, y: box.y - 4, width: 8, height: 8 };
  sheet.nodes.set(name, end);
  sheet.marks.push({ kind: 'shape', box: end, look: 'none', name });
  link(sheet, 'within', 'h', name, [
    [x, y],
    [x, bottom(end)],
  ]);
  const text = isTop
    ? words(sheet, 'to the output row', '到输出')
    : words(sheet, `to layer ${lane.layer + 1}`, `到第 ${lane.layer + 1} 层`);
  sheet.marks.push(label(text, x + 8, box.y + 10, { size: 11.5, look: 'soft' }));
}

/** Of many units: the whole vector as a thin strip, with ticks where the shown ones are. */
function whole(sheet: Sheet, matrix: Matrix, beside: Box): void {
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

function gruSheet(sheet: Sheet): void {
  const { context, lane, timeStep, previous, top, low, height, x, nodes } = sheet;
  const { ranges } = context.view;
  const [now, then] = [subscript(timeStep + 1), subscript(previous === undefined ? 0 : previous + 1)];
  frame(sheet, INSIDE, 1060);
  const limits = { limit: ranges.h.limit, what: 'hiddenStates' };
  vector(sheet, 'h.before', lane.hiddenStates, previous, { x: 40, y: top }, [`h${then}`, fromStep(sheet)], limits);
  const state = vector(sheet, 'h', lane.hiddenStates, timeStep, { x: 860, y: top }, [`h${now}`, `= (1 − z) × h\u0303 + z × h${then}`], {
    ...limits,
    room: 220,
  });
  const r = gate(sheet, 'resetGate', 'r', words(sheet, 'σ reset', 'σ 重置门'), 268);
  const g = gate(sheet, 'candidate', 'h\u0303', words(sheet, 'tanh candidate', 'tanh 候选值'), 424);
  const z = gate(sheet, 'updateGate', 'z', words(sheet, 'σ update: keeps', 'σ 更新门：保留'), 640);
  const line = top + height / 2;
  const middle = low + height / 2;
  const reset = operation(sheet, 'reset', '×', (right(r) + g.x) / 2, middle);
  const keep = operation(sheet, 'keep', '×', centreX(z), line);
  const write = operation(sheet, 'write', '×', (right(g) + x(640)) / 2 - 22, middle);
  const rest = operation(sheet, 'rest', '1−z', (right(write) + z.x) / 2 + 6, middle + 40);
  const sum = operation(sheet, 'sum', '+', x(790), line);
  const along = (from: Box, to: Box, names: [string, string]): void =>
    link(sheet, 'hidden', names[0], names[1], [
      [right(from), line],
      [to.x, line],
    ]);
  along(nodes.get('h.before')!, keep, ['h.before', 'keep']);
  along(keep, sum, ['keep', 'sum']);
  along(sum, state, ['sum', 'h']);
  const straight = (from: string, to: string, points: readonly Point[]): void => link(sheet, 'within', from, to, points);
  straight('resetGate', 'reset', [
    [right(r), middle],
    [reset.x, middle],
  ]);
  straight('reset', 'candidate', [
    [right(reset), middle],
    [g.x, middle],
  ]);
  straight('h.before', 'reset', [
    [centreX(reset), line],
    [centreX(reset), reset.y],
  ]);
  straight('candidate', 'write', [
    [right(g), middle],
    [write.x, middle],
  ]);
  straight('updateGate', 'rest', [
    [z.x, middle + 40],
    [right(rest), middle + 40],
  ]);
  straight('rest', 'write', [
    [rest.x, middle + 40],
    [centreX(write), middle + 40],
    [centreX(write), bottom(write)],
  ]);
  straight('write', 'sum', [
    [centreX(write), write.y],
    [centreX(write), line + 40],
    [centreX(sum), line + 40],
    [centreX(sum), bottom(sum)],
  ]);
  straight('updateGate', 'keep', [
    [centreX(z), z.y - TITLES],
    [centreX(z), bottom(keep)],
  ]);
  const how = resetOf(context.scene, lane, timeStep);
  const text = { before: '(r × h)·U', after: 'r × (h·U + b′)' }[how ?? 'after'];
  if (how) sheet.marks.push(label(text, centreX(reset), middle + 24, { size: 11, align: 'middle', look: 'soft' }));
  leave(sheet, 'hidden', 'h', state, line, `h${now}`);
  inputs(sheet, ['resetGate', 'candidate', 'updateGate'], 'top');
  whole(sheet, lane.hiddenStates, state);
}

function rnnSheet(sheet: Sheet): void {
  const { context, lane, timeStep, previous, top, low, height, x, nodes } = sheet;
  const { ranges } = context.view;
  const [now, then] = [subscript(timeStep + 1), subscript(previous === undefined ? 0 : previous + 1)];
  frame(sheet, INSIDE, 1060);
  const limits = { limit: ranges.h.limit, what: 'hiddenStates' };
  vector(sheet, 'h.before', lane.hiddenStates, previous, { x: 40, y: top }, [`h${then}`, fromStep(sheet)], limits);
  const sums = lane.sums?.[0];
  const line = top + height / 2;
  const middle = low + height / 2;
  const sum = operation(sheet, 'sum', '+', x(560), line);
  const squash = operation(sheet, 'tanh', 'tanh', x(680), line);
  const state = vector(sheet, 'h', lane.hiddenStates, timeStep, { x: 800, y: top }, [`h${now}`, `= tanh(x·W + b + h·U + b′)`], {
    ...limits,
    room: 220,
  });
  const biggest = sums ? Math.max(...rowOf(sums.input, timeStep)!.map(Math.abs), ...rowOf(sums.recurrent, timeStep)!.map(Math.abs)) : 1;
  if (sums) {
    const fromHidden = vector(
      sheet,
      'recurrent',
      sums.recurrent,
      timeStep,
      { x: 300, y: top },
      ['h·U + b′', words(sheet, 'what h brings', 'h 带来的')],
      {
        ...{ limit: biggest, what: 'recurrent' },
      },
    );
    link(sheet, 'hidden', 'h.before', 'recurrent', [
      [right(nodes.get('h.before')!), line],
      [fromHidden.x, line],
    ]);
    link(sheet, 'hidden', 'recurrent', 'sum', [
      [right(fromHidden), line],
      [sum.x, line],
    ]);
    vector(sheet, 'input', sums.input, timeStep, { x: 533, y: low }, ['x·W + b', words(sheet, 'what x brings', 'x 带来的')], {
      ...{ limit: biggest, what: 'input' },
    });
    const input = nodes.get('input')!;
    link(sheet, 'within', 'input', 'sum', [
      [centreX(input), input.y - TITLES],
      [centreX(input), bottom(sum)],
    ]);
    inputs(sheet, ['input'], 'none');
  } else {
    link(sheet, 'hidden', 'h.before', 'sum', [
      [right(nodes.get('h.before')!), line],
      [sum.x, line],
    ]);
    sheet.marks.push(label('× U + b′', x(330), line - 14, { size: 12.5, align: 'middle', look: 'soft' }));
    inputs(sheet, ['sum'], 'none');
    sheet.marks.push(label('× W + b', centreX(sum) + 8, middle, { size: 12.5, look: 'soft' }));
  }
  link(sheet, 'hidden', 'sum', 'tanh', [
    [right(sum), line],
    [squash.x, line],
  ]);
  link(sheet, 'hidden', 'tanh', 'h', [
    [right(squash), line],
    [state.x, line],
  ]);
  leave(sheet, 'hidden', 'h', state, line, `h${now}`);
  whole(sheet, lane.hiddenStates, state);
}
