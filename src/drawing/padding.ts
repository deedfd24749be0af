/** Padding as what it is: hatched columns, dashed boxes, and one plate that says that nothing was computed there. */
import { bottom, centreX, centreY, right, type Box, type Mark } from './marks.js';
import { subscript } from './numbers.js';
import { columnTop, tokenBoxWidth } from './rows.js';
import { cellName, hiddenName, timeLabel, type PlacedColumn, type System } from './system.js';
import type { Scene } from './scene.js';
import { fit, label, LINE_HEIGHT, widthOf, wrap } from './text.js';
import { say, type Language } from './words.js';

const PADDING_TOKEN = '‹pad›';
const NOTE = 11.5;

/** Neighbouring padding columns. */
interface Run {
  columns: PlacedColumn[];
  box: Box;
}

function runsOf({ columns, context, rows }: System): Run[] {
  const top = columnTop(rows);
  const runs: Run[] = [];
  let open = false;
  for (const placed of columns) {
    const { column, box } = placed;
    const masked = column.kind === 'run' || !context.scene.mask[column.timeStep];
    if (masked && open) {
      const run = runs.at(-1)!;
      run.columns.push(placed);
      run.box.width = right(box) - run.box.x;
    } else if (masked) runs.push({ columns: [placed], box: { ...box, y: top, height: bottom(box) - top } });
    open = masked;
  }
  return runs;
}

/** The hatching, which lies behind everything. */
export function* paddingGround(system: System): Generator<Mark> {
  for (const { box } of runsOf(system)) yield { kind: 'shape', box, look: 'hatch', level: 'ground' };
}

export function* padding(system: System): Generator<Mark> {
  for (const run of runsOf(system)) {
    for (const placed of run.columns) yield* columnMarks(system, placed);
    yield* handedThrough(system, run);
    yield* plate(system, run);
  }
}

function* columnMarks({ rows, context, pitch }: System, { column, box }: PlacedColumn): Generator<Mark> {
  const { language } = context.view;
  const middle = centreX(box);
  const many = column.kind === 'run' ? column.to - column.from : 1;
  for (const row of rows) {
    const y = row.y + row.height / 2;
    if (row.kind === 'token') {
      const width = column.kind === 'run' ? box.width - 8 : tokenBoxWidth(pitch);
      const place = { x: middle - width / 2, y: row.y, width, height: row.height };
      const text = many > 1 ? `${PADDING_TOKEN} × ${many}` : PADDING_TOKEN;
      yield { kind: 'shape', box: place, look: 'dashed', radius: 5, level: 'plate' };
      // in the narrowest columns the dashed box says it
      const small = widthOf(text, NOTE) <= width - 2 ? NOTE : 10.5;
      if (widthOf(text, small) <= width - 2) yield label(text, middle, y, { size: small, align: 'middle', look: 'soft' });
      else if (widthOf(PADDING_TOKEN, small) <= width - 2)
        yield label(PADDING_TOKEN, middle, y, { size: small, align: 'middle', look: 'soft' });
      else yield label('‹›', middle, y, { size: NOTE, align: 'middle', look: 'soft' });
    }
    if (row.kind === 'id') yield* onPlate(label('0', middle, row.y + 10, { size: NOTE, align: 'middle', look: 'soft' }));
    if (row.kind === 'time') {
      if (column.kind === 'step') yield* onPlate(timeLabel(column.timeStep, middle, y, pitch, context.scene.mask.length));
      else {
        const range = `${column.from + 1} … ${column.to}`;
        yield* onPlate(label(fit(range, box.width - 8, NOTE), middle, y, { size: NOTE, align: 'middle', look: 'soft' }));
      }
    }
    if (row.kind === 'x') {
      const width = Math.min(column.kind === 'run' ? box.width - 16 : 0.62 * pitch, 64);
      const place = { x: middle - width / 2, y: row.y, width, height: row.height };
      yield { kind: 'shape', box: place, look: 'dashed', level: 'plate' };
      const lines = wrap(say('masked', language), width - 6, 10.5);
      if (width >= 48 && lines.length * 14 <= row.height)
        for (const [i, line] of lines.entries())
          yield label(line, middle, y + (i - (lines.length - 1) / 2) * 14, { size: 10.5, align: 'middle', look: 'soft' });
    }
  }
}

function* onPlate(text: ReturnType<typeof label>): Generator<Mark> {
  const { x, y, width, height } = text.box;
  yield { kind: 'shape', box: { x: x - 3, y: y - 1, width: width + 6, height: height + 2 }, look: 'page-plate', level: 'plate' };
  yield text;
}

