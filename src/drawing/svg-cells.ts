/** One strip's cells: where each stands, its number, the lines between them, and the corner of one beyond the range. */
import { right, type Box, type Point, type StripMark, type TextMark } from './marks.js';
import { at } from './markup.js';

/** The box of one cell of a strip. */
export function cellBox({ box, axis, levels }: Pick<StripMark, 'box' | 'axis' | 'levels'>, cell: number): Box {
  const { x, y, width, height } = box;
  const count = levels.length;
  return axis === 'down'
    ? { x, y: y + (cell * height) / count, width, height: height / count }
    : { x: x + (cell * width) / count, y, width: width / count, height };
}

/** @param shift px that they stand further to the right */
export function numbersSvg({ numbers, axis }: StripMark, shift = 0): string {
  const [first] = numbers;
  if (!first) return '';
  const middle = ({ box }: TextMark): Point => [box.x + box.width / 2 + shift, box.y + box.height / 2 + 0.36 * first.size];
  // those beneath each other have their x in common, those beside each other their y
  const [x, y] = middle(first);
  const origin = axis === 'down' ? `${at(x)} 0` : `0 ${at(y)}`;
  const texts = numbers.map((mark) => {
    const place = axis === 'down' ? `y="${tenth(middle(mark)[1])}"` : `x="${tenth(middle(mark)[0])}"`;
    return `<text class="${mark.look}" ${place}>${mark.text}</text>`;
  });
  return `<g class="mono middle" font-size="${first.size}" transform="translate(${origin})">${texts.join('')}</g>`;
}

const tenth = (value: number): string => String(Math.round(value * 10) / 10);

/** The lines between cells, as the path that draws them; none where cells are small. */
export function separators(strip: StripMark): string {
  const { width, height } = cellBox(strip, 0);
  if (Math.min(width, height) < 5) return '';
  const lines = strip.levels.slice(1).map((_, i) => {
    const { x, y } = cellBox(strip, i + 1);
    return strip.axis === 'down' ? `M${at(x)} ${at(y)}h${at(width)}` : `M${at(x)} ${at(y)}v${at(height)}`;
  });
  return lines.join('');
}

/** A corner cut off a cell whose value lies beyond the range. */
export function notches(strips: readonly StripMark[]): string {
  const corners = strips.flatMap((strip) =>
    strip.beyond.map((cell) => {
      const box = cellBox(strip, cell);
      const size = Math.min(6, Math.max(box.height, 3), box.width);
      return `M${at(right(box))} ${at(box.y)}h${at(-size)}l${at(size)} ${at(size)}z`;
    }),
  );
  return corners.length > 0 ? `<path class="notch" d="${corners.join('')}"/>` : '';
}
