/** The circuit of an opened LSTM: the cell state on its line, forgotten and written to; h leaves through the output gate. */
import { bottom, centreX, right, type Box, type Point } from './marks.js';
import { subscript } from './numbers.js';
import { frame, fromStep, gate, INSIDE, link, operation, TITLES, vector, whole, words, type Sheet } from './cell-sheet.js';
import { inputs, leave, upward } from './cell-ways.js';

export function lstmSheet(sheet: Sheet): void {
  const { context, lane, timeStep, previous, top, low, height, x, nodes } = sheet;
  const { ranges } = context.view;
  const [now, then] = [subscript(timeStep + 1), subscript(previous === undefined ? 0 : previous + 1)];
  frame(sheet, INSIDE, 1130);
  const c = { limit: ranges.c.limit, what: 'cellStates' };
  vector(sheet, 'c.before', lane.cellStates, previous, { x: 40, y: top }, [`c${then}`, fromStep(sheet)], c);
  const state = vector(sheet, 'c', lane.cellStates, timeStep, { x: 596, y: top }, [`c${now}`, `= f × c${then} + i × c\u0303`], c);
  gate(sheet, 'forgetGate', 'f', words(sheet, 'σ forget', 'σ 遗忘门'), 262);
  const i = gate(sheet, 'inputGate', 'i', words(sheet, 'σ input', 'σ 输入门'), 408);
  const g = gate(sheet, 'candidate', 'c\u0303', words(sheet, 'tanh candidate', 'tanh 候选值'), 536);
  const o = gate(sheet, 'outputGate', 'o', words(sheet, 'σ output', 'σ 输出门'), 700);
  const h = vector(sheet, 'h', lane.hiddenStates, timeStep, { x: 908, y: low }, [`h${now}`, `= o × tanh c${now}`], {
    ...{ limit: ranges.h.limit, what: 'hiddenStates' },
  });
  const line = top + height / 2;
  const middle = low + height / 2;
  const f = nodes.get('forgetGate')!;
  const forget = operation(sheet, 'forget', '×', centreX(f), line);
  const between = (right(i) + g.x) / 2;
  const write = operation(sheet, 'write', '×', between, middle);
  const sum = operation(sheet, 'sum', '+', between, line);
  const squash = operation(sheet, 'tanh', 'tanh', x(846), line + Math.min(70, height / 2 + 12));
  const show = operation(sheet, 'show', '×', x(846), middle);
  const along = (from: Box, to: Box, name: [string, string]): void =>
    link(sheet, 'cell', name[0], name[1], [
      [right(from), line],
      [to.x, line],
    ]);
  along(nodes.get('c.before')!, forget, ['c.before', 'forget']);
  along(forget, sum, ['forget', 'sum']);
  along(sum, state, ['sum', 'c']);
  const straight = (from: string, to: string, points: readonly Point[]): void => link(sheet, 'within', from, to, points);
  straight('forgetGate', 'forget', [
    [centreX(f), f.y - TITLES],
    [centreX(f), bottom(forget)],
  ]);
  straight('inputGate', 'write', [
    [right(i), middle],
    [write.x, middle],
  ]);
  straight('candidate', 'write', [
    [g.x, middle],
    [right(write), middle],
  ]);
  straight('write', 'sum', [
    [between, write.y],
    [between, bottom(sum)],
  ]);
  straight('c', 'tanh', [
    [centreX(squash), line],
    [centreX(squash), squash.y],
  ]);
  straight('tanh', 'show', [
    [centreX(squash), bottom(squash)],
    [centreX(squash), show.y],
  ]);
  straight('outputGate', 'show', [
    [right(o), middle],
    [show.x, middle],
  ]);
  straight('show', 'h', [
    [right(show), middle],
    [h.x, middle],
  ]);
  leave(sheet, 'cell', 'c', state, line, `c${now}`);
  leave(sheet, 'hidden', 'h', h, middle, `h${now}`);
  upward(sheet, h);
  inputs(sheet, ['forgetGate', 'inputGate', 'candidate', 'outputGate'], 'low');
  whole(sheet, lane.cellStates!, state);
}
