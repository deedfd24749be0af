/** A scatter as data: no two names over one another, none over a dot, and what is left out is said. */
import { textsOf, type Box } from '../../src/drawing/marks.js';
import { contrast, DARK, LIGHT } from '../../src/drawing/palette.js';
import { scatterPage } from '../../src/drawing/scatter-page.js';
import { scatterPicture, type Scatter } from '../../src/drawing/scatter-picture.js';
import { overlap } from '../../src/drawing/text.js';

const WORDS = ['人工智能技术', '好', 'AlphaGo-Zero', '，', '图书馆', '<script>alert(1)</script>', '\u202Eabc', 'x'.repeat(10_000), '👩‍👩‍👧'];

const scatterOf = (count: number, kinds: number): Scatter => ({
  points: Array.from({ length: count }, (_, i) => ({
    x: Math.sin(12.9898 * i) * 3 + (i % 3),
    y: Math.cos(78.233 * i),
    name: WORDS[i % WORDS.length]!,
    kind: kinds > 0 ? i % kinds : undefined,
  })),
  kinds: Array.from({ length: kinds }, (_, i) => `${WORDS[i % WORDS.length]!}${i}`),
  axes: ['component 1', 'component 2'],
  notes: ['PCA of some vectors.'],
});

const sizes = [1, 2, 30, 800].flatMap((count) =>
  [0, 2, 12, 40].flatMap((kinds) => [1240, 780, 374].map((width) => ({ count, kinds, width }))),
);

test.each(sizes)('$count points of $kinds kinds at $width px', ({ count, kinds, width }) => {
  const { picture, named } = scatterPicture(scatterOf(count, Math.min(kinds, count)), width);
  const texts = textsOf(picture.marks).map(({ box }) => box);
  const dots = picture.marks.filter((mark) => mark.kind === 'shape' && mark.title !== undefined).map(({ box }) => box);
  expect(dots).toHaveLength(count);
  const hits = (a: Box, all: readonly Box[]): boolean => all.some((b) => b !== a && overlap(a, b));
  expect(texts.filter((box) => hits(box, texts) || hits(box, dots))).toEqual([]);
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  for (const { x, y, width: w, height } of [...texts, ...dots])
    expect(x >= 0 && y >= 0 && x + w <= whole.width && y + height <= whole.height).toBe(true);
  const said = textsOf(picture.marks).some(({ text }) => text.includes(`${named} of ${count} names have room`));
  expect(said).toBe(named < count);
  expect(named).toBeGreaterThan(0);
});

test('a distance is one in every direction', () => {
  const square = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => ({ x: x!, y: y!, name: 'a', kind: undefined })); // prettier-ignore
  const { picture } = scatterPicture({ points: square, kinds: [], axes: undefined, notes: [] }, 1240);
  const centres = picture.marks
    .filter((mark) => mark.kind === 'shape' && mark.title !== undefined)
    .map(({ box: { x, y, width, height } }) => [x + width / 2, y + height / 2] as const)
    .reverse();
  const [a, b, c] = centres;
  expect(b![0] - a![0]).toBeCloseTo(b![1] - c![1], 6);
  expect(b![0] - a![0]).toBeGreaterThan(100);
});

test('the first twelve kinds differ in form or colour, and colours can be told from the page', () => {
  const { picture } = scatterPicture(scatterOf(12, 12), 1240);
  const looks = picture.marks.flatMap((mark) =>
    mark.kind === 'shape' && mark.title !== undefined
      ? [`${mark.look} ${mark.path?.length ?? 0} ${(mark.path?.[0]?.[1] ?? 0) > mark.box.y}`]
      : [],
  );
  expect(new Set(looks).size).toBe(12);
  for (const palette of [LIGHT, DARK]) for (const colour of palette.kinds) expect(contrast(colour, palette.page)).toBeGreaterThanOrEqual(3);
});

test('hostile names stay text, on the picture and in the page', () => {
  const page = scatterPage(scatterOf(30, 9), { title: '</title><script>alert(1)</script>', theme: 'auto', hash: () => 'hash' });
  expect(page).not.toMatch(/<script/i);
  expect(page).not.toContain('\u202E');
  expect(page).toContain('⟨U+202E⟩abc');
  expect(page.match(/<tr>/g)).toHaveLength(31);
});
