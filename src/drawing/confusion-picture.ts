/** A confusion matrix: a row a label of the texts, a column a label that was predicted; the colour is the share of the row. */
import type { Mark, Picture } from './marks.js';
import { grouped } from './numbers.js';
import { levelOf } from './palette.js';
import { fit, label, LINE_HEIGHT, visible, widthOf } from './text.js';

const SIZE = 13;
/** the longest label, in px */
const MOST = 160;
const MARGIN = 16;
const TITLE = 24;

export function confusionPicture(labels: readonly string[], confusion: readonly (readonly number[])[]): Picture {
  const names = labels.map((name) => fit(visible(name), MOST, SIZE));
  const room = Math.max(...names.map((name) => widthOf(name, SIZE)));
  const digits = confusion.flat().map((count) => widthOf(grouped(count), SIZE));
  const cell = Math.ceil(Math.max(32, ...digits.map((width) => width + 10)));
  const [left, top] = [MARGIN + TITLE + room + 8, MARGIN + TITLE + room + 8];
  const side = cell * labels.length;
  const height = SIZE * LINE_HEIGHT;
  const marks: Mark[] = [
    label('predicted', left, MARGIN + 8, { size: SIZE, font: 'bold' }),
    turned('label', MARGIN + 8, top, SIZE, { font: 'bold' }),
  ];
  for (const [from, name] of names.entries()) {
    const middle = (from + 0.5) * cell;
    marks.push({ ...label(name, left - 8, top + middle, { size: SIZE, align: 'end' }), foreign: true });
    const box = { x: left + middle - height / 2, y: top - 8 - widthOf(name, SIZE), width: height, height: widthOf(name, SIZE) };
    marks.push({ ...label(name, 0, 0, { size: SIZE, align: 'middle' }), box, turned: true, foreign: true });
    const row = confusion[from]!;
    const sum = row.reduce((whole, count) => whole + count, 0);
    for (const [to, count] of row.entries()) {
      const level = levelOf(sum === 0 ? 0 : count / sum, 'share', 1);
      const [x, y] = [left + to * cell, top + from * cell];
      marks.push({ kind: 'shape', box: { x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1 }, look: `g${level}`, value: count });
      if (count > 0) marks.push(label(grouped(count), x + cell / 2, y + cell / 2, { size: SIZE, align: 'middle', look: `m${level}` }));
    }
  }
  const least = left + widthOf('predicted', SIZE, 'bold');
  return { width: Math.ceil(Math.max(left + side, least) + MARGIN), height: Math.ceil(top + side + MARGIN), marks, columns: [] };
}

/** A text on its side that begins below at `y` and runs down from there to up. */
function turned(text: string, x: number, y: number, size: number, options: { font: 'bold' }): Mark {
  const [long, short] = [widthOf(text, size, options.font), size * LINE_HEIGHT];
  const box = { x: x - short / 2, y, width: short, height: long };
  return { ...label(text, 0, 0, { size, align: 'middle', ...options }), box, turned: true };
}
