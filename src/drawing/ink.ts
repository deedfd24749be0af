/**
 * Cells in black and white, for paper: what colour says elsewhere is said by form. Where a cell has room, a square whose area is the value,
 * filled where it is positive and hollow where it is negative (Hinton's diagrams); where it has none, a bar from the middle line to one side
 * or the other. A share is always filled, its bar begins at the edge. The steps are those of the colours.
 */
import { centreX, centreY, type Box, type ShapeMark, type StripMark } from './marks.js';
import { at, escapeXml, outlineOf } from './markup.js';
import type { Scale } from './palette.js';
import { cellBox, notches, numbersSvg } from './svg-cells.js';

/** The least side of a cell in which a square can be told from a hollow one. */
const LEAST = 8;
/** px that a number takes of the width of its cell, by its characters. */
const CHARACTER = 6.6;
const STROKE = 1;
const MOST_LEVEL = 10;

/** −1 … 1, or 0 … 1 of a share. */
const sizeOf = (level: number, scale: Scale): number => (scale === 'share' ? level : level - MOST_LEVEL) / MOST_LEVEL;

/** A square of the area of `size` in a place of at most `side` px, or its hollow outline. */
function square(size: number, x: number, y: number, side: number): string {
  if (size === 0) return '';
  const edge = side * Math.sqrt(Math.abs(size));
  // the line of a hollow one lies within its area
  const half = (size > 0 ? edge : Math.max(edge - STROKE, 0.5)) / 2;
  return outlineOf({ x: x - half, y: y - half, width: 2 * half, height: 2 * half });
}

/** A bar across a narrow cell: to the right of the middle or upwards if positive, to the other side if negative. */
function bar(size: number, { x, y, width, height }: Box, axis: StripMark['axis'], scale: Scale): string {
  if (size === 0) return '';
  const [across, along] = axis === 'down' ? [width, height] : [height, width];
  const length = (Math.abs(size) * across) / (scale === 'share' ? 1 : 2);
  const start = scale === 'share' ? 0 : size > 0 ? across / 2 : across / 2 - length;
  const inset = along >= 2 ? along * 0.1 : 0;
  return axis === 'down'
    ? outlineOf({ x: x + start, y: y + inset, width: length, height: height - 2 * inset })
    : outlineOf({ x: x + inset, y: y + height - start - length, width: width - 2 * inset, height: length });
}

interface Inked {
  plus: string;
  minus: string;
}

const drawn = ({ plus, minus }: Inked, hollow: boolean): string =>
  (plus === '' ? '' : `<path class="ink-plus" d="${plus}"/>`) +
  (minus === '' ? '' : `<path class="${hollow ? 'ink-minus' : 'ink-left'}" d="${minus}"/>`);

/** With the place of a sign, also where none is negative: equal values are to be equal squares in every strip. */
const widthOfNumbers = ({ numbers }: StripMark): number =>
  CHARACTER * (1 + Math.max(...numbers.map(({ text }) => text.replace('−', '').length)));

export function inkedStrip(strip: StripMark): string {
  const { levels, scale, axis, box, numbers, name, bare } = strip;
  const { width, height } = cellBox(strip, 0);
  const squares = Math.min(width, height) >= LEAST;
  const room = numbers.length > 0 ? width - widthOfNumbers(strip) - 4 : width;
  // numbers tell all by themselves where a square has no room beside them
  const side = Math.min(room, height) - 2;
  const inked: Inked = { plus: '', minus: '' };
  for (const [cell, level] of levels.entries()) {
    const size = sizeOf(level, scale);
    const place = cellBox(strip, cell);
    const x = numbers.length > 0 ? place.x + 2 + side / 2 : centreX(place);
    const path = squares ? (side >= LEAST - 3 ? square(size, x, centreY(place), side) : '') : bar(size, place, axis, scale);
    inked[size > 0 ? 'plus' : 'minus'] += path;
  }
  const shift = squares && numbers.length > 0 && side >= LEAST - 3 ? side / 2 + 1 : 0;
  const middle =
    axis === 'down' ? `M${at(centreX(box))} ${at(box.y)}v${at(box.height)}` : `M${at(box.x)} ${at(centreY(box))}h${at(box.width)}`;
  const zero = !squares && scale === 'signed' && !bare ? `<path class="ink-zero" d="${middle}"/>` : '';
  const outline = bare ? '' : `<path class="outline" d="${outlineOf(box)}"/>`;
  return `<g data-name="${escapeXml(name)}">${zero}${drawn(inked, squares)}${outline}${notches([strip])}${numbersSvg(strip, shift)}</g>`;
}

/** A cell of a legend, which is a shape of its own; undefined for every other shape. */
export function inkedCell({ look, box }: ShapeMark): string | undefined {
  const [, letter, level] = /^([sg])(\d+)$/.exec(look) ?? [];
  if (level === undefined) return undefined;
  const size = sizeOf(Number(level), letter === 's' ? 'signed' : 'share');
  const path = square(size, centreX(box), centreY(box), Math.min(box.width, box.height) - 1);
  return `<g data-level="${look}">${drawn({ plus: size > 0 ? path : '', minus: size < 0 ? path : '' }, true)}</g>`;
}
