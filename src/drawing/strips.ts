/** Strips: one row of a matrix as coloured cells in a box, with its numbers where there is room for them. */
import { cellsOf, type Bands } from './bands.js';
import type { Box, StripMark, TensorName, TextMark } from './marks.js';
import { decimals } from './numbers.js';
import type { Scale } from './palette.js';
import { LINE_HEIGHT } from './text.js';

export const NUMBER_SIZE = 10.5;
/** The least cell that holds a number of two decimals. */
const NUMBER_CELL = { width: 44, height: 14 };

interface StripOptions {
  name: string;
  tensor: TensorName;
  timeStep?: number;
  row: Float32Array;
  bands: Bands;
  scale: Scale;
  limit: number;
  box: Box;
  axis?: StripMark['axis'];
  /** decimals of the numbers; none are written if undefined */
  digits?: number | undefined;
  lane?: StripMark['lane'];
}

export function strip(options: StripOptions): StripMark {
  const { name, tensor, timeStep, row, bands, scale, limit, box, axis = 'down', digits, lane } = options;
  const { values, levels, beyond } = cellsOf(row, bands, scale, limit);
  const at = timeStep === undefined ? {} : { timeStep };
  return {
    kind: 'strip',
    ...{ box, name, tensor, ...at, scale, axis, levels, beyond },
    units: bands.units,
    numbers: digits === undefined ? [] : numbersOf({ ...options, axis }, values, levels, digits),
    ...(lane ? { lane } : {}),
  };
}

function numbersOf(
  { tensor, timeStep, bands, scale, box, axis }: StripOptions,
  values: number[],
  levels: number[],
  digits: number,
): TextMark[] {
  const count = bands.units.length;
  const [width, height] = axis === 'down' ? [box.width, box.height / count] : [box.width / count, box.height];
  const wide = digits > 2 ? NUMBER_CELL.width + 8 : NUMBER_CELL.width;
  if (bands.size > 1 || (axis === 'down' && width < wide) || (axis === 'right' && width < 36) || height < NUMBER_CELL.height) return [];
  const size = NUMBER_SIZE;
  const line = Math.min(size * LINE_HEIGHT, height);
  return values.map((value, cell): TextMark => {
    const middle = axis === 'down' ? box.y + (cell + 0.5) * height : box.y + height / 2;
    const left = axis === 'down' ? box.x : box.x + cell * width;
    return {
      kind: 'text',
      box: { x: left, y: middle - line / 2, width, height: line },
      ...{ text: decimals(value, digits), size, font: 'mono', align: 'middle' },
      look: `${scale === 'share' ? 'm' : 'n'}${levels[cell]!}`,
      ...{ value, tensor, ...(timeStep === undefined ? {} : { timeStep }), unit: bands.units[cell]![0]! },
    };
  });
}

/** The height of a strip of these bands. */
export const heightOf = ({ units, cellHeight }: Bands): number => units.length * cellHeight;
