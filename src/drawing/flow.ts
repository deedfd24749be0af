/** The arrows: within a time step upwards, from step to step along the reading, and from the used steps to the output. */
import { attentionName, chancesName, tagName } from './answer-rows.js';
import { around, bottom, centreX, centreY, right, type ArrowMark, type Box, type Mark, type Point } from './marks.js';
import { skippedLayers } from './rows.js';
import { before, type Lane } from './scene.js';
import { cellName, endOf, gatesName, hiddenName, type System } from './system.js';
import { label, widthOf } from './text.js';
import { lanesUpwards, type Context } from './view.js';
import { say } from './words.js';

const WIDTH = { within: 1.5, hidden: 2.5, cell: 4, output: 1.5, loop: 1.5, looked: 1.5 } as const;
/** How far left of a strip the line runs that passes other rows by. */
const BESIDE = 4;
/** Where an arrow turns, before and after a node. */
const TURN = 9;
/** Length of the arrows that come from, and go to, another system. */
const EDGE = 44;

export function arrow(
  role: ArrowMark['role'],
  from: string,
  to: string,
  points: readonly Point[],
  width: number = WIDTH[role],
  head = true,
): ArrowMark {
  return { kind: 'arrow', box: around(points, width / 2 + 3), role, points, from, to, width, head };
}

/** The arrows of one real time step: from its token up through every row. */
export function* withinStep(system: System, timeStep: number): Generator<Mark> {
  const { context, nodes } = system;
  const { scene } = context;
  const up = (from: string, to: string): ArrowMark[] => {
    const [a, b] = [nodes.get(from), nodes.get(to)];
    return a && b
      ? [
          arrow('within', from, to, [
            [centreX(a), a.y],
            [centreX(a), bottom(b)],
          ]),
        ]
      : [];
  };
  let sources = scene.embeddings ? [`x.${timeStep}`] : [`token.${timeStep}`];
  if (scene.embeddings) yield* up(`token.${timeStep}`, `x.${timeStep}`);
  const skipped = skippedLayers(context);
  const lanes = lanesUpwards(scene);
  for (let layer = lanes[0]?.layer ?? 1; layer <= scene.layers; layer++) {
    if (skipped && layer === skipped[0]) {
      yield* between(system, sources, ['skipped']);
      sources = ['skipped'];
    }
    if (skipped && layer >= skipped[0] && layer <= skipped[1]) continue;
    const own = lanes.filter((lane) => lane.layer === layer);
    const entries = own.map((lane) => entryOf(system, lane, timeStep));
    yield* between(system, sources, entries);
    for (const lane of own) {
      const [gates, cell, hidden] = [gatesName(lane, timeStep), cellName(lane, timeStep), hiddenName(lane, timeStep)];
      if (nodes.has(cell)) {
        yield* up(gates, cell);
        yield* up(cell, hidden);
      } else yield* up(gates, hidden);
    }
    sources = own.map((lane) => hiddenName(lane, timeStep));
  }
  for (const above of [attentionName(timeStep), chancesName(timeStep), tagName(timeStep)])
    if (nodes.has(above)) {
      yield* between(system, sources, [above]);
      sources = [above];
    }

  /** Arrows from every source to every target; those that pass a row by run beside the column. */
  function* between(system: System, from: readonly string[], to: readonly string[]): Generator<Mark> {
    for (const source of from)
      for (const target of to) {
        const [a, b] = [system.nodes.get(source), system.nodes.get(target)];
        if (!a || !b) continue;
        const column = centreX(source === 'skipped' ? system.nodes.get(to[0]!)! : a);
        const x = source === 'skipped' ? centreX(b) : column;
        const isDirect = source === from.at(-1) && target === to[0];
        const beside = Math.min(b.x, source === 'skipped' ? b.x : a.x) - BESIDE;
        const points: Point[] = isDirect
          ? [
              [x, a.y],
              [x, bottom(b)],
            ]
          : [
              [x, a.y],
              [x, a.y - TURN],
              [beside, a.y - TURN],
              [beside, bottom(b) + TURN],
              [x, bottom(b) + TURN],
              [x, bottom(b)],
            ];
        yield arrow('within', source, target, points);
      }
  }
}

