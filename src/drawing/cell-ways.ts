/** What comes into an opened cell, and what leaves it: x and the old h by one bus, the new states to the next time step and upwards. */
import { bottom, centreX, centreY, right, type Box } from './marks.js';
import { subscript } from './numbers.js';
import { CELL, fromStep, INSIDE, link, nextStep, vector, words, type Sheet } from './cell-sheet.js';
import { label, visible } from './text.js';

/** Numbers of x that are shown at most. */
const MOST_NUMBERS = 16;

/** x (or the h below, in a higher layer) and h of the step before, at the left; and the bus that leads them to the gates. */
export function inputs(sheet: Sheet, targets: readonly string[], hidden: 'low' | 'top' | 'none'): void {
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
    const shown = Array.from({ length: Math.min(size, Math.max(units.length, 8), MOST_NUMBERS) }, (_, i) => i);
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

/** The state on its way to the next time step, or to nowhere at the last one. */
export function leave(sheet: Sheet, role: 'hidden' | 'cell', from: string, box: Box, y: number, sign: string): void {
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
export function upward(sheet: Sheet, box: Box): void {
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
