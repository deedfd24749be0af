/**
 * Marks to SVG. No `style` attribute anywhere: classes only, so that a page may forbid inline styles and a theme is CSS alone.
 * Strips of many units become images of one pixel a cell, or, for paper, vector strokes.
 */
import {
  bottom,
  right,
  type ArrowMark,
  type Box,
  type Picture,
  type Point,
  type ShapeMark,
  type StripMark,
  type TextMark,
} from './marks.js';
import { DARK, LIGHT } from './palette.js';
import { base64, encodePng, type Deflate } from './png.js';
import type { Theme } from './style.js';

export interface SvgOptions {
  /** unique among the pictures of one page: the start of every id in it */
  prefix: string;
  /** how strips of more than 16 cells are written */
  strips: { how: 'vector' } | { how: 'image'; deflate: Deflate; theme: Theme };
  title: string;
  description: string;
  /** the column of this time step is marked */
  chosen?: number | undefined;
  /** language of the tokens: it decides the shapes of Han characters */
  tokenLanguage: string;
  /** goes into the file's head, for a picture that stands alone */
  style?: string | undefined;
}

const DECIMALS = 100;
/** A coordinate with two decimals at most. */
const at = (value: number): string => String(Math.round(value * DECIMALS) / DECIMALS);

export const escapeXml = (text: string): string =>
  text
    .replace(/[\uFFFE\uFFFF]|\p{Cs}/gu, '\uFFFD')
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '\uFFFD')
    .replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

/** The whole picture as an `<svg>` element. */
export function svg(picture: Picture, options: SvgOptions): string {
  const { width, height, marks, columns } = picture;
  const { prefix, title, description, style } = options;
  const strips = marks.filter((mark) => mark.kind === 'strip');
  const shapes = marks.filter((mark) => mark.kind === 'shape').filter(({ look }) => look !== 'none');
  const arrows = marks.filter((mark) => mark.kind === 'arrow');
  const ground = shapes.filter(({ level }) => level === 'ground');
  const plates = shapes.filter(({ level }) => level === 'plate');
  const others = shapes.filter(({ level }) => level === undefined);
  const chosen = columns.find(({ timeStep }) => timeStep === options.chosen);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${at(width)}" height="${at(height)}" viewBox="0 0 ${at(width)} ${at(height)}" role="img" aria-labelledby="${prefix}-title ${prefix}-description">`,
    `<title id="${prefix}-title">${escapeXml(title)}</title><desc id="${prefix}-description">${escapeXml(description)}</desc>`,
    style === undefined ? '' : `<style>${style.replace(/</g, '&lt;')}</style>`,
    hatching(prefix),
    style === undefined ? '' : `<rect class="page" width="${at(width)}" height="${at(height)}"/>`,
    ...ground.map((shape) => shapeSvg(shape, prefix)),
    chosen ? rect(inset(chosen.box, 1.5), 'chosen', 5, ` id="${prefix}-chosen"`) : '',
    ...arrowsSvg(
      arrows.filter(({ role }) => role !== 'cell'),
      options.strips.how === 'image',
    ),
    ...arrows.filter(({ role }) => role === 'cell').map((mark) => halo(mark) + arrowSvg(mark)),
    ...others.map((shape) => shapeSvg(shape, prefix)),
    ...stripsSvg(strips, options),
    ...plates.map((shape) => shapeSvg(shape, prefix)),
    ...marks.filter((mark) => mark.kind === 'text').map((mark) => textSvg(mark, options.tokenLanguage)),
    '</svg>',
  ];
  return parts.filter((part) => part !== '').join('\n');
}

export const inset = ({ x, y, width, height }: Box, by: number): Box => ({
  x: x + by,
  y: y + by,
  width: width - 2 * by,
  height: height - 2 * by,
});

const hatching = (prefix: string): string =>
  `<defs><pattern id="${prefix}-hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch-line" d="M4 0V8"/></pattern></defs>`;

function rect({ x, y, width, height }: Box, look: string, radius = 0, more = ''): string {
  const round = radius > 0 ? ` rx="${at(radius)}"` : '';
  return `<rect class="${look}" x="${at(x)}" y="${at(y)}" width="${at(Math.max(width, 0))}" height="${at(Math.max(height, 0))}"${round}${more}/>`;
}

function shapeSvg(mark: ShapeMark, prefix: string): string {
  return mark.title === undefined ? bareSvg(mark, prefix) : `<g><title>${escapeXml(mark.title)}</title>${bareSvg(mark, prefix)}</g>`;
}

function bareSvg({ box, look, radius, path, value }: ShapeMark, prefix: string): string {
  if (look === 'hatch') return rect(box, 'hatch', 0, ` fill="url(#${prefix}-hatch)"`);
  if (path && look.endsWith(' key')) return keySvg(path, look.split(' ')[0]!);
  if (path) return `<path class="${look}" d="${line(path)}"/>`;
  return rect(box, look, radius, value === undefined ? '' : ` data-value="${value}"`);
}

