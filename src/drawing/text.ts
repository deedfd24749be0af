/**
 * How wide a text can be at most, and what of it may be shown. Nothing is measured: the table has the widths of DejaVu Sans,
 * which is wider than the system fonts of today's machines, so a place reserved by it is large enough for those too.
 */
import type { Box, TextMark } from './marks.js';

/** Hundredths of an em for U+0020 to U+007E. */
const PLAIN =
  '32 41 46 84 64 96 78 28 40 40 50 84 32 37 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 54 100 69 69 70 78 64 58 78 76 30 30 66 56 87 75 79 61 79 70 64 62 74 69 99 69 62 69 40 34 40 84 50 50 62 64 55 64 62 36 64 64 28 28 58 28 98 64 62 64 64 42 53 40 64 60 82 60 60 53 64 34 64 84'
    .split(' ')
    .map(Number);
const BOLD =
  '35 46 53 84 70 101 88 31 46 46 53 84 38 42 38 37 70 70 70 70 70 70 70 70 70 70 40 40 84 84 84 59 100 78 77 74 84 69 69 83 84 38 38 78 64 100 84 86 74 86 78 73 69 82 78 111 78 73 73 46 37 46 84 50 50 68 72 60 72 68 44 72 72 35 35 67 35 105 72 69 72 72 50 60 48 72 66 93 65 66 59 72 37 72 84'
    .split(' ')
    .map(Number);
/** A monospaced character. */
const MONO = 61;

const COMBINING = /^[\p{Mn}\p{Me}\u200B-\u200D\u2060\uFE00-\uFE0F]$/u;
/** Latin, Greek, Cyrillic and the signs that we write ourselves. */
const NARROW = /^[\u00A0-\u052F\u2010-\u22FF]$/u;

function charWidth(character: string, font: TextMark['font']): number {
  const code = character.codePointAt(0)!;
  if (code >= 0x20 && code < 0x7f) return font === 'mono' ? MONO : (font === 'bold' ? BOLD : PLAIN)[code - 0x20]!;
  if (code >= 0x4e00 && code < 0xa000) return font === 'mono' ? 100 : 105;
  if (code < 0x20) return 100;
  if (COMBINING.test(character)) return 0;
  if (font === 'mono') return code < 0x2e80 ? MONO : 100;
  if (/[₀-₉ᵢₜ]/u.test(character)) return 45;
  // an emoji is wider than a Han character in some fonts
  return NARROW.test(character) ? 90 : code > 0xffff ? 135 : 105;
}

/** The most px that the text takes. */
export function widthOf(text: string, size: number, font: TextMark['font'] = 'plain'): number {
  let sum = 0;
  for (const character of text) sum += charWidth(character, font);
  return (sum * size) / 100;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a reader sees as one character, in order. */
export const charactersOf = (text: string): string[] => Array.from(graphemes.segment(text), ({ segment }) => segment);

/** Marks on one letter that are drawn at most: more would reach into the neighbours. */
const PILE = /(\p{M}{3})\p{M}+/gu;

/** Controls, marks of direction, other spaces and lone surrogates as what they are: `⟨U+202E⟩`. */
export function visible(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069\uFEFF\p{Cs}]/gu, (one) => {
      const code = one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      return `⟨U+${code}⟩`;
    })
    .replace(PILE, '$1');
}

/** The text, shortened with `…` where it does not fit into `width` px. */
export function fit(text: string, width: number, size: number, font: TextMark['font'] = 'plain'): string {
  // no more characters than could ever fit are looked at: a token may have 10,000
  const most = Math.ceil(width / (size * 0.1)) + 1;
  if (text.length <= most * 4 && widthOf(text, size, font) <= width) return text;
  let [shown, used] = ['', widthOf('…', size, font)];
  for (const character of charactersOf(text.slice(0, most * 8))) {
    used += widthOf(character, size, font);
    if (used > width) break;
    shown += character;
  }
  return `${shown}…`;
}

/** Words of a line of ours into lines of at most `width` px; Chinese may break after any character. */
export function wrap(text: string, width: number, size: number, font: TextMark['font'] = 'plain'): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/[\u3000-\u9FFF\uFF00-\uFFEF]|[^\s\u3000-\u9FFF\uFF00-\uFFEF]+|\s+/gu) ?? []) {
    if (line !== '' && widthOf((line + word).trimEnd(), size, font) > width) {
      lines.push(line.trim());
      line = '';
    }
    if (line !== '' || word.trim() !== '') line += word;
  }
  return line.trim() === '' ? lines : [...lines, line.trim()];
}

interface TextOptions {
  size?: number;
  font?: TextMark['font'];
  align?: TextMark['align'];
  look?: string;
}

export const LINE_HEIGHT = 1.25;

/** A text whose place is reserved about (x, y): y is its middle. */
export function label(text: string, x: number, y: number, options: TextOptions = {}): TextMark {
  const { size = 11.5, font = 'plain', align = 'start', look = 'ink' } = options;
  const width = widthOf(text, size, font);
  const height = size * LINE_HEIGHT;
  const left = align === 'start' ? x : align === 'end' ? x - width : x - width / 2;
  return { kind: 'text', box: { x: left, y: y - height / 2, width, height }, text, size, font, align, look };
}

/** Whether two boxes have a part in common that is larger than rounding. */
export function overlap(a: Box, b: Box): boolean {
  const by = 0.01;
  return a.x + a.width > b.x + by && b.x + b.width > a.x + by && a.y + a.height > b.y + by && b.y + b.height > a.y + by;
}
