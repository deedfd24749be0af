/**
 * Points of a plane with their names: a colour and a form for each kind, a key, and no two names over one another. A name that finds no room
 * is left out, and how many were is said.
 */
import type { Box, Mark, Picture, Point, ShapeMark } from './marks.js';
import { grouped } from './numbers.js';
import { fit, label, overlap, visible, widthOf, wrap } from './text.js';

export interface ScatterPoint {
  x: number;
  y: number;
  name: string;
  /** which of `kinds`, or undefined where there are none */
  kind: number | undefined;
}

export interface Scatter {
  /** names are given room in this order */
  points: readonly ScatterPoint[];
  /** most frequent first */
  kinds: readonly string[];
  /** what the axes mean; undefined where they mean nothing by themselves */
  axes: readonly [x: string, y: string] | undefined;
  /** what is said under the plot */
  notes: readonly string[];
}

/** Kinds with a look of their own; the rest share the last one. */
const MOST_KINDS = 12;
const COLOURS = 6;
const MARGIN = 16;
const KEY = 200;
const [SIZE, MOST_NAME] = [11.5, 120];
const RADIUS = 3.5;
const NARROW = 720;

/** @returns the picture, and how many names are in it */
export function scatterPicture({ points, kinds, axes, notes }: Scatter, width: number): { picture: Picture; named: number } {
  const beside = kinds.length > 0 && width >= NARROW;
  const plot: Box = {
    x: MARGIN + (axes ? 22 : 0),
    y: MARGIN,
    width: width - 2 * MARGIN - (axes ? 22 : 0) - (beside ? KEY : 0),
    height: 0,
  };
  plot.height = Math.round(plot.width * flatness(points, width >= NARROW ? 0.68 : 1));
  const places = placesOf(points, plot);
  const dots = points.map(({ kind, name }, i) => dot(places[i]!, kind, visible(name)));
  const names = namesOf(points, places, plot);
  const frame: ShapeMark = { kind: 'shape', box: plot, look: 'outline', level: 'ground' };
  const marks: Mark[] = [frame, ...[...dots].reverse(), ...names];
  let y = plot.y + plot.height;
  if (axes) {
    marks.push(label(axes[0], plot.x + plot.width / 2, y + 14, { align: 'middle', look: 'soft' }));
    const long = widthOf(axes[1], SIZE);
    const box = { x: MARGIN, y: plot.y + plot.height / 2 - long / 2, width: SIZE * 1.25, height: long };
    marks.push({ ...label(axes[1], 0, 0, { align: 'middle', look: 'soft' }), box, turned: true });
    y += 24;
  }
  if (kinds.length > 0) {
    const key = beside ? { x: width - MARGIN - KEY + 18, y: plot.y + 10 } : { x: plot.x, y: y + 18 };
    const count = kindsShown(kinds).length;
    marks.push(...keyOf(kinds, points, key, beside ? KEY - 18 : plot.width));
    y = beside ? Math.max(y, key.y + count * 20 - 10) : key.y + count * 20;
  }
  const said =
    points.length === names.length
      ? []
      : [`${grouped(names.length)} of ${grouped(points.length)} names have room; the others are left out.`];
  for (const line of [...notes, ...said].flatMap((note) => wrap(note, width - 2 * MARGIN, SIZE))) {
    y += 17;
    marks.push(label(line, MARGIN, y, { look: 'soft' }));
  }
  return { picture: { width, height: Math.ceil(y + MARGIN), marks, columns: [] }, named: names.length };
}

const rangeOf = (values: readonly number[]): [number, number] =>
  values.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [Infinity, -Infinity]);

/** Height by width of the points, with room for names, within what looks well. */
function flatness(points: readonly ScatterPoint[], most: number): number {
  const [xs, ys] = [rangeOf(points.map(({ x }) => x)), rangeOf(points.map(({ y }) => y))];
  const ratio = (ys[1] - ys[0]) / (xs[1] - xs[0]);
  return Number.isFinite(ratio) ? Math.min(Math.max(ratio + 0.08, 0.3), most) : most;
}

/** One scale for both axes, since a distance is to be one in every direction. */
function placesOf(points: readonly ScatterPoint[], plot: Box): Point[] {
  const [xs, ys] = [rangeOf(points.map(({ x }) => x)), rangeOf(points.map(({ y }) => y))];
  const inner = 18;
  const room = [plot.width - 2 * inner, plot.height - 2 * inner] as const;
  const scale = Math.min(room[0] / (xs[1] - xs[0] || 1e-12), room[1] / (ys[1] - ys[0] || 1e-12));
  const bounded = xs[1] === xs[0] && ys[1] === ys[0] ? 0 : scale;
  const middle = [(xs[0] + xs[1]) / 2, (ys[0] + ys[1]) / 2] as const;
  return points.map(({ x, y }) => [
    plot.x + plot.width / 2 + (x - middle[0]) * bounded,
    plot.y + plot.height / 2 - (y - middle[1]) * bounded,
  ]);
}

