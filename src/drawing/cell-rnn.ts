/** The circuit of an opened simple RNN: what x and h bring, their sum, tanh. */
import { bottom, centreX, right } from './marks.js';
import { subscript } from './numbers.js';
import { frame, fromStep, INSIDE, link, operation, TITLES, vector, whole, words, type Sheet } from './cell-sheet.js';
import { inputs, leave } from './cell-ways.js';
import { rowOf } from './scene.js';
import { label } from './text.js';

export function rnnSheet(sheet: Sheet): void {
  const { context, lane, timeStep, previous, top, low, height, x, nodes } = sheet;
  const { ranges } = context.view;
  const [now, then] = [subscript(timeStep + 1), subscript(previous === undefined ? 0 : previous + 1)];
  frame(sheet, INSIDE, 1060);
  const limits = { limit: ranges.h.limit, what: 'hiddenStates' };
  vector(sheet, 'h.before', lane.hiddenStates, previous, { x: 40, y: top }, [`h${then}`, fromStep(sheet)], limits);
  const sums = lane.sums?.[0];
  const line = top + height / 2;
  const middle = low + height / 2;
  const sum = operation(sheet, 'sum', '+', x(560), line);
  const squash = operation(sheet, 'tanh', 'tanh', x(680), line);
  const state = vector(sheet, 'h', lane.hiddenStates, timeStep, { x: 800, y: top }, [`h${now}`, `= tanh(x·W + b + h·U + b′)`], {
    ...limits,
    room: 220,
  });
  const biggest = sums ? Math.max(...rowOf(sums.input, timeStep)!.map(Math.abs), ...rowOf(sums.recurrent, timeStep)!.map(Math.abs)) : 1;
  if (sums) {
    const fromHidden = vector(
      sheet,
      'recurrent',
      sums.recurrent,
      timeStep,
      { x: 300, y: top },
      ['h·U + b′', words(sheet, 'what h brings', 'h 带来的')],
      {
        ...{ limit: biggest, what: 'recurrent' },
      },
    );
    link(sheet, 'hidden', 'h.before', 'recurrent', [
      [right(nodes.get('h.before')!), line],
      [fromHidden.x, line],
    ]);
    link(sheet, 'hidden', 'recurrent', 'sum', [
      [right(fromHidden), line],
      [sum.x, line],
    ]);
    vector(sheet, 'input', sums.input, timeStep, { x: 533, y: low }, ['x·W + b', words(sheet, 'what x brings', 'x 带来的')], {
      ...{ limit: biggest, what: 'input' },
    });
    const input = nodes.get('input')!;
    link(sheet, 'within', 'input', 'sum', [
      [centreX(input), input.y - TITLES],
      [centreX(input), bottom(sum)],
    ]);
    inputs(sheet, ['input'], 'none');
  } else {
    link(sheet, 'hidden', 'h.before', 'sum', [
      [right(nodes.get('h.before')!), line],
      [sum.x, line],
    ]);
    sheet.marks.push(label('× U + b′', x(330), line - 14, { size: 12.5, align: 'middle', look: 'soft' }));
    inputs(sheet, ['sum'], 'none');
    sheet.marks.push(label('× W + b', centreX(sum) + 8, middle, { size: 12.5, look: 'soft' }));
  }
  link(sheet, 'hidden', 'sum', 'tanh', [
    [right(sum), line],
    [squash.x, line],
  ]);
  link(sheet, 'hidden', 'tanh', 'h', [
    [right(squash), line],
    [state.x, line],
  ]);
  leave(sheet, 'hidden', 'h', state, line, `h${now}`);
  whole(sheet, lane.hiddenStates, state);
}
