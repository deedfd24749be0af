/**
 * The picture on a phone: time runs down, one block a step, units to the right, so that nothing scrolls sideways.
 * c and h are handed on along the right side, h into the next block's gates.
 */
import { answerPanel, keyPanel, legendPanel } from './answer.js';
import { columnsOf, FRAME, type Column } from './columns.js';
import { arrow, usedSteps } from './flow.js';
import { centreY, type Box, type Mark, type Picture, type Point } from './marks.js';
import { decoderPanel } from './decoder-panel.js';
import { blockOf, FLOW, isPadding, LEFT } from './narrow-block.js';
import { overviewOf } from './overview.js';
import { before } from './scene.js';
import { cellName, gatesName, hiddenName } from './system.js';
import { fit, label } from './text.js';
import type { Context } from './view.js';
import { say } from './words.js';

const BETWEEN = 14;
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
