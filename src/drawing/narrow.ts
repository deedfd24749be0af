/**
 * The picture on a phone: time runs down, one block a step, units to the right, so that nothing scrolls sideways.
 * c and h are handed on along the right side, h into the next block's gates.
 */
import { attentionAt, chanceOf } from './answer-rows.js';
import { answerPanel, keyPanel, legendPanel } from './answer.js';
import type { Bands } from './bands.js';
import { columnsOf, FRAME, type Column } from './columns.js';
import { arrow, usedSteps } from './flow.js';
import { centreY, right, type Box, type Mark, type Picture, type Point } from './marks.js';
import { decimals, subscript } from './numbers.js';
import { decoderPanel } from './decoder-panel.js';
import { overviewOf } from './overview.js';
import { laneName, placeToken } from './rows.js';
import { before, rowOf, type Lane, type Scene } from './scene.js';
import { strip } from './strips.js';
import { cellName, gatesName, hiddenName } from './system.js';
import { fit, label, widthOf } from './text.js';
import { lanesUpwards, type Context } from './view.js';
import { say, signOf } from './words.js';

const LEFT = 24;
/** Room at the right for the arrows of one lane. */
const FLOW = 30;
const HEAD = 28;
const ROW = 11;
const CHOSEN_ROW = 18;
const BETWEEN = 14;
const PADDING = 26;
/** More steps than this are an overview and a frame. */
const MOST_STEPS = 24;

export function narrowPicture(context: Context): Picture & { nodes: ReadonlyMap<string, Box> } {
  const { view, scene, real } = context;
  const picture = { width: view.width, height: 0, marks: [] as Mark[], columns: [] as Picture['columns'] };
  const nodes = new Map<string, Box>();
  const width = view.width - LEFT - 8 - FLOW;
  const all = columnsOf(scene.mask);
  const long = !view.allSteps && all.length > MOST_STEPS && scene.lanes.length > 0;
  let overview: Picture['overview'];
  let y = 8;
  let columns = all;
  if (long) {
    const last = (real.at(-1) ?? 0) + 1;
    const page = Math.floor(view.chosen / FRAME) * FRAME;
    const from = view.chosen >= last ? page : Math.max(Math.min(page, last - FRAME), 0);
    const to = Math.min(from + FRAME, scene.mask.length);
    columns = columnsOf(scene.mask, from, to);
    // the names of the overview stand above it here
    const made = overviewOf(context, LEFT, view.width - LEFT - 8, y + 22, [from, to], 'above');
    picture.marks.push(...made.marks);
    overview = made.overview;
    y += made.height + 34;
  }
  for (const column of columns) {
    const block = blockOf(context, column, y, width, nodes);
    picture.marks.push(...block.marks);
    if (column.kind === 'step')
      picture.columns.push({
        timeStep: column.timeStep,
        real: scene.mask[column.timeStep]!,
        box: { x: 1, y: y - 5, width: view.width - 2, height: block.height + 8 },
      });
    y += block.height + (isPadding(scene, column) ? 4 : BETWEEN);
  }
  picture.marks.push(...along(context, columns, nodes, LEFT + width));
  y += 26;
  if (scene.decoder) {
    const decoder = decoderPanel(context, { x: LEFT - 12, y, width: view.width - 24 }, nodes);
    picture.marks.push(...decoder.marks);
    y += decoder.height + 24;
  }
  let output: Box | undefined;
  for (const panel of [answerPanel, legendPanel, keyPanel]) {
    const { marks, height, ...rest } = panel(context, LEFT - 12, y, Math.min(view.width - 24, 420));
    if (height === 0) continue;
    picture.marks.push(...marks);
    if ('outputBox' in rest) output = rest.outputBox as Box | undefined;
    y += height + 24;
  }
  if (output) {
    nodes.set('output', output);
    picture.marks.push(...lastWords(context, output));
  }
  picture.height = Math.ceil(y);
  return { ...picture, overview, nodes };
}

const isPadding = (scene: Scene, column: Column): boolean => column.kind === 'run' || !scene.mask[column.timeStep];

/** Where the output is from, in words: the arrow would cross everything. */
function* lastWords(context: Context, output: Box): Generator<Mark> {
  const used = usedSteps({ context });
  const { language } = context.view;
  const how = context.scene.taken?.how;
  const steps = [...new Set(used.map(({ timeStep }) => timeStep))];
  const text =
    how === 'mean' || how === 'max' || how === 'attention'
      ? say(how === 'attention' ? 'attentionOver' : how, language)
      : steps
          .map((timeStep) => `${say(timeStep === context.real.at(-1) ? 'lastReal' : 'firstReal', language)}, t = ${timeStep + 1}`)
          .join(language === 'en' ? ' and ' : '、');
  if (text !== '') yield label(fit(text, context.view.width - 24, 11.5), output.x, output.y - 30, { size: 11.5, look: 'soft' });
}

interface Block {
  marks: Mark[];
  height: number;
}

