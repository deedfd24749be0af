/** The circuit of an opened simple RNN: what x and h bring, their sum, tanh. */
import { bottom, centreX } from './marks.js';
import { across, frame, fromStep, INSIDE, link, operation, TITLES, vector, whole, words, type Sheet } from './cell-sheet.js';
import { inputs, leave } from './cell-ways.js';
import { rowOf } from './scene.js';
import { label } from './text.js';

export function rnnSheet(sheet: Sheet): void {
  const { context, lane, timeStep, previous, top, low, line, middle, now, then, x, nodes } = sheet;
  const { ranges } = context.view;
  frame(sheet, INSIDE, 1060);
  const limits = { limit: ranges.h.limit, what: 'hiddenStates' };
  vector(sheet, 'h.before', lane.hiddenStates, previous, { x: 40, y: top }, [`h${then}`, fromStep(sheet)], limits);
  const sums = lane.sums?.[0];
  const sum = operation(sheet, 'sum', '+', x(560), line);
  operation(sheet, 'tanh', 'tanh', x(680), line);
  const state = vector(sheet, 'h', lane.hiddenStates, timeStep, { x: 800, y: top }, [`h${now}`, `= tanh(x·W + b + h·U + b′)`], {
    ...limits,
    room: 220,
  });
  const biggest = sums ? Math.max(...rowOf(sums.input, timeStep)!.map(Math.abs), ...rowOf(sums.recurrent, timeStep)!.map(Math.abs)) : 1;
  if (sums) {
    vector(sheet, 'recurrent', sums.recurrent, timeStep, { x: 300, y: top }, ['h·U + b′', words(sheet, 'what h brings', 'h 带来的')], {
      limit: biggest,
      what: 'recurrent',
    });
    across(sheet, 'hidden', 'h.before', 'recurrent', line);
    across(sheet, 'hidden', 'recurrent', 'sum', line);
    vector(sheet, 'input', sums.input, timeStep, { x: 533, y: low }, ['x·W + b', words(sheet, 'what x brings', 'x 带来的')], {
      limit: biggest,
      what: 'input',
    });
    const input = nodes.get('input')!;
    link(sheet, 'within', 'input', 'sum', [
      [centreX(input), input.y - TITLES],
      [centreX(input), bottom(sum)],
    ]);
    inputs(sheet, ['input'], 'none');
  } else {
    across(sheet, 'hidden', 'h.before', 'sum', line);
    sheet.marks.push(label('× U + b′', x(330), line - 14, { size: 12.5, align: 'middle', look: 'soft' }));
    inputs(sheet, ['sum'], 'none');
    sheet.marks.push(label('× W + b', centreX(sum) + 8, middle, { size: 12.5, look: 'soft' }));
  }
  across(sheet, 'hidden', 'sum', 'tanh', line);
  across(sheet, 'hidden', 'tanh', 'h', line);
  leave(sheet, 'hidden', 'h', state, line, `h${now}`);
  whole(sheet, lane.hiddenStates, state);
}