/** What of a lane the input and the state of the step before go into: the gates, or the state itself. */
function entryOf({ nodes }: System, lane: Lane, timeStep: number): string {
  const gates = gatesName(lane, timeStep);
  return nodes.has(gates) ? gates : hiddenName(lane, timeStep);
}

/** A zero, or a neighbouring system, that states come from or go to. */
function* edge(name: string, box: Box, text: string | undefined, textX: number): Generator<Mark> {
  yield { kind: 'shape', box, look: 'none', name };
  if (text !== undefined) yield label(text, textX, box.y - 3, { size: 11, align: 'middle', look: 'soft' });
}

/** What is handed from time step to time step, of every lane. */
export function* alongTime(system: System): Generator<Mark> {
  const { context, columns, nodes } = system;
  const { scene } = context;
  const shown = new Set(columns.flatMap(({ column }) => (column.kind === 'step' && scene.mask[column.timeStep] ? [column.timeStep] : [])));
  for (const lane of lanesUpwards(scene)) {
    const steps = lane.direction === 'forward' ? [...shown] : [...shown].reverse();
    for (const timeStep of steps) {
      if (!nodes.has(hiddenName(lane, timeStep))) continue;
      const previous = before(scene, timeStep, lane.direction);
      const inside = previous !== undefined && shown.has(previous);
      for (const role of ['hidden', 'cell'] as const) {
        const nameOf = role === 'hidden' ? hiddenName : cellName;
        const target = role === 'hidden' ? entryOf(system, lane, timeStep) : cellName(lane, timeStep);
        if (!nodes.has(target)) continue;
        if (inside) yield handedOn(system, lane, role, nameOf(lane, previous), target);
        else yield* comesIn(system, lane, role, target, timeStep, previous);
      }
    }
    yield* goesOut(system, lane, steps.at(-1), shown);
  }
}

/** From the state of one step to the gates (or the cell state) of the next: sideways, down the gap, sideways. */
function handedOn({ nodes, pitch, stripWidth }: System, { direction }: Lane, role: 'hidden' | 'cell', from: string, to: string): ArrowMark {
  const [a, b] = [nodes.get(from)!, nodes.get(to)!];
  const forward = direction === 'forward';
  const [start, end] = forward ? [right(a), b.x] : [a.x, right(b)];
  const level = role === 'cell' ? centreY(b) : entryY(b, to);
  if (role === 'cell' || to.startsWith('h.'))
    return arrow(role, from, to, [
      [start, centreY(a)],
      [end, centreY(a)],
    ]);
  const gap = start + ((forward ? 1 : -1) * (pitch - stripWidth)) / 2;
  return arrow(role, from, to, [
    [start, centreY(a)],
    [gap, centreY(a)],
    [gap, level],
    [end, level],
  ]);
}

/** The height at which h enters: the middle of the gates without their letters. */
function entryY(box: Box, name: string): number {
  return name.startsWith('gates.') ? box.y + Math.min(box.height, 64) / 2 - (box.height > 64 ? 0 : 4) : centreY(box);
}

function* comesIn(
  system: System,
  { layer, direction }: Lane,
  role: 'hidden' | 'cell',
  to: string,
  timeStep: number,
  previous: number | undefined,
): Generator<Mark> {
  const { nodes, pitch, stripWidth } = system;
  const b = nodes.get(to)!;
  const forward = direction === 'forward';
  const y = role === 'cell' ? centreY(b) : entryY(b, to);
  const sign = forward ? -1 : 1;
  const column = (forward ? b.x : right(b)) + (sign * (pitch - stripWidth)) / 2;
  const end = forward ? b.x : right(b);
  const name = `${previous === undefined ? 'zero' : 'edge'}.${role}.${layer}.${direction}.${timeStep}`;
  if (previous === undefined) {
    const x = column + sign * 11;
    const box = { x: x - 6, y: y - 8, width: 12, height: 16 };
    yield { kind: 'shape', box, look: 'ground-plate', name };
    yield label('0', x, y, { size: 12, align: 'middle', font: 'bold', look: role === 'cell' ? 'cell-text' : 'hidden-text' });
    nodes.set(name, box);
    yield arrow(role, name, to, [
      [x - sign * 6, y],
      [end, y],
    ]);
    return;
  }
  const box = { x: Math.min(column, column + sign * EDGE), y: y - 5, width: EDGE, height: 10 };
  nodes.set(name, box);
  yield* edge(name, box, forward ? `t = ${previous + 1} →` : `← t = ${previous + 1}`, column + (sign * EDGE) / 2 + sign * 2);
  yield arrow(role, name, to, [
    [column + sign * EDGE, y],
    [end, y],
  ]);
}

