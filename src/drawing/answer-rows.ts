/** Rows above the hidden states: what attention gives each time step, how probable each tag is, and the tags of the answer. */
import { bottom, centreX, centreY, right, type Box, type Mark, type TextMark } from './marks.js';
import { decimals } from './numbers.js';
import type { Row } from './rows.js';
import { rowOf, type Tagging } from './scene.js';
import { strip } from './strips.js';
import type { PlacedColumn, System } from './system.js';
import { fit, label, widthOf } from './text.js';
import type { Context } from './view.js';

export const ATTENTION_HEIGHT = 18;
export const TAG_HEIGHT = 24;
/** Under a tag: how probable it is. */
export const TAG_CHANCE = 14;
const CHANCE_CELL = 15;
/** Tags that are shown at most: those that are ever the most probable. */
const MOST_TAGS = 12;
/** The least pitch at which the score of a move stands between two tags. */
const MOVE_PITCH = 84;
const CHANCE_PITCH = 36;

export const attentionName = (timeStep: number): string => `attention.${timeStep}`;
export const chancesName = (timeStep: number): string => `chances.${timeStep}`;
export const tagName = (timeStep: number): string => `tag.${timeStep}`;

/** The tags whose probabilities are shown, by their number, in their own order. */
function shownTags({ chances, tags }: Tagging): number[] {
  if (!chances) return [];
  const { names, values } = chances;
  const most = names.map((name, tag) => {
    let largest = tags.includes(name) ? 2 : 0;
    for (let at = tag; at < values.data.length; at += names.length) largest = Math.max(largest, values.data[at]!);
    return largest;
  });
  const best = names.map((_, tag) => tag).sort((a, b) => most[b]! - most[a]! || a - b);
  return best.slice(0, MOST_TAGS).sort((a, b) => a - b);
}

export const chancesHeight = (tagging: Tagging): number => CHANCE_CELL * shownTags(tagging).length;

/** The weight of a time step in the attention, 0 … 1. */
export function attentionAt({ taken }: Context['scene'], timeStep: number): number | undefined {
  const at = taken?.weights ? taken.timeSteps.indexOf(timeStep) : -1;
  return at < 0 ? undefined : taken!.weights![at];
}

/** The cells of one real time step. */
export function* answerCells(system: System, { box }: PlacedColumn, timeStep: number): Generator<Mark> {
  const { context, rows, nodes, stripWidth } = system;
  const { scene, view } = context;
  const place = (row: Row): Box => ({
    x: Math.round(box.x + (box.width - stripWidth) / 2),
    y: row.y,
    width: stripWidth,
    height: row.height,
  });
  const digits = view.numbers ? 2 : undefined;
  for (const row of rows) {
    if (row.kind === 'attention') {
      const weight = attentionAt(scene, timeStep);
      if (weight === undefined) continue;
      nodes.set(attentionName(timeStep), place(row));
      yield strip({
        ...{
          name: attentionName(timeStep),
          tensor: { what: 'attention' },
          timeStep,
          row: Float32Array.of(weight),
          scale: 'share',
          limit: 1,
        },
        ...{ bands: ONE, box: place(row), digits },
      });
    }
    const chances = scene.tagging?.chances;
    const values = row.kind === 'chances' && chances ? rowOf(chances.values, timeStep) : undefined;
    if (!values) continue;
    nodes.set(chancesName(timeStep), place(row));
    yield strip({
      ...{ name: chancesName(timeStep), tensor: { what: 'tagChances' }, timeStep, row: values, scale: 'share', limit: 1 },
      ...{ bands: { units: shownTags(scene.tagging!).map((tag) => [tag]), size: 1, cellHeight: CHANCE_CELL }, box: place(row), digits },
    });
  }
}

const ONE = { units: [[0]], size: 1, cellHeight: ATTENTION_HEIGHT } as const;