const line = (points: readonly Point[]): string => points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('');

/** A line of the key to the arrows. */
function keySvg(points: readonly Point[], role: string): string {
  const width = { hidden: 2.5, cell: 4 }[role] ?? 1.5;
  return arrowSvg({
    kind: 'arrow',
    role: role as ArrowMark['role'],
    points,
    from: '',
    to: '',
    width,
    head: true,
    box: { x: 0, y: 0, width: 0, height: 0 },
  });
}

const HEAD = { within: [6, 6], output: [8, 8], hidden: [8, 8], cell: [9, 11], loop: [6, 6] } as const;
const CORNER = 6;

/** In a page one path for all lines of one kind, and one for their heads; in a file each arrow is its own. */
function arrowsSvg(arrows: readonly ArrowMark[], pooled: boolean): string[] {
  if (!pooled) return arrows.map(arrowSvg);
  const kinds = new Map<string, { role: string; width: number; body: string; head: string }>();
  for (const mark of arrows) {
    const { role, width } = mark;
    const kind = kinds.get(`${role} ${at(width)}`) ?? { role, width, body: '', head: '' };
    const { body, head } = arrowPaths(mark);
    kinds.set(`${role} ${at(width)}`, { role, width, body: kind.body + body, head: kind.head + head });
  }
  return [...kinds.values()].map(drawnArrow);
}

const arrowSvg = (mark: ArrowMark): string => drawnArrow({ role: mark.role, width: mark.width, ...arrowPaths(mark) });

const drawnArrow = ({ role, width, body, head }: { role: string; width: number; body: string; head: string }): string =>
  `<path class="a ${role}" stroke-width="${at(width)}" d="${body}"/>${head === '' ? '' : `<path class="h-${role}" d="${head}"/>`}`;

function arrowPaths({ role, points, head }: ArrowMark): { body: string; head: string } {
  const [length, breadth] = HEAD[role];
  const [end, from] = [points.at(-1)!, points.at(-2)!];
  const distance = Math.hypot(end[0] - from[0], end[1] - from[1]);
  const [dx, dy] = distance === 0 ? [0, -1] : [(end[0] - from[0]) / distance, (end[1] - from[1]) / distance];
  const long = Math.min(length, distance);
  const neck: Point = head ? [end[0] - dx * long, end[1] - dy * long] : end;
  const body = rounded([...points.slice(0, -1), neck]);
  if (!head) return { body, head: '' };
  const side = breadth / 2;
  const tips: Point[] = [end, [neck[0] - dy * side, neck[1] + dx * side], [neck[0] + dy * side, neck[1] - dx * side]];
  return { body, head: `${line(tips)}Z` };
}

/** The ground's own colour on both sides of a line that runs straight over others. */
const halo = ({ points, width }: ArrowMark): string =>
  points.length > 2
    ? ''
    : `<path class="halo" stroke-width="${at(width + 4)}" d="${line([
        [points[0]![0] + Math.sign(points.at(-1)![0] - points[0]![0]) * 2, points[0]![1]],
        [points.at(-1)![0] - Math.sign(points.at(-1)![0] - points[0]![0]) * 9, points.at(-1)![1]],
      ])}"/>`;

/** A polyline with its corners rounded. */
function rounded(points: readonly Point[]): string {
  let path = `M${at(points[0]![0])} ${at(points[0]![1])}`;
  for (let i = 1; i < points.length - 1; i++) {
    const [before, corner, after] = [points[i - 1]!, points[i]!, points[i + 1]!];
    const [a, b] = [toward(corner, before), toward(corner, after)];
    path += `L${at(a[0])} ${at(a[1])}Q${at(corner[0])} ${at(corner[1])} ${at(b[0])} ${at(b[1])}`;
  }
  const [x, y] = points.at(-1)!;
  return `${path}L${at(x)} ${at(y)}`;
}

/** The point on the way from `a` to `b` where the corner at `a` begins. */
function toward(a: Point, b: Point): Point {
  const distance = Math.hypot(b[0] - a[0], b[1] - a[1]);
  const share = distance === 0 ? 0 : Math.min(CORNER, distance / 2) / distance;
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
}