/** The state of the last step read in this system, on its way to the next system. */
function* goesOut(system: System, lane: Lane, timeStep: number | undefined, shown: ReadonlySet<number>): Generator<Mark> {
  const { nodes, context, pitch, stripWidth } = system;
  if (timeStep === undefined) return;
  const forward = lane.direction === 'forward';
  const next = before(context.scene, timeStep, forward ? 'backward' : 'forward');
  if (next === undefined || shown.has(next)) return;
  for (const role of ['hidden', 'cell'] as const) {
    const from = role === 'hidden' ? hiddenName(lane, timeStep) : cellName(lane, timeStep);
    const a = nodes.get(from);
    if (!a) continue;
    const sign = forward ? 1 : -1;
    const start = forward ? right(a) : a.x;
    const column = start + (sign * (pitch - stripWidth)) / 2;
    const y = centreY(a);
    const name = `edge.${role}.${lane.layer}.${lane.direction}.${timeStep}.out`;
    const box = { x: Math.min(column, column + sign * EDGE), y: y - 5, width: EDGE, height: 10 };
    nodes.set(name, box);
    yield* edge(name, box, forward ? `→ t = ${next + 1}` : `t = ${next + 1} ←`, column + (sign * EDGE) / 2 + sign * 2);
    yield arrow(role, from, name, [
      [start, y],
      [column + sign * EDGE, y],
    ]);
  }
}

/** An arrow of less would be a hair. */
const LEAST_WEIGHT = 0.005;

/** A time step that feeds the output, and how strongly. */
export interface Used {
  lane: Lane;
  timeStep: number;
  /** 0 … 1 */
  weight: number;
  /** the node that the arrow begins at, where it is not the hidden state */
  from?: string;
}

const ENDS: NonNullable<Context['scene']['taken']> = { how: 'last', timeSteps: [] };

/** From which lane and time step the output was taken, or where the encoder ended. */
export function usedSteps({ context }: Pick<System, 'context'>): Used[] {
  const { scene, real } = context;
  // a decoder begins with what the encoder ended with
  const taken = scene.decoder ? ENDS : scene.output && scene.taken;
  const { output } = scene;
  const top = scene.lanes.filter(({ layer }) => layer === scene.layers);
  if (!taken || real.length === 0 || top.length === 0) return [];
  if (taken.how === 'last' || taken.how === 'first')
    return top.map((lane) => ({
      lane,
      timeStep: (lane.direction === 'forward') === (taken.how === 'last') ? real.at(-1)! : real[0]!,
      weight: 1,
    }));
  if (taken.weights)
    return taken.timeSteps.map((timeStep, i) => ({
      lane: top.at(-1)!,
      timeStep,
      weight: taken.weights![i]!,
      from: attentionName(timeStep),
    }));
  return top.flatMap((lane, d) =>
    taken.timeSteps.map((timeStep) => ({
      lane,
      timeStep,
      weight: taken.how === 'max' ? shareOf(timeStep, d) : 1 / taken.timeSteps.length,
    })),
  );

  /** The share of units whose largest value is that of this time step. */
  function shareOf(timeStep: number, d: number): number {
    const { data, columns, from } = top[d]!.hiddenStates;
    let share = 0;
    for (let unit = 0; unit < columns; unit++) {
      const winner = taken!.timeSteps.find((t) => Math.abs(data[(t - from) * columns + unit]! - output![d * columns + unit]!) < 1e-6);
      if (winner === timeStep) share += 1 / columns;
    }
    return share;
  }
}

/** Where the arrows of the output lane lead: the output, or the beginning of a decoder. */
export interface Target {
  name: string;
  box: Box;
  /** where it stands beneath the system: how far above it the arrow turns */
  above: number | undefined;
}