/** A form and a colour: of twelve kinds no two have both. */
function dot([x, y]: Point, kind: number | undefined, title?: string): ShapeMark {
  const index = kind === undefined ? 0 : Math.min(kind, MOST_KINDS - 1);
  const look = kind !== undefined && kind >= MOST_KINDS ? 'qother' : `q${index % COLOURS}`;
  const r = RADIUS;
  const box = { x: x - r, y: y - r, width: 2 * r, height: 2 * r };
  const corners: Record<number, readonly Point[]> = {
    // square, triangle, diamond, triangle on its head; else a circle
    1: [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ],
    2: [
      [0, -1.2],
      [1.2, 1],
      [-1.2, 1],
    ],
    3: [
      [0, -1.4],
      [1.4, 0],
      [0, 1.4],
      [-1.4, 0],
    ],
    4: [
      [0, 1.2],
      [1.2, -1],
      [-1.2, -1],
    ],
  };
  const form = corners[index % 5];
  const more = title === undefined ? {} : { title };
  if (!form || look === 'qother') return { kind: 'shape', box, look, radius: r, ...more };
  return { kind: 'shape', box, look, path: form.map(([dx, dy]): Point => [x + dx * r, y + dy * r]), ...more };
}

const kindsShown = (kinds: readonly string[]): readonly string[] => kinds.slice(0, MOST_KINDS + 1);

function* keyOf(
  kinds: readonly string[],
  points: readonly ScatterPoint[],
  { x, y }: { x: number; y: number },
  width: number,
): Generator<Mark> {
  const counts = new Map<number, number>();
  for (const { kind } of points) if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  for (const [i, name] of kindsShown(kinds).entries()) {
    const rest = i === MOST_KINDS;
    const count = rest ? [...counts].filter(([kind]) => kind >= MOST_KINDS).reduce((sum, [, one]) => sum + one, 0) : (counts.get(i) ?? 0);
    const number = grouped(count);
    const room = width - 14 - 12 - widthOf(number, 12);
    const text = rest ? `${kinds.length - MOST_KINDS} more` : visible(name);
    yield dot([x + 4, y + i * 20], i);
    const told = label(fit(text, room, 12), x + 14, y + i * 20, { size: 12 });
    yield rest ? told : { ...told, foreign: true };
    yield label(number, x + width, y + i * 20, { size: 12, align: 'end', look: 'soft' });
  }
}

/** Names in the order of the points: to the right of the dot, the left, above, below; where all are taken it has none. */
function namesOf(points: readonly ScatterPoint[], places: readonly Point[], plot: Box): Mark[] {
  const taken = new Grid();
  const aboutDots = places.map(([x, y]): Box => ({ x: x - RADIUS, y: y - RADIUS, width: 2 * RADIUS, height: 2 * RADIUS }));
  for (const box of aboutDots) taken.add(box);
  const made: Mark[] = [];
  for (const [i, { name }] of points.entries()) {
    const [x, y] = places[i]!;
    const text = fit(visible(name), MOST_NAME, SIZE);
    if (text.trim() === '') continue;
    const by = RADIUS + 3;
    for (const [dx, dy, align] of [
      [by, 0, 'start'],
      [-by, 0, 'end'],
      [0, -by - 6, 'middle'],
      [0, by + 6, 'middle'],
    ] as const) {
      const mark = label(text, x + dx, y + dy, { align });
      if (!inside(mark.box, plot) || taken.hits(mark.box)) continue;
      taken.add(mark.box);
      made.push({ ...mark, foreign: true });
      break;
    }
  }
  return made;
}

const inside = (box: Box, plot: Box): boolean =>
  box.x >= plot.x + 1 &&
  box.y >= plot.y + 1 &&
  box.x + box.width <= plot.x + plot.width - 1 &&
  box.y + box.height <= plot.y + plot.height - 1;

/** Boxes by the squares that they lie in: thousands are asked after thousands. */
class Grid {
  private readonly squares = new Map<string, Box[]>();

  add(box: Box): void {
    for (const square of squaresOf(box)) {
      const there = this.squares.get(square);
      if (there) there.push(box);
      else this.squares.set(square, [box]);
    }
  }

  hits(box: Box): boolean {
    return squaresOf(box).some((square) => this.squares.get(square)?.some((other) => overlap(box, other)));
  }
}

function squaresOf({ x, y, width, height }: Box): string[] {
  const side = 32;
  const squares: string[] = [];
  for (let column = Math.floor(x / side); column <= Math.floor((x + width) / side); column++)
    for (let row = Math.floor(y / side); row <= Math.floor((y + height) / side); row++) squares.push(`${column} ${row}`);
  return squares;
}