function textSvg({ box, text, size, font, align, look, turned, foreign }: TextMark, tokenLanguage: string): string {
  const middleY = box.y + box.height / 2;
  const [x, y] = turned
    ? [box.x + box.width / 2 + 0.35 * size, middleY]
    : [align === 'start' ? box.x : align === 'end' ? right(box) : box.x + box.width / 2, middleY + 0.36 * size];
  const classes = [look, font === 'plain' ? '' : font, turned ? 'middle' : align === 'start' ? '' : align, foreign ? 'f' : '']
    .filter(Boolean)
    .join(' ');
  const language = foreign ? ` lang="${tokenLanguage}"` : '';
  const turn = turned ? ` transform="rotate(-90 ${at(x)} ${at(y)})"` : '';
  return `<text class="${classes}" font-size="${size}" x="${at(x)}" y="${at(y)}"${turn}${language}>${escapeXml(text)}</text>`;
}

/** Cells that are large are shapes: in a file those of a strip together, so that each can be pointed at; many small ones an image or strokes a lane. */
const MOST_RECTS = 16;

function* stripsSvg(strips: readonly StripMark[], { prefix, strips: how }: SvgOptions): Generator<string> {
  const small = strips.filter(({ levels, lane }) => levels.length <= MOST_RECTS || !lane);
  if (how.how === 'image') yield* pooledSvg(strips.filter(({ levels }) => levels.length <= MOST_RECTS));
  else for (const strip of small) yield cellsSvg(strip);
  const lanes = lanesOf(strips.filter((strip) => strip.levels.length > MOST_RECTS && (strip.lane !== undefined || how.how === 'image')));
  let number = 0;
  const clips = new Map<string, string>();
  for (const lane of lanes.values()) {
    if (how.how === 'vector') yield strokesSvg(lane);
    else {
      const outline = lane.map(({ box: { x, width } }) => `M${at(x)} 0h${at(width)}v9999h${at(-width)}z`).join('');
      let clip = clips.get(outline);
      if (clip === undefined) {
        clip = `${prefix}-clip${number++}`;
        clips.set(outline, clip);
        yield `<clipPath id="${clip}"><path d="${outline}"/></clipPath>`;
      }
      yield* imagesSvg(lane, clip, how);
    }
    yield notches(lane);
    const outlines = lane.flatMap(({ box, bare }) => (bare ? [] : [outlineOf(box)]));
    if (outlines.length > 0) yield `<path class="outline" d="${outlines.join('')}"/>`;
  }
}

/** Strips by the lane that they lie in; one without a lane is its own. */
function lanesOf(strips: readonly StripMark[]): Map<string, StripMark[]> {
  const lanes = new Map<string, StripMark[]>();
  for (const strip of strips) {
    const name = strip.lane?.name ?? strip.name;
    const lane = lanes.get(name);
    if (lane) lane.push(strip);
    else lanes.set(name, [strip]);
  }
  return lanes;
}

const outlineOf = ({ x, y, width, height }: Box): string => `M${at(x)} ${at(y)}h${at(width)}v${at(height)}h${at(-width)}z`;

/** The box of one cell of a strip. */
function cellBox({ box, axis, levels }: Pick<StripMark, 'box' | 'axis' | 'levels'>, cell: number): Box {
  const { x, y, width, height } = box;
  const count = levels.length;
  return axis === 'down'
    ? { x, y: y + (cell * height) / count, width, height: height / count }
    : { x: x + (cell * width) / count, y, width: width / count, height };
}

function cellsSvg(strip: StripMark): string {
  const letter = strip.scale === 'signed' ? 's' : 'g';
  const cells = strip.levels.map((level, cell) => `<path class="${letter}${level}" d="${outlineOf(cellBox(strip, cell))}"/>`).join('');
  const lines = separators(strip);
  const between = lines === '' ? '' : `<path class="separators" d="${lines}"/>`;
  return `<g data-name="${escapeXml(strip.name)}">${cells}${between}<path class="outline" d="${outlineOf(strip.box)}"/>${notches([strip])}${numbersSvg(strip)}</g>`;
}

/** In a page, which knows by itself what is pointed at: one path for all cells of one colour, one for all lines; a group for the numbers alone. */
function* pooledSvg(strips: readonly StripMark[]): Generator<string> {
  const cells = new Map<string, string>();
  for (const strip of strips)
    for (const [cell, level] of strip.levels.entries()) {
      const look = `${strip.scale === 'signed' ? 's' : 'g'}${level}`;
      cells.set(look, (cells.get(look) ?? '') + outlineOf(cellBox(strip, cell)));
    }
  for (const [look, d] of cells) yield `<path class="${look}" d="${d}"/>`;
  const lines = strips.map(separators).join('');
  if (lines !== '') yield `<path class="separators" d="${lines}"/>`;
  if (strips.length > 0) yield `<path class="outline" d="${strips.map(({ box }) => outlineOf(box)).join('')}"/>`;
  yield notches(strips);
  for (const strip of strips) yield `<g data-name="${escapeXml(strip.name)}">${numbersSvg(strip)}</g>`;
}

