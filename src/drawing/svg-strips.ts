/**
 * Strips as SVG: cells as shapes where they are large; of many units images of one pixel a cell, or, for paper, vector strokes;
 * in black and white squares and bars.
 */
import { bottom, type StripMark } from './marks.js';
import { inkedStrip } from './ink.js';
import { at, escapeXml, outlineOf } from './markup.js';
import { DARK, LIGHT } from './palette.js';
import { base64, encodePng, type Deflate } from './png.js';
import type { Theme } from './style.js';
import { cellBox, notches, numbersSvg, separators } from './svg-cells.js';

/** How strips of more than 16 cells are written, and in black and white all of them. */
export type StripsHow = { how: 'vector' } | { how: 'ink' } | { how: 'image'; deflate: Deflate; theme: Theme };

/** Cells that are large are shapes: in a file those of a strip together, so that each can be pointed at; many small ones an image or strokes a lane. */
const MOST_RECTS = 16;

/** @param prefix the start of every id */
export function* stripsSvg(strips: readonly StripMark[], prefix: string, how: StripsHow): Generator<string> {
  if (how.how === 'ink') {
    for (const strip of strips) yield inkedStrip(strip);
    return;
  }
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
