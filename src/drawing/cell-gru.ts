/** The circuit of an opened GRU: the old state is kept by z, and replaced by the candidate, which r lets see it, by 1 − z. */
import { resetOf } from './arithmetic.js';
import { bottom, centreX, right } from './marks.js';
import { across, frame, fromStep, gate, INSIDE, link, operation, TITLES, vector, whole, words, type Sheet } from './cell-sheet.js';
import { inputs, leave } from './cell-ways.js';
import { label } from './text.js';

export function gruSheet(sheet: Sheet): void {
  const { context, lane, timeStep, previous, top, line, middle, now, then, x } = sheet;
  const { ranges } = context.view;
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
  const reset = operation(sheet, 'reset', '×', (right(r) + g.x) / 2, middle);
  const keep = operation(sheet, 'keep', '×', centreX(z), line);
  const write = operation(sheet, 'write', '×', (right(g) + x(640)) / 2 - 22, middle);
  const rest = operation(sheet, 'rest', '1−z', (right(write) + z.x) / 2 + 6, middle + 40);
  const sum = operation(sheet, 'sum', '+', x(790), line);
  across(sheet, 'hidden', 'h.before', 'keep', line);
  across(sheet, 'hidden', 'keep', 'sum', line);
  across(sheet, 'hidden', 'sum', 'h', line);
  across(sheet, 'within', 'resetGate', 'reset', middle);
  across(sheet, 'within', 'reset', 'candidate', middle);
  link(sheet, 'within', 'h.before', 'reset', [
    [centreX(reset), line],
    [centreX(reset), reset.y],
  ]);
  across(sheet, 'within', 'candidate', 'write', middle);
  link(sheet, 'within', 'updateGate', 'rest', [
    [z.x, middle + 40],
    [right(rest), middle + 40],
  ]);
  link(sheet, 'within', 'rest', 'write', [
    [rest.x, middle + 40],
    [centreX(write), middle + 40],
    [centreX(write), bottom(write)],
  ]);
  link(sheet, 'within', 'write', 'sum', [
    [centreX(write), write.y],
    [centreX(write), line + 40],
    [centreX(sum), line + 40],
    [centreX(sum), bottom(sum)],
  ]);
  link(sheet, 'within', 'updateGate', 'keep', [
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
