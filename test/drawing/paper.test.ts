/** Pictures on paper: no page higher than the paper, none through a strip, a box or a word, and nothing lost. */
import { bottom, textsOf, type Mark } from '../../src/drawing/marks.js';
import { PAPER, pagesOf } from '../../src/drawing/paper.js';
import { pictureOf, viewOf } from '../../src/drawing/picture.js';
import { sceneFor, type SceneSpec } from './support.js';

const BOTH = ['forward', 'backward'] as const;
const TALL: SceneSpec[] = [
  { tokens: 50, units: 16 },
  { tokens: 50, units: 128, cell: 'gru' },
  { tokens: 66, units: 128, directions: BOTH, layers: 3 },
  { tokens: 6, units: 128, directions: BOTH },
  { tokens: 20, units: 8, says: 30, directions: BOTH },
  { tokens: 4, units: 6, says: 5, directions: BOTH },
  { tokens: 30, units: 16, tags: 12, gradients: true },
  { tokens: 200, units: 512 },
];

test.each(TALL)('%j', (spec) => {
  const scene = sceneFor(spec);
  const picture = pictureOf(scene, viewOf(scene, {}));
  const pages = pagesOf(picture);
  expect(pages.length).toBeGreaterThan(1);
  let top = 0;
  for (const [i, page] of pages.entries()) {
    expect(page.top).toBe(top);
    expect(page.height).toBeLessThanOrEqual(i === 0 ? PAPER.first : PAPER.other);
    expect(page.height).toBeGreaterThan(0);
    top += page.height;
  }
  expect(top).toBe(picture.height);
  const ends = pages.slice(1).map((page) => page.top!);
  const solid = (mark: Mark): boolean => mark.kind === 'strip' || (mark.kind === 'shape' && mark.level === undefined && !mark.path);
  const cut = [...picture.marks.filter(solid), ...textsOf(picture.marks)].filter(({ box }) =>
    ends.some((y) => box.y < y && bottom(box) > y),
  );
  expect(cut.map((mark) => ('text' in mark ? mark.text : mark.kind))).toEqual([]);
  const drawn = new Set(pages.flatMap(({ marks }) => marks));
  expect(picture.marks.filter((mark) => !drawn.has(mark))).toEqual([]);
});

test('systems are kept whole where they fit: as in sheet music a page ends between two of them', () => {
  const scene = sceneFor({ tokens: 50, units: 8 });
  const picture = pictureOf(scene, viewOf(scene, {}));
  const ends = pagesOf(picture)
    .slice(1)
    .map(({ top }) => top);
  expect(picture.breaks!.length).toBeGreaterThanOrEqual(2);
  expect(ends.every((y) => picture.breaks!.includes(y!))).toBe(true);
});

test('a picture that fits is one page', () => {
  const scene = sceneFor({ tokens: 5, units: 8, padding: 3 });
  const picture = pictureOf(scene, viewOf(scene, {}));
  const [page, ...others] = pagesOf(picture);
  expect(others).toEqual([]);
  expect(page).toMatchObject({ top: 0, height: picture.height });
  expect(page!.marks).toEqual(picture.marks);
});
