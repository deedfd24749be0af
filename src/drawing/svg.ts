/** Marks to SVG. No `style` attribute anywhere: classes only, so that a page may forbid inline styles and a theme is CSS alone. */
import { inkedCell } from './ink.js';
import { right, type ArrowMark, type Box, type Picture, type Point, type ShapeMark, type TextMark } from './marks.js';
import { at, escapeXml, line, outlineOf } from './markup.js';
import { arrowsSvg, arrowSvg, halo } from './svg-arrows.js';
import { stripsSvg, type StripsHow } from './svg-strips.js';

export interface SvgOptions {
  /** unique among the pictures of one page: the start of every id in it */
  prefix: string;
  strips: StripsHow;
  title: string;
  description: string;
  /** the column of this time step is marked */
  chosen?: number | undefined;
  /** language of the tokens: it decides the shapes of Han characters */
  tokenLanguage: string;
  /** goes into the file's head, for a picture that stands alone */
  style?: string | undefined;
}

/** The whole picture as an `<svg>` element. */
export function svg(picture: Picture, options: SvgOptions): string {
  const { width, height, marks, columns, top = 0 } = picture;
  const { prefix, title, description, style } = options;
  const strips = marks.filter((mark) => mark.kind === 'strip');
  const shapes = marks.filter((mark) => mark.kind === 'shape').filter(({ look }) => look !== 'none');
  const arrows = marks.filter((mark) => mark.kind === 'arrow');
  const ground = shapes.filter(({ level }) => level === 'ground');
  const plates = shapes.filter(({ level }) => level === 'plate');
  const others = shapes.filter(({ level }) => level === undefined);
  const ink = options.strips.how === 'ink';
  const drawn = (shape: ShapeMark): string => (ink && inkedCell(shape)) || shapeSvg(shape, prefix);
  const chosen = columns.find(({ timeStep }) => timeStep === options.chosen);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${at(width)}" height="${at(height)}" viewBox="0 ${at(top)} ${at(width)} ${at(height)}" role="img" aria-labelledby="${prefix}-title ${prefix}-description">`,
    `<title id="${prefix}-title">${escapeXml(title)}</title><desc id="${prefix}-description">${escapeXml(description)}</desc>`,
    style === undefined ? '' : `<style>${style.replace(/</g, '&lt;')}</style>`,
    hatching(prefix),
    style === undefined ? '' : `<rect class="page" width="${at(width)}" height="${at(height)}"/>`,
    ...ground.map(drawn),
    chosen ? rect(inset(chosen.box, 1.5), 'chosen', 5, ` id="${prefix}-chosen"`) : '',
    ...arrowsSvg(
      arrows.filter(({ role }) => role !== 'cell'),
      options.strips.how === 'image',
    ),
    ...arrows.filter(({ role }) => role === 'cell').map((mark) => halo(mark) + arrowSvg(mark)),
    ...(options.strips.how === 'image' ? pooledCells(others) : []),
    ...others.filter((shape) => options.strips.how !== 'image' || !isCell(shape)).map(drawn),
    ...stripsSvg(strips, prefix, options.strips),
    ...plates.map(drawn),
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

const isCell = ({ look }: ShapeMark): boolean => /^[sg]\d+$/.test(look);

/** The cells of legends: in a page one path for all of one colour. */
function pooledCells(shapes: readonly ShapeMark[]): string[] {
  const cells = new Map<string, string>();
  for (const { look, box } of shapes.filter(isCell)) cells.set(look, (cells.get(look) ?? '') + outlineOf(box));
  return [...cells].map(([look, d]) => `<path class="${look}" d="${d}"/>`);
}

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

/** A line of the key to the arrows. */
function keySvg(points: readonly Point[], role: string): string {
  const width = { hidden: 2.5, cell: 4, looked: 4 }[role] ?? 1.5;
  return arrowSvg({
    kind: 'arrow',
    role: role as ArrowMark['role'],
    points,
    from: '',
    to: '',
    width,
    head: role !== 'looked',
    box: { x: 0, y: 0, width: 0, height: 0 },
  });
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