function blockOf(context: Context, column: Column, top: number, width: number, nodes: Map<string, Box>): Block {
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

function stepBlock(context: Context, timeStep: number, top: number, width: number, nodes: Map<string, Box>): Block {
  const { scene, view, bands } = context;
  const marks: Mark[] = [];
  const opened = timeStep === view.chosen;
  const height = opened && bands.state.units.length <= 16 ? CHOSEN_ROW : ROW;
  let y = top;
  marks.push(...headLine(context, timeStep, y));
  y += HEAD;
  const row = (sign: string, bold: boolean, strips: (box: Box) => Mark[], name: string): void => {
    const box = { x: LEFT, y, width, height };
    nodes.set(name, box);
    if (sign !== '')
      marks.push(
        label(sign, LEFT - 6, y + height / 2, { size: 11, align: 'end', look: bold ? 'ink' : 'soft', font: bold ? 'bold' : 'plain' }),
      );
    marks.push(...strips(box));
    y += height + 3;
  };
  const digits = opened && view.numbers ? 2 : undefined;
  const whole = (
    values: Float32Array | undefined,
    tensor: Parameters<typeof strip>[0]['tensor'],
    name: string,
    shown: Bands,
    limit: number,
  ): ((box: Box) => Mark[]) => {
    return (box) =>
      values
        ? [strip({ name, tensor, timeStep, row: values, bands: shown, scale: 'signed', limit, box, axis: 'right', digits })]
        : [{ kind: 'shape', box, look: 'missing' }];
  };
  if (scene.embeddings) {
    const name = `x.${timeStep}`;
    row('x', false, whole(rowOf(scene.embeddings, timeStep), { what: 'embeddings' }, name, bands.x, view.ranges.x.limit), name);
  }
  const several = scene.lanes.length > 1;
  for (const lane of lanesUpwards(scene)) {
    const full = lane.layer === view.layer;
    if (!full && scene.layers > 4 && lane.layer !== 1 && lane.layer !== scene.layers) continue;
    const tensor = (what: string): { what: string; layer: number; direction: 'forward' | 'backward' } => ({
      what,
      layer: lane.layer,
      direction: lane.direction,
    });
    if (several) {
      marks.push(label(fit(laneName(context, lane), width, 11), LEFT, y + 7, { size: 11, look: 'soft' }));
      y += 17;
    }
    if (full && lane.gates.length > 0) row('', false, (box) => gatesRow(context, lane, timeStep, box, marks), gatesName(lane, timeStep));
    if (full && lane.cellStates)
      row(
        'c',
        false,
        whole(rowOf(lane.cellStates, timeStep), tensor('cellStates'), cellName(lane, timeStep), bands.state, view.ranges.c.limit),
        cellName(lane, timeStep),
      );
    row(
      'h',
      true,
      whole(rowOf(lane.hiddenStates, timeStep), tensor('hiddenStates'), hiddenName(lane, timeStep), bands.state, view.ranges.h.limit),
      hiddenName(lane, timeStep),
    );
  }
  return { marks, height: y - top };
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

const SIGN = 12;

/** The gates side by side, each with its letter before it. */
function gatesRow({ scene, view, bands }: Context, lane: Lane, timeStep: number, box: Box, marks: Mark[]): Mark[] {
  const each = box.width / lane.gates.length;
  return lane.gates.map(({ name, values }, i): Mark => {
    const place = { ...box, x: box.x + i * each + (i === 0 ? 0 : SIGN), width: each - (i === 0 ? 0 : SIGN) - 2 };
    marks.push(label(signOf(name, scene.cell), place.x - (i === 0 ? 6 : 3), centreY(box), { size: 11, align: 'end', look: 'soft' }));
    const row = rowOf(values, timeStep);
    if (!row) return { kind: 'shape', box: place, look: 'missing' };
    const signed = name === 'candidate';
    return strip({
      ...{
        name: `${name}.${lane.layer}.${lane.direction}.${timeStep}`,
        tensor: { what: name, layer: lane.layer, direction: lane.direction },
        timeStep,
        row,
      },
      ...{ bands: bands.gate, box: place, scale: signed ? 'signed' : 'share', limit: signed ? view.ranges.h.limit : 1, axis: 'right' },
    });
  });
}

/** h and c of the opened layer down the right side, from each block to the next real one. */
function* along({ scene, view }: Context, columns: readonly Column[], nodes: ReadonlyMap<string, Box>, edge: number): Generator<Mark> {
  const shown = new Set(columns.flatMap((column) => (column.kind === 'step' && scene.mask[column.timeStep] ? [column.timeStep] : [])));
  const lanes = scene.lanes.filter(({ layer }) => layer === view.layer);
  for (const lane of lanes)
    for (const timeStep of shown) {
      const previous = before(scene, timeStep, lane.direction);
      if (previous === undefined || !shown.has(previous)) continue;
      // two directions share the side: the backward one's lines run a little further in
      const shift = lanes.length > 1 && lane.direction === 'backward' ? 4 : 0;
      const gates = nodes.has(gatesName(lane, timeStep)) ? gatesName(lane, timeStep) : hiddenName(lane, timeStep);
      const to = (x: number, from: Box, box: Box, inset: number): Point[] => [
        [edge, centreY(from)],
        [x, centreY(from)],
        [x, centreY(box) + inset],
        [edge, centreY(box) + inset],
      ];
      const [h, g] = [nodes.get(hiddenName(lane, previous)), nodes.get(gates)];
      if (h && g) yield arrow('hidden', hiddenName(lane, previous), gates, to(edge + 24 - shift, h, g, 0));
      const [c, next] = [nodes.get(cellName(lane, previous)), nodes.get(cellName(lane, timeStep))];
      if (c && next) yield arrow('cell', cellName(lane, previous), cellName(lane, timeStep), to(edge + 13 - shift, c, next, 0));
    }
}
