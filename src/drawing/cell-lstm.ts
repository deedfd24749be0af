/** The circuit of an opened LSTM: the cell state on its line, forgotten and written to; h leaves through the output gate. */
import { bottom, centreX, right } from './marks.js';
import { across, frame, fromStep, gate, INSIDE, link, operation, TITLES, vector, whole, words, type Sheet } from './cell-sheet.js';
import { inputs, leave, upward } from './cell-ways.js';

export function lstmSheet(sheet: Sheet): void {
  const { context, lane, timeStep, previous, top, low, height, line, middle, now, then, x } = sheet;
  const { ranges } = context.view;
  frame(sheet, INSIDE, 1130);
  const c = { limit: ranges.c.limit, what: 'cellStates' };
  vector(sheet, 'c.before', lane.cellStates, previous, { x: 40, y: top }, [`c${then}`, fromStep(sheet)], c);
  const state = vector(sheet, 'c', lane.cellStates, timeStep, { x: 596, y: top }, [`c${now}`, `= f × c${then} + i × c\u0303`], c);
  const f = gate(sheet, 'forgetGate', 'f', words(sheet, 'σ forget', 'σ 遗忘门'), 262);
  const i = gate(sheet, 'inputGate', 'i', words(sheet, 'σ input', 'σ 输入门'), 408);
  const g = gate(sheet, 'candidate', 'c\u0303', words(sheet, 'tanh candidate', 'tanh 候选值'), 536);
  gate(sheet, 'outputGate', 'o', words(sheet, 'σ output', 'σ 输出门'), 700);
  const h = vector(sheet, 'h', lane.hiddenStates, timeStep, { x: 908, y: low }, [`h${now}`, `= o × tanh c${now}`], {
    limit: ranges.h.limit,
    what: 'hiddenStates',
  });
  const forget = operation(sheet, 'forget', '×', centreX(f), line);
  const between = (right(i) + g.x) / 2;
  const write = operation(sheet, 'write', '×', between, middle);
  const sum = operation(sheet, 'sum', '+', between, line);
  const squash = operation(sheet, 'tanh', 'tanh', x(846), line + Math.min(70, height / 2 + 12));
  const show = operation(sheet, 'show', '×', x(846), middle);
  across(sheet, 'cell', 'c.before', 'forget', line);
  across(sheet, 'cell', 'forget', 'sum', line);
  across(sheet, 'cell', 'sum', 'c', line);
  link(sheet, 'within', 'forgetGate', 'forget', [
    [centreX(f), f.y - TITLES],
    [centreX(f), bottom(forget)],
  ]);
  across(sheet, 'within', 'inputGate', 'write', middle);
  link(sheet, 'within', 'candidate', 'write', [
    [g.x, middle],
    [right(write), middle],
  ]);
  link(sheet, 'within', 'write', 'sum', [
    [between, write.y],
    [between, bottom(sum)],
  ]);
  link(sheet, 'within', 'c', 'tanh', [
    [centreX(squash), line],
    [centreX(squash), squash.y],
  ]);
  link(sheet, 'within', 'tanh', 'show', [
    [centreX(squash), bottom(squash)],
    [centreX(squash), show.y],
  ]);
  across(sheet, 'within', 'outputGate', 'show', middle);
  across(sheet, 'within', 'show', 'h', middle);
  leave(sheet, 'cell', 'c', state, line, `c${now}`);
  leave(sheet, 'hidden', 'h', h, middle, `h${now}`);
  upward(sheet, h);
  inputs(sheet, ['forgetGate', 'inputGate', 'candidate', 'outputGate'], 'low');
  whole(sheet, lane.cellStates!, state);
}