/** The state of the last real step as a thin line through the padding behind it. */
function* handedThrough(system: System, run: Run): Generator<Mark> {
  const { nodes, context } = system;
  const { scene } = context;
  const from = firstOf(run) - 1;
  if (from < 0) return;
  const lane = scene.lanes.find(({ layer, direction }) => layer === context.view.layer && direction === 'forward');
  if (!lane) return;
  for (const name of [hiddenName(lane, from), cellName(lane, from)]) {
    const box = nodes.get(name);
    if (!box) continue;
    yield {
      kind: 'shape',
      box: { x: right(box), y: centreY(box) - 1, width: right(run.box) - right(box), height: 2 },
      look: 'dots',
      path: [
        [right(box), centreY(box)],
        [right(run.box), centreY(box)],
      ],
    };
  }
}

const last = ({ mask }: Scene): number => mask.lastIndexOf(true);

function lastOf({ columns }: Run): number {
  const { column } = columns.at(-1)!;
  return column.kind === 'run' ? column.to - 1 : column.timeStep;
}

function firstOf({ columns }: Run): number {
  const { column } = columns[0]!;
  return column.kind === 'run' ? column.from : column.timeStep;
}

const manySteps = (many: number, language: Language): string =>
  language === 'en' ? `${many} padding steps: not computed` : `${many} 个填充步：不计算`;

/** "padding: not computed", and what is handed on; on its side where the padding is narrow. */
function* plate(system: System, run: Run): Generator<Mark> {
  const { context, rows, nodes } = system;
  const { scene, view } = context;
  const row =
    rows.find(({ kind, lane }) => kind === 'hidden' && lane!.direction === 'forward') ??
    rows.find(({ kind }) => kind === 'hidden' || kind === 'thin');
  if (!row) return;
  const { language } = view;
  const first = firstOf(run);
  const handed = first > 0 && nodes.size > 0 && scene.mask[first - 1] === true && row.lane!.direction === 'forward';
  const states = scene.cell === 'lstm' ? [`h${subscript(first)}`, `c${subscript(first)}`] : [`h${subscript(first)}`];
  const and = language === 'en' ? ' and ' : '、';
  const note = `${states.join(and)}${language === 'en' ? ' ' : ' '}${say(states.length > 1 ? 'handedOn' : 'handedOnOne', language)}`;
  // a zero that the reading starts from stands in the padding next to the first step that is read
  const zero =
    row.lane!.direction === 'forward' ? scene.mask[lastOf(run) + 1] === true && first === 0 : first > 0 && last(scene) === first - 1;
  const shift = zero ? 24 : 0;
  const area = { ...run.box, x: run.box.x + (row.lane!.direction === 'backward' ? shift : 0), width: run.box.width - shift };
  const inside = area.width - 12;
  const many = run.columns.reduce((sum, { column }) => sum + (column.kind === 'run' ? column.to - column.from : 1), 0);
  const what = run.columns.some(({ column }) => column.kind === 'run') ? manySteps(many, language) : say('padding', language);
  const long = widthOf(what, NOTE, 'bold');
  if (inside < Math.min(long, 90)) {
    // one narrow column: on its side, as long as what stands beneath it lets it be
    const top = run.box.y + 8;
    const end = rows.find(({ kind }) => kind === 'x' || kind === 'token')!.y - 8;
    const height = Math.min(long, end - top);
    const short = NOTE * LINE_HEIGHT;
    const y = Math.min(Math.max(row.y + row.height / 2 - height / 2, top), end - height);
    const box = { x: centreX(area) - short / 2, y, width: short, height };
    yield { kind: 'shape', box: { x: box.x - 2, y: box.y - 4, width: short + 4, height: height + 8 }, look: 'page-plate', level: 'plate' };
    yield {
      ...label(fit(what, height, NOTE, 'bold'), 0, 0, { size: NOTE, font: 'bold', align: 'middle' }),
      box,
      turned: true,
    };
    return;
  }
  const lines = [
    ...wrap(what, inside, NOTE, 'bold').map((text) => ({ text, bold: true })),
    ...(handed ? wrap(note, inside, NOTE).map((text) => ({ text, bold: false })) : []),
  ];
  const each = NOTE * LINE_HEIGHT + 1;
  const width = Math.max(...lines.map(({ text, bold }) => widthOf(text, NOTE, bold ? 'bold' : 'plain')));
  const y = row.y + row.height / 2 - (lines.length * each) / 2;
  const box = { x: centreX(area) - width / 2 - 4, y: y - 3, width: width + 8, height: lines.length * each + 6 };
  yield { kind: 'shape', box, look: 'page-plate', level: 'plate' };
  for (const [i, { text, bold }] of lines.entries())
    yield label(text, centreX(area), y + (i + 0.5) * each, {
      ...{ size: NOTE, align: 'middle', font: bold ? 'bold' : 'plain', look: bold ? 'ink' : 'soft' },
    });
}
