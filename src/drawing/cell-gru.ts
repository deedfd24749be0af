/** The circuit of an opened GRU: the old state is kept by z, and replaced by the candidate, which r lets see it, by 1 − z. */
import { resetOf } from './arithmetic.js';
import { bottom, centreX, right, type Box, type Point } from './marks.js';
import { subscript } from './numbers.js';
import { frame, fromStep, gate, INSIDE, link, operation, TITLES, vector, whole, words, type Sheet } from './cell-sheet.js';
import { inputs, leave } from './cell-ways.js';
import { label } from './text.js';

export function gruSheet(sheet: Sheet): void {
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