function numbersSvg({ numbers, axis }: StripMark): string {
  const [first] = numbers;
  if (!first) return '';
  const middle = ({ box }: TextMark): Point => [box.x + box.width / 2, box.y + box.height / 2 + 0.36 * first.size];
  // those beneath each other have their x in common, those beside each other their y
  const [x, y] = middle(first);
  const shift = axis === 'down' ? `${at(x)} 0` : `0 ${at(y)}`;
  const texts = numbers.map((mark) => {
    const place = axis === 'down' ? `y="${tenth(middle(mark)[1])}"` : `x="${tenth(middle(mark)[0])}"`;
    return `<text class="${mark.look}" ${place}>${mark.text}</text>`;
  });
  return `<g class="mono middle" font-size="${first.size}" transform="translate(${shift})">${texts.join('')}</g>`;
}

const tenth = (value: number): string => String(Math.round(value * 10) / 10);

/** The lines between cells, as the path that draws them; none where cells are small. */
function separators(strip: StripMark): string {
  const { width, height } = cellBox(strip, 0);
  if (Math.min(width, height) < 5) return '';
  const lines = strip.levels.slice(1).map((_, i) => {
    const { x, y } = cellBox(strip, i + 1);
    return strip.axis === 'down' ? `M${at(x)} ${at(y)}h${at(width)}` : `M${at(x)} ${at(y)}v${at(height)}`;
  });
  return lines.join('');
}

/** A corner cut off a cell whose value lies beyond the range. */
function notches(strips: readonly StripMark[]): string {
  const corners = strips.flatMap((strip) =>
    strip.beyond.map((cell) => {
      const box = cellBox(strip, cell);
      const size = Math.min(6, Math.max(box.height, 3), box.width);
      return `M${at(right(box))} ${at(box.y)}h${at(-size)}l${at(size)} ${at(size)}z`;
    }),
  );
  return corners.length > 0 ? `<path class="notch" d="${corners.join('')}"/>` : '';
}

/** One path a level: vertical strokes as broad as the strips; neighbours of one level are one stroke. */
function strokesSvg(lane: readonly StripMark[]): string {
  const paths = new Map<number, string>();
  for (const { box, levels } of lane) {
    const step = box.height / levels.length;
    for (let cell = 0; cell < levels.length;) {
      let end = cell + 1;
      while (levels[end] === levels[cell]) end++;
      const from = `M${at(box.x + box.width / 2)} ${at(box.y + cell * step)}v${at((end - cell) * step)}`;
      paths.set(levels[cell]!, (paths.get(levels[cell]!) ?? '') + from);
      cell = end;
    }
  }
  const [{ box, scale, name }] = [lane[0]!];
  const letter = scale === 'signed' ? 's' : 'g';
  const strokes = [...paths].sort(([a], [b]) => a - b).map(([level, d]) => `<path class="k${letter}${level}" d="${d}"/>`);
  return `<g fill="none" stroke-width="${at(box.width)}" data-name="${escapeXml(name)}">${strokes.join('')}</g>`;
}

/** One image a lane and theme: a pixel a cell, columns a pitch apart, cut to the strips by the clip. */
function* imagesSvg(lane: readonly StripMark[], clip: string, { deflate, theme }: { deflate: Deflate; theme: Theme }): Generator<string> {
  const { box, levels, scale, axis } = lane[0]!;
  const pitch = lane[0]!.lane?.pitch ?? (axis === 'down' ? box.width : box.height);
  const first = Math.min(...lane.map((strip) => strip.lane?.column ?? 0));
  const last = Math.max(...lane.map((strip) => strip.lane?.column ?? 0));
  const [width, height] = axis === 'down' ? [last - first + 1, levels.length] : [levels.length, 1];
  const pixels = new Uint8Array(width * height);
  for (const strip of lane)
    if (axis === 'down') for (const [y, level] of strip.levels.entries()) pixels[y * width + (strip.lane?.column ?? 0) - first] = level;
    else pixels.set(strip.levels);
  const leftmost = lane.find((strip) => (strip.lane?.column ?? 0) === first)!.box;
  const place =
    axis === 'down' ? { x: leftmost.x + box.width / 2 - pitch / 2, y: box.y, width: width * pitch, height: bottom(box) - box.y } : box;
  for (const [name, palette] of [
    ['light', LIGHT],
    ['dark', DARK],
  ] as const) {
    if (theme !== 'auto' && theme !== name) continue;
    const png = base64(encodePng(width, height, pixels, palette[scale], deflate));
    const cut = axis === 'down' ? ` clip-path="url(#${clip})"` : '';
    yield `<image class="${name}" x="${at(place.x)}" y="${at(place.y)}" width="${at(place.width)}" height="${at(place.height)}" preserveAspectRatio="none"${cut} href="data:image/png;base64,${png}"/>`;
  }
}
