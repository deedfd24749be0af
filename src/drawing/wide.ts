/**
 * The picture with time to the right: overview where the sentence is long, one or more systems, the answer beside or beneath.
 * Nothing is measured; all places follow from the scene and the view.
 */
import { answerCells, tagBoxes, tagPath } from './answer-rows.js';
import { gradientBars } from './gradient-row.js';
import { answerPanel, keyPanel, legendPanel } from './answer.js';
import { breadthOf, planOf, type Column, type Plan } from './columns.js';
import { besidePlan, BEGIN as DECODER_BEGIN, decoderBreadth, decoderColumns, looked } from './decoder-columns.js';
import { alongTime, toOutput, usedSteps, withinStep, type Target } from './flow.js';
import { bottom, type Box, type Mark, type Picture } from './marks.js';
import { decoderPanel } from './decoder-panel.js';
import { overviewOf } from './overview.js';
import { padding, paddingGround } from './padding.js';
import { columnTop, rowLabels, rowsOf, skippedLayers } from './rows.js';
import { placeColumns, stepNames, stepStrips, stripWidthOf, type System } from './system.js';
import { label } from './text.js';
import type { Context } from './view.js';

/** Right end of the row labels, and their width. */
const LABELS = { end: 108, width: 106 };
/** Where columns begin: behind a zero, or behind an arrow that comes from another system. */
const BEGIN = { zero: 136, edge: 170 };
const END = { zero: 28, edge: 66 };
const ANSWER = 248;
/** The least width at which the answer stands beside the picture. */
const BESIDE = 1100;
const BETWEEN_SYSTEMS = 30;

interface Layout {
  context: Context;
  plan: Plan;
  /** the answer stands beside the picture, not beneath it */
  beside: boolean;
  /** where columns begin, and where the last of them ends, of the decoder too */
  left: number;
  end: number;
}

/** A decoder beside its encoder where it fits, the answer beside both where that fits too. */
function layoutOf(context: Context): Layout {
  const { view, scene } = context;
  const whole = view.width - BEGIN.zero - END.zero;
  const left = BEGIN.zero;
  const endOf = ({ systems, pitch }: Plan): number => left + breadthOf(systems[0]!) * pitch;
  for (const beside of view.width >= BESIDE ? [true, false] : [false]) {
    const plan = besidePlan(context, beside ? whole - ANSWER : whole);
    if (plan) {
      const end = endOf(plan) + decoderBreadth(scene.decoder!, plan.pitch);
      return { context: { ...context, decoderBeside: true }, plan, beside, left, end };
    }
  }
  const first = planOf(context, whole - ANSWER);
  if (view.width >= BESIDE && first.systems.length === 1 && !first.overview)
    return { context, plan: first, beside: true, left, end: endOf(first) };
  const one = planOf(context, whole);
  if (one.systems.length === 1 && !one.overview) return { context, plan: one, beside: false, left, end: endOf(one) };
  const plan = planOf(context, view.width - BEGIN.edge - END.edge);
  return { context, plan, beside: false, left: BEGIN.edge, end: view.width - END.edge };
}