/** The path through the probabilities: a line from the tag of each time step to that of the next, with the score of the move. */
export function* tagPath(system: System): Generator<Mark> {
  const { context, columns, nodes, pitch } = system;
  const { tagging } = context.scene;
  if (!tagging?.chances) return;
  const shown = shownTags(tagging);
  const cellOf = (timeStep: number): Box | undefined => {
    const [box, name] = [nodes.get(chancesName(timeStep)), tagging.tags[timeStep]];
    const at = shown.indexOf(tagging.chances!.names.indexOf(name ?? ''));
    return box && at >= 0 ? { ...box, y: box.y + at * CHANCE_CELL, height: CHANCE_CELL } : undefined;
  };
  let before: { cell: Box; timeStep: number } | undefined;
  for (const { column } of columns) {
    const cell = column.kind === 'step' ? cellOf(column.timeStep) : undefined;
    if (!cell || column.kind !== 'step') continue;
    yield {
      kind: 'shape',
      box: { x: cell.x - 1, y: cell.y, width: cell.width + 2, height: cell.height },
      look: 'pinned',
      level: 'plate',
      radius: 2,
    };
    if (before) {
      const [from, to] = [before.cell, cell];
      const points = [[right(from), centreY(from)] as const, [to.x, centreY(to)] as const];
      yield {
        kind: 'shape',
        box: {
          x: right(from),
          y: Math.min(from.y, to.y),
          width: to.x - right(from),
          height: bottom(to.y > from.y ? to : from) - Math.min(from.y, to.y),
        },
        look: 'a output',
        path: points,
      };
      const score = tagging.moves?.[before.timeStep];
      if (score !== null && score !== undefined && pitch >= MOVE_PITCH) {
        const text = `${score >= 0 ? '+' : ''}${decimals(score, 1)}`;
        const y = (centreY(from) + centreY(to)) / 2;
        const middle = (right(from) + to.x) / 2;
        // above the line, the further the steeper it is
        const slope = Math.abs(centreY(to) - centreY(from)) / (to.x - right(from));
        yield label(text, middle, y - 9 - slope * (widthOf(text, 10.5) / 2), { size: 10.5, align: 'middle', look: 'soft' });
      }
    }
    before = { cell, timeStep: column.timeStep };
  }
}

/** The tags of the answer: boxes, one box for a whole span; beneath them how probable each is. */
export function* tagBoxes(system: System): Generator<Mark> {
  const { context, columns, rows, nodes, pitch } = system;
  const { scene } = context;
  const row = rows.find(({ kind }) => kind === 'tag');
  const { tagging } = scene;
  if (!row || !tagging) return;
  const placed = new Map(columns.flatMap(({ column, box }) => (column.kind === 'step' ? [[column.timeStep, box] as const] : [])));
  const inSpan = new Set<number>();
  for (const { start, end } of tagging.spans) {
    const own = Array.from({ length: end - start }, (_, i) => start + i).filter((t) => placed.has(t) && scene.mask[t]);
    for (const t of own) inSpan.add(t);
    if (own.length === 0) continue;
    const [first, last] = [placed.get(own[0]!)!, placed.get(own.at(-1)!)!];
    const box = { x: first.x + 3, y: row.y, width: right(last) - first.x - 6, height: TAG_HEIGHT };
    yield { kind: 'shape', box, look: 'span', radius: 5 };
  }
  for (const [timeStep, column] of placed) {
    const tag = tagging.tags[timeStep];
    if (tag === null || tag === undefined || !scene.mask[timeStep]) continue;
    const box = { x: column.x + 3, y: row.y, width: column.width - 6, height: TAG_HEIGHT };
    nodes.set(tagName(timeStep), { ...box, height: row.height });
    const size = widthOf(tag, 12.5, 'bold') <= column.width - 8 ? 12.5 : 10.5;
    const text = fit(tag, column.width - 4, size, inSpan.has(timeStep) ? 'bold' : 'plain');
    const strong = inSpan.has(timeStep);
    yield {
      ...label(text, centreX(box), centreY(box), { size, align: 'middle', font: strong ? 'bold' : 'plain', look: strong ? 'ink' : 'soft' }),
      ...{ foreign: true, timeStep, tensor: { what: 'tags' } },
    };
    const chance = chanceOf(tagging, timeStep);
    if (chance !== undefined && pitch >= CHANCE_PITCH)
      yield {
        ...label(decimals(chance, 2), centreX(box), row.y + TAG_HEIGHT + TAG_CHANCE / 2, {
          size: 10.5,
          align: 'middle',
          look: 'soft',
          font: 'mono',
        }),
        ...{ value: chance, tensor: { what: 'tagChances' }, timeStep },
      };
  }
}

/** How probable the tag of the answer is. */
export function chanceOf({ chances, tags }: Tagging, timeStep: number): number | undefined {
  const at = chances?.names.indexOf(tags[timeStep] ?? '');
  return at === undefined || at < 0 ? undefined : rowOf(chances!.values, timeStep)?.[at];
}

/** What stands left of the probabilities: the names of the tags, and above them what they are. */
export function* tagNames({ scene, view }: Context, row: Row, x: number, width: number): Generator<TextMark> {
  const { names } = scene.tagging!.chances!;
  const title = view.language === 'en' ? 'p(tag)' : '标签概率';
  yield label(fit(title, width, 12.5, 'bold'), x, row.y - 11, { size: 12.5, font: 'bold', align: 'end' });
  for (const [i, tag] of shownTags(scene.tagging!).entries())
    yield label(fit(names[tag]!, width, 11), x, row.y + (i + 0.5) * CHANCE_CELL, { size: 11, align: 'end', look: 'soft' });
}