/** Arrows from the used steps of this system along the output lane to the output, or to the end of the system. */
export function* toOutput(system: System, output: Target | undefined): Generator<Mark> {
  const { nodes, rows, context } = system;
  const row = rows.find(({ kind }) => kind === 'output');
  if (!row) return;
  const drawn = usedSteps(system).filter(({ lane, timeStep }) => nodes.has(hiddenName(lane, timeStep)));
  const own = new Set(system.columns.flatMap(({ column }) => (column.kind === 'step' ? [column.timeStep] : [])));
  const used = drawn.filter(({ timeStep }) => own.has(timeStep));
  const earlier = drawn.filter(({ timeStep }) => !own.has(timeStep));
  const breadthOf = (weight: number): number => (drawn.length <= 2 ? 2 : Math.min(Math.max(0.75, 8 * weight), 6));
  const y = row.y + 22;
  // past the zero that a backward reading begins with
  const end = endOf(system) + (context.scene.directions.includes('backward') ? 24 : 18);
  const isTop = (lane: Lane): boolean => lanesUpwards(context.scene).at(-1) === lane;
  const edgeName = `output.edge.${system.index}`;
  if (!output && drawn.length > 0) nodes.set(edgeName, { x: end - 4, y: y - 5, width: 8, height: 10 });
  const finish: Point[] = !output
    ? [[end, y]]
    : output.above !== undefined
      ? [
          [end, y],
          [end, output.box.y - output.above],
          [centreX(output.box), output.box.y - output.above],
          [centreX(output.box), output.box.y],
        ]
      : [
          [centreX(output.box), y],
          [centreX(output.box), output.box.y],
        ];
  const to = output?.name ?? edgeName;
  if (earlier.length > 0) {
    // what comes from the systems above enters at the left, as states do
    const name = `output.in.${system.index}`;
    const box = { x: system.columns[0]!.box.x - EDGE, y: y - 5, width: 8, height: 10 };
    nodes.set(name, box);
    yield { kind: 'shape', box, look: 'none', name };
    yield arrow('output', name, to, [[box.x, y], ...finish], 2);
  }
  for (const { lane, timeStep, weight, from = hiddenName(lane, timeStep) } of used) {
    if (weight < LEAST_WEIGHT && drawn.length > 2) continue;
    const box = nodes.get(from)!;
    const x = centreX(box);
    const beside = box.x - 2 * BESIDE;
    const start: Point[] =
      isTop(lane) || from === attentionName(timeStep)
        ? [
            [x, box.y],
            [x, y],
          ]
        : [
            [x, box.y],
            [x, box.y - TURN],
            [beside, box.y - TURN],
            [beside, y],
          ];
    yield arrow('output', from, to, [...start, ...finish], breadthOf(weight));
  }
  yield* outputLabels(system, drawn, y);
}

function* outputLabels({ context, nodes }: System, used: readonly Used[], y: number): Generator<Mark> {
  const { scene, view } = context;
  const how = scene.taken?.how;
  if (used.length === 0) return;
  const options = { size: 11.5, font: 'bold', look: 'ink' } as const;
  if (how === 'mean' || how === 'max' || how === 'attention') {
    const first = nodes.get(hiddenName(used[0]!.lane, used[0]!.timeStep))!;
    yield label(say(how === 'attention' ? 'attentionOver' : how, view.language), first.x, y - 11, options);
    return;
  }
  const steps = [...new Set(used.map(({ timeStep }) => timeStep))].sort((a, b) => b - a);
  let taken = Infinity;
  for (const timeStep of steps) {
    const isLast = timeStep === context.real.at(-1);
    const box = nodes.get(hiddenName(used.find((one) => one.timeStep === timeStep)!.lane, timeStep))!;
    const text = `${say(isLast ? 'lastReal' : 'firstReal', view.language)}, t = ${timeStep + 1}`;
    // beside the column that may be marked, on the side where no line runs
    const beside = isLast && steps.length === 1 && widthOf(text, options.size, options.font) < box.x - 24;
    // of two labels the left one makes room for the right one
    const width = widthOf(text, options.size, options.font);
    const x = beside ? box.x - 22 : Math.max(Math.min(box.x, taken - 10 - width, context.view.width - width - 4), 0);
    yield label(text, x, y - (beside ? 0 : 11), { ...options, align: beside ? 'end' : 'start' });
    taken = x;
  }
}