export function widePicture(given: Context): Picture & { nodes: ReadonlyMap<string, Box> } {
  const { context, plan, beside, left, end: breadth } = layoutOf(given);
  const { view, scene } = context;
  const hasAnswer = scene.output !== undefined || scene.logits !== undefined || scene.prediction !== undefined;
  // its frame is drawn to both sides of its edge; few columns leave room: the answer stands near what it comes from
  const answerX = Math.min(view.width - ANSWER - 2, Math.max(breadth + 48, scene.decoder ? 840 : 620));
  const picture = { width: view.width, height: 0, marks: [] as Mark[], columns: [] as Picture['columns'] };
  const nodes = new Map<string, Box>();
  const breaks: number[] = [];
  let y = 8;
  let overview: Picture['overview'];
  if (plan.overview) {
    const shown = stepsShown(plan);
    const made = overviewOf(context, left, view.width - left - 24, y, shown);
    picture.marks.push(...made.marks);
    overview = made.overview;
    y += made.height + 16;
    breaks.push(y - 8);
  }
  const systems = plan.systems.map((columns, index) => {
    const system = systemOf(context, columns, left, plan.pitch, y, index, nodes);
    y = bottom(system.columns[0]!.box) + BETWEEN_SYSTEMS;
    if (index < plan.systems.length - 1) breaks.push(y - BETWEEN_SYSTEMS / 2);
    return system;
  });
  let end = y - BETWEEN_SYSTEMS;
  let said: Picture['said'];
  if (scene.decoder) {
    const place = { x: 24, y: end + 24, width: (beside ? answerX : view.width) - 48 };
    const decoder = decoderPanel(context, place, nodes, context.decoderBeside ? sourceOf(systems[0]!) : undefined);
    picture.marks.push(...decoder.marks);
    if (context.decoderBeside) {
      const columns = decoderColumns(systems[0]!, beside ? answerX : view.width);
      picture.marks.push(...columns.marks);
      said = columns.said;
    }
    breaks.push(end + 12, ...decoder.breaks);
    end += decoder.height + 24;
  }
  if (!beside) breaks.push(end + 13);
  const top = systems[0]!.rows[0]!.y;
  const output = beside
    ? besideAnswer(context, answerX, top + 44, picture.marks)
    : beneathAnswer(context, 24, end + (hasAnswer ? 44 : 26), view.width - 48, picture.marks);
  if (output.box) nodes.set('output', output.box);
  for (const system of systems) {
    const isLast = system === systems.at(-1);
    const target = isLast ? targetOf(output.box, beside, nodes, context.decoderBeside === true) : undefined;
    picture.marks.push(...marksOf(system, target));
    for (const { column, box } of system.columns)
      if (column.kind === 'step') picture.columns.push({ timeStep: column.timeStep, real: scene.mask[column.timeStep]!, box });
  }
  if (context.decoderBeside) picture.marks.push(...looked(context, nodes));
  picture.height = Math.ceil(Math.max(end, output.bottom) + 10);
  return { ...picture, breaks, overview, said, nodes };
}

/** The columns of the source's tokens, which stand together. */
function sourceOf({ columns, context, pitch }: System): { left: number; pitch: number } {
  const first = columns.find(({ column }) => column.kind === 'step' && column.timeStep === context.real[0])!;
  return { left: first.box.x, pitch };
}

/** The first and last time step of the plan, [from, to). */
function stepsShown({ systems }: Plan): [number, number] {
  const steps = systems
    .flat()
    .map((column) => (column.kind === 'step' ? [column.timeStep, column.timeStep + 1] : [column.from, column.to]));
  return [steps[0]![0]!, steps.at(-1)![1]!];
}

function systemOf(
  context: Context,
  columns: readonly Column[],
  left: number,
  pitch: number,
  y: number,
  index: number,
  nodes: Map<string, Box>,
): System {
  const last = columns.at(-1)!;
  // from the first used time step on, through every system to the last
  const withOutput = usedSteps({ context }).some(({ timeStep }) => timeStep <= (last.kind === 'step' ? last.timeStep : last.to));
  const { rows, bottom: end } = rowsOf(context, pitch, y, withOutput);
  // a marked column begins above the strips: the words of the output lane stand clear of it
  const first = columnTop(rows);
  const placed = placeColumns(columns, left, pitch, first, end - first + 4);
  return { context, columns: placed, rows, pitch, stripWidth: stripWidthOf(pitch), nodes, index };
}

/** How far above the output vector the arrow to it passes over the panels, when they stand beneath; and above a decoder. */
const ABOVE = { answer: 36, decoder: 12 };

