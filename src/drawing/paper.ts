/**
 * A picture on paper: as broad as the page, so that its letters stay legible, and as many pages as its height needs. A page ends between
 * systems or panels where one is near enough, else between two rows of a system; never through a strip, a box or a word.
 */
import { bottom, textsOf, type Mark, type Picture } from './marks.js';

/** px of a picture that is 1240 px broad, on A4 across with margins of 10 mm: the first page has the sentence above it. */
export const PAPER = { first: 700, other: 830 };
/** A page that would be emptier than this ends within a system instead. */
const LEAST_FILLED = 0.4;

/** What may be cut through: lines that run from page to page, and the ground behind everything. */
const isCut = (mark: Mark): boolean =>
  mark.kind === 'arrow' || (mark.kind === 'shape' && (mark.level === 'ground' || mark.path !== undefined));

/** The parts of a picture from above, each with the marks that reach into it. */
export function pagesOf(picture: Picture, paper = PAPER): Picture[] {
  const pages: Picture[] = [];
  for (let top = 0; top < picture.height;) {
    const end = endOf(picture, top, pages.length === 0 ? paper.first : paper.other);
    const marks = picture.marks.filter(({ box }) => box.y < end && bottom(box) > top);
    const columns = picture.columns.filter(({ box }) => box.y < end && bottom(box) > top);
    pages.push({ width: picture.width, height: end - top, top, marks, columns });
    top = end;
  }
  return pages;
}

/** Where the page that begins at `top` ends. */
function endOf({ height, breaks = [], marks }: Picture, top: number, room: number): number {
  if (height - top <= room) return height;
  const fits = (y: number): boolean => y > top && y <= top + room;
  const between = breaks.filter(fits).at(-1);
  if (between !== undefined && between - top >= LEAST_FILLED * room) return between;
  const solid = [...marks.filter((mark) => mark.kind !== 'text' && !isCut(mark)), ...textsOf(marks)].map(
    ({ box }) => [box.y, bottom(box)] as const,
  );
  for (let y = Math.floor(top + room); y > top + LEAST_FILLED * room; y--) if (!solid.some(([from, to]) => from < y && to > y)) return y;
  // a row that is higher than a page is cut, as it would be anyway
  return between ?? Math.floor(top + room);
}