function targetOf(output: Box | undefined, beside: boolean, nodes: ReadonlyMap<string, Box>, decoderBeside: boolean): Target | undefined {
  if (output) return { name: 'output', box: output, above: beside ? undefined : ABOVE.answer };
  const begin = nodes.get(DECODER_BEGIN);
  return begin && { name: DECODER_BEGIN, box: begin, above: decoderBeside ? undefined : ABOVE.decoder };
}

function* marksOf(system: System, output: Target | undefined): Generator<Mark> {
  const { context, columns, rows } = system;
  const { scene } = context;
  yield* paddingGround(system);
  for (const row of rows) yield* rowLabels(context, row, LABELS.end, LABELS.width);
  yield* skippedMarks(system);
  let at = 0;
  for (const placed of columns) {
    const { column } = placed;
    if (column.kind === 'step' && scene.mask[column.timeStep]) {
      yield* stepNames(system, placed, column.timeStep);
      yield* stepStrips(system, placed, column.timeStep, at);
      yield* answerCells(system, placed, column.timeStep);
    }
    at += column.kind === 'step' ? 1 : 2;
  }
  yield* tagBoxes(system);
  for (const row of rows) if (row.kind === 'gradient') yield* gradientBars(system, row);
  for (const { column } of columns) if (column.kind === 'step' && scene.mask[column.timeStep]) yield* withinStep(system, column.timeStep);
  yield* alongTime(system);
  yield* tagPath(system);
  yield* padding(system);
  yield* toOutput(system, output);
}

/** The line that stands for the layers in the middle of a deep network. */
function* skippedMarks({ context, rows, columns, nodes }: System): Generator<Mark> {
  const row = rows.find(({ kind }) => kind === 'skipped');
  const skipped = skippedLayers(context);
  if (!row || !skipped) return;
  const real = columns.filter(({ column }) => column.kind === 'step' && context.scene.mask[column.timeStep]);
  if (real.length === 0) return;
  const x = real[0]!.box.x;
  const box = { x, y: row.y, width: real.at(-1)!.box.x + real.at(-1)!.box.width - x, height: row.height };
  nodes.set('skipped', box);
  yield { kind: 'shape', box, look: 'frame', radius: 4, name: 'skipped' };
  const [from, to] = skipped;
  const text = context.view.language === 'en' ? `layers ${from} to ${to}` : `第 ${from} 至 ${to} 层`;
  yield label(text, LABELS.end, row.y + row.height / 2, { size: 12.5, font: 'bold', align: 'end' });
}

interface PlacedAnswer {
  box?: Box | undefined;
  bottom: number;
}

function besideAnswer(context: Context, x: number, y: number, marks: Mark[]): PlacedAnswer {
  let at = y;
  const answer = answerPanel(context, x, at, ANSWER);
  marks.push(...answer.marks);
  at += answer.height > 0 ? answer.height + 26 : 0;
  for (const panel of [legendPanel, keyPanel]) {
    const { marks: made, height } = panel(context, x, at, ANSWER);
    marks.push(...made);
    at += height + 8;
  }
  return { box: answer.outputBox, bottom: at };
}

/** Answer, legends and key side by side, as many as fit. */
function beneathAnswer(context: Context, left: number, top: number, width: number, marks: Mark[]): PlacedAnswer {
  const gap = 40;
  const across = Math.max(Math.min(Math.floor((width + gap) / (ANSWER + gap)), 3), 1);
  const bottoms = Array<number>(across).fill(top);
  let box: Box | undefined;
  let next = 0;
  for (const panel of [answerPanel, legendPanel, keyPanel]) {
    const column = next % across;
    const { marks: made, height, ...rest } = panel(context, left + column * (ANSWER + gap), bottoms[column]!, ANSWER);
    if (height === 0) continue;
    marks.push(...made);
    if ('outputBox' in rest) box = rest.outputBox as Box | undefined;
    bottoms[column] = bottoms[column]! + height + 16;
    next++;
  }
  return { box, bottom: Math.max(...bottoms) };
}
