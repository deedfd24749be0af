/** What holds of every picture, whatever the sizes: no text on another, nothing outside, arrows from node to node, nothing at masked steps. */
import { cellPicture, cellUnits } from '../../src/drawing/cell-picture.js';
import { textsOf, type ArrowMark, type Box, type Mark, type Picture, type StripMark } from '../../src/drawing/marks.js';
import { pictureOf, viewOf, type Look } from '../../src/drawing/picture.js';
import { before, type Direction, type Scene } from '../../src/drawing/scene.js';
import { overlap } from '../../src/drawing/text.js';
import { contextOf } from '../../src/drawing/view.js';
import { sceneFor, type SceneSpec } from './support.js';

const stripsOf = (marks: readonly Mark[]): StripMark[] => marks.filter((mark) => mark.kind === 'strip');
const arrowsOf = (marks: readonly Mark[]): ArrowMark[] => marks.filter((mark) => mark.kind === 'arrow');

/** Pairs of boxes that overlap, found along y. */
function overlaps<T extends { box: Box }>(boxes: readonly T[]): [T, T][] {
  const sorted = [...boxes].sort((a, b) => a.box.y - b.box.y);
  const found: [T, T][] = [];
  for (const [i, a] of sorted.entries())
    for (let j = i + 1; j < sorted.length && sorted[j]!.box.y < a.box.y + a.box.height; j++)
      if (overlap(a.box, sorted[j]!.box)) found.push([a, sorted[j]!]);
  return found;
}

const show = (mark: { box: Box; text?: string; name?: string }): string => {
  const { x, y, width, height } = mark.box;
  return `${mark.text ?? mark.name} at ${[x, y, width, height].map(Math.round).join(' ')}`;
};

function checkPicture(picture: Picture): void {
  const { marks, width, height } = picture;
  const texts = textsOf(marks);
  expect(overlaps(texts).map(([a, b]) => `${show(a)} on ${show(b)}`)).toEqual([]);
  const outside = (box: Box): boolean =>
    box.x < -0.01 || box.y < -0.01 || box.x + box.width > width + 0.01 || box.y + box.height > height + 0.01;
  expect(texts.filter(({ box }) => outside(box)).map(show)).toEqual([]);
  expect(marks.filter(({ kind, box }) => kind !== 'text' && outside(box)).map((mark) => `${mark.kind} ${show(mark)}`)).toEqual([]);
  // a frame is drawn to both sides of its edge
  const framed = marks.filter((mark) => mark.kind === 'shape' && /^(answer-box|span|token)$/.test(mark.look));
  expect(framed.filter(({ box }) => box.x < 0.75 || box.x + box.width > width - 0.75).map(show)).toEqual([]);
  // the lines of decades strike no number out
  const decades = marks.filter((mark) => mark.kind === 'shape' && mark.look === 'decade');
  const numbers = texts.filter(({ tensor }) => tensor?.what === 'gradient');
  expect(overlaps([...decades, ...numbers]).filter(([a, b]) => a.kind !== b.kind)).toEqual([]);
  const strips = stripsOf(marks);
  expect(overlaps(strips).map(([a, b]) => `${show(a)} on ${show(b)}`)).toEqual([]);
  const operations = marks.filter((mark) => mark.kind === 'shape').filter(({ look }) => look === 'operation');
  expect(overlaps([...operations, ...strips]).map(([a, b]) => `${show(a)} on ${show(b)}`)).toEqual([]);
  // words on colours that are not theirs
  const words = marks.filter((mark) => mark.kind === 'text');
  const onStrips = overlaps([...words, ...strips]).filter(([a, b]) => a.kind !== b.kind);
  expect(onStrips.map(([a, b]) => `${show(a)} on ${show(b)}`)).toEqual([]);
  // one `expect` for all strips, here and below: there are millions of them
  const wrong = strips.filter(
    ({ levels, scale, units }) =>
      units.length !== levels.length ||
      !levels.every((level) => Number.isInteger(level) && level >= 0 && level <= (scale === 'signed' ? 20 : 10)),
  );
  expect(wrong.map(show)).toEqual([]);
}

/** Whether a point lies on a box or at its edge. */
const touches = ({ x, y, width, height }: Box, [px, py]: readonly [number, number]): boolean =>
  px >= x - 3 && px <= x + width + 3 && py >= y - 3 && py <= y + height + 3;

function checkArrows(scene: Scene, picture: Picture & { nodes: ReadonlyMap<string, Box> }): void {
  const arrows = arrowsOf(picture.marks);
  const loose = arrows.filter(({ from, to, points }) => {
    const [a, b] = [picture.nodes.get(from), picture.nodes.get(to)];
    return !a || !b || !touches(a, points[0]!) || !touches(b, points.at(-1)!);
  });
  expect(loose.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  const wrong = arrows.filter(({ role, from, to }) => {
    const [, what, , direction, step] = /^(h|gates|c)\.(\d+)\.(\w+)\.(\d+)$/.exec(to) ?? [];
    if ((role !== 'hidden' && role !== 'cell') || what === undefined) return false;
    const previous = before(scene, Number(step), direction as Direction);
    if (previous === undefined) return !from.startsWith('zero.');
    return from !== `edge.${role}.${to.split('.')[1]}.${direction}.${step}` && !from.endsWith(`.${previous}`);
  });
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
}

/** Lines to the output that run through a word's box or a strip which they have nothing to do with. */
function checkWays({ marks }: Picture): void {
  const solid = marks.filter((mark) => mark.kind === 'strip' || (mark.kind === 'shape' && mark.look === 'token'));
  const through = arrowsOf(marks)
    .filter(({ role }) => role === 'output')
    .flatMap(({ from, to, points }) =>
      points.slice(1).flatMap(([x, y], i) => {
        const [left, top] = [Math.min(x, points[i]![0]), Math.min(y, points[i]![1])];
        const way: Box = { x: left - 0.5, y: top - 0.5, width: Math.abs(x - points[i]![0]) + 1, height: Math.abs(y - points[i]![1]) + 1 };
        const inside = ({ box: { x, y, width, height } }: Mark): Box => ({ x: x + 1, y: y + 1, width: width - 2, height: height - 2 });
        return solid
          .filter((mark) => 'name' in mark && mark.name !== from && mark.name !== to && overlap(way, inside(mark)))
          .map((mark) => `${from} → ${to} on ${show(mark)}`);
      }),
    );
  expect(through).toEqual([]);
}

const masked = (scene: Scene, marks: readonly Mark[]): string[] =>
  stripsOf(marks).flatMap(({ timeStep, name }) =>
    timeStep !== undefined && !scene.mask[timeStep] && !name.startsWith('overview') ? [name] : [],
  );

function checkAll(spec: SceneSpec, look: Look = {}): void {
  const scene = sceneFor(spec);
  const picture = pictureOf(scene, viewOf(scene, look));
  checkPicture(picture);
  checkArrows(scene, picture);
  checkWays(picture);
  expect(masked(scene, picture.marks)).toEqual([]);
}

const CELLS = ['lstm', 'gru', 'rnn'] as const;
const BOTH = ['forward', 'backward'] as const;
const WIDTHS = [1240, 1100, 780, 374];

describe.each(WIDTHS)('at a width of %d px', (width) => {
  describe.each(CELLS)('%s', (cell) => {
    // a Latin square for each width and cell, another one for the next: every pair of units, directions and depth is there, every triple in some width
    test.each([1, 5, 20, 50])('%d tokens × 8, 128, 512 units × both directions × depth 1 to 3', (tokens) => {
      const first = WIDTHS.indexOf(width) + CELLS.indexOf(cell);
      for (const [i, units] of [8, 128, 512].entries())
        for (const [j, directions] of ([['forward'], ['backward'], BOTH] as const).entries()) {
          const layers = tokens === 50 && units === 512 ? 1 : 1 + ((first + i + j) % 3);
          checkAll({ tokens, units, cell, directions, layers, padding: tokens % 4 === 0 ? 3 : 0 }, { width });
        }
    });
    test.each([200, 1000])('%d tokens: an overview and a frame', (tokens) => {
      for (const units of tokens === 200 ? [8, 128, 512] : [8]) checkAll({ tokens, units, cell }, { width });
      checkAll({ tokens, units: 8, cell, directions: BOTH, layers: 2 }, { width, step: 77 });
    });
  });

  test.each([0, 1, 2, 3, 6, 7, 12, 100])('%d steps of padding behind the tokens, and before them', (padding) => {
    for (const tokens of [1, 4, 14]) {
      for (const cell of CELLS)
        for (const direction of BOTH)
          checkAll({ tokens, units: 8, padding, paddingBefore: padding % 5, cell, directions: [direction] }, { width });
      checkAll({ tokens, units: 8, paddingBefore: padding, directions: BOTH }, { width });
      checkAll({ tokens, units: 128, padding, paddingBefore: padding, cell: 'gru' }, { width, language: 'zh' });
    }
  });

  test.each(['last', 'first', 'mean', 'max'] as const)('output taken as %s', (taken) => {
    for (const tokens of [1, 6, 40])
      for (const directions of [['forward'], BOTH] as const) checkAll({ tokens, units: 8, taken, directions, padding: 2 }, { width });
  });

  test('attention, gradients, tags with a chain and without, at every length and size', () => {
    for (const tokens of [1, 5, 20, 50, 200])
      for (const units of tokens === 200 ? [8] : [8, 128])
        for (const directions of [['forward'], BOTH] as const) {
          const shared = { tokens, units, directions, padding: tokens === 20 ? 3 : 0, gradients: true };
          checkAll({ ...shared, taken: 'attention', cell: 'gru' }, { width });
          checkAll({ ...shared, tags: 7, crf: true, layers: 2 }, { width, language: 'zh' });
          checkAll({ ...shared, tags: 30 }, { width });
        }
  });

  test('a decoder: its attention, the best words of each step, its search', () => {
    for (const tokens of [1, 5, 20, 50, 200])
      for (const says of [1, 4, 30])
        for (const language of ['en', 'zh'] as const)
          checkAll({ tokens, units: 8, says, directions: BOTH, padding: tokens % 4 }, { width, language });
  });

  test('many labels, long labels, no trace, no units to speak of, all languages', () => {
    for (const labels of [1, 2, 8, 30]) checkAll({ tokens: 5, units: 8, labels }, { width });
    for (const language of ['en', 'zh'] as const) {
      checkAll({ tokens: 5, units: 8, trace: false }, { width, language });
      checkAll({ tokens: 5, units: 8, padding: 2 }, { width, language, ink: true });
      checkAll({ tokens: 12, units: 40, padding: 9, directions: BOTH, layers: 6 }, { width, language, layer: 3 });
      checkAll({ tokens: 12, units: 128, layers: 6 }, { width, language, layer: 6, order: 'value' });
      checkAll({ tokens: 3, units: 1, dim: 300 }, { width, language });
      checkAll({ tokens: 90, units: 16, padding: 4 }, { width, language, allSteps: true });
    }
  });
});

test.each([['forward'], ['backward'], ['forward', 'backward']] as const)(
  'a decoder begins where the encoder ended: %j',
  (...directions) => {
    const scene = sceneFor({ tokens: 6, units: 4, says: 3, padding: 2, directions });
    const picture = pictureOf(scene, viewOf(scene, {}));
    const from = (to: string): string[] =>
      arrowsOf(picture.marks).flatMap((arrow) => (arrow.to === to && arrow.role !== 'within' ? [arrow.from] : []));
    // of each direction the time step that it reads last: t = 6, and t = 1
    const ends = { forward: 'h.1.forward.5', backward: 'h.1.backward.0' };
    expect(from('decoder.begin').sort()).toEqual(directions.map((direction) => ends[direction]).sort());
    expect([0, 1, 2].map((row) => from(`decoder.state.${row}`))).toEqual([['decoder.begin'], ['decoder.state.0'], ['decoder.state.1']]);
    checkPicture(picture);
    checkArrows(scene, picture);
  },
);

describe('a decoder beside its encoder', () => {
  const drawn = (spec: Partial<SceneSpec>, look: Look = {}) => {
    const scene = sceneFor({ tokens: 5, units: 8, says: 4, ...spec });
    const picture = pictureOf(scene, viewOf(scene, look));
    checkPicture(picture);
    checkArrows(scene, picture);
    return { scene, picture, node: (name: string): Box => picture.nodes.get(name)! };
  };

  test.each(CELLS)('%s: right of the encoder, its state level with the encoder’s, each said word into the next column', (cell) => {
    for (const directions of [['forward'], BOTH] as const)
      for (const layers of [1, 3])
        for (const padding of [0, 2, 9])
          for (const units of [8, 128, 512])
            for (const layer of [1, layers]) {
              const { picture, node, scene } = drawn({ cell, directions, layers, padding, units }, { layer });
              const steps = scene.decoder!.said.map((_, step) => step);
              const hidden = node(`h.${layers}.forward.4`);
              for (const step of steps) {
                const [state, input, said] = ['state', 'input', 'said'].map((what) => node(`decoder.${what}.${step}`));
                expect(state!.x).toBeGreaterThan(hidden.x + hidden.width + 100);
                expect(state!.y).toBe(hidden.y);
                expect(said!.y + said!.height).toBeLessThan(state!.y);
                expect(input!.y).toBe(node('token.0').y);
                expect(input!.y).toBeGreaterThan(state!.y + state!.height);
              }
              const loops = arrowsOf(picture.marks).filter(({ role }) => role === 'loop');
              expect(loops.map(({ from, to }) => [from, to])).toEqual(
                steps.slice(1).map((step) => [`decoder.said.${step - 1}`, `decoder.input.${step}`]),
              );
              const texts = textsOf(picture.marks).map(({ text }) => text);
              expect(texts).toContain('<bos>');
              expect(picture.said!.map(({ index }) => index)).toEqual(steps);
            }
  });

  test('the matrix stands beneath the columns of its source, and a line from each state is as broad as its weight', () => {
    for (const paddingBefore of [0, 3, 9])
      for (const said of [1, 3]) {
        const { scene, picture, node } = drawn({ paddingBefore, padding: 1 }, { said });
        const real = scene.mask.flatMap((one, t) => (one ? [t] : []));
        const row = stripsOf(picture.marks).find(({ name }) => name === `decoder.attention.${said - 1}`)!;
        const cell = row.box.width / real.length;
        for (const [i, t] of real.entries()) {
          const { x, width } = node(`token.${t}`);
          expect(row.box.x + (i + 0.5) * cell).toBeCloseTo(x + width / 2);
        }
        const lines = arrowsOf(picture.marks).filter(({ role }) => role === 'looked');
        // of the made-up weights one is 0.8, the others are 0.04: they have no line, and are the rest
        expect(lines.map(({ from, to, width }) => [from, to, width.toFixed(2)])).toEqual([
          [`h.1.forward.${real[said - 1]}`, `decoder.said.${said - 1}`, '4.80'],
        ]);
        expect(textsOf(picture.marks).map(({ text }) => text)).toContain('rest 0.16');
      }
  });

  test('only where both fit: else it stands beneath, with the words of the source above the matrix', () => {
    const widths = (tokens: number, says: number, width = 1240): boolean => drawn({ tokens, says }, { width }).picture.said !== undefined;
    expect([widths(9, 9), widths(12, 12), widths(20, 20), widths(3, 40), widths(200, 3)]).toEqual([true, true, false, false, false]);
    expect([widths(5, 4, 900), widths(5, 4, 374)]).toEqual([true, false]);
  });

  test('there is no word beyond the last', () => {
    expect(() => drawn({}, { said: 5 })).toThrow('--said is not in this record');
    expect(() => viewOf(sceneFor({ tokens: 3, units: 2 }), { said: 1 })).toThrow('--said does not apply');
  });
});

test('what a cell shows stands beside its row in full, however many lines the name of the lane takes', () => {
  for (const layers of [1, 3])
    for (const [language, says] of [
      ['en', 'mean of 8 units a band'],
      ['zh', '每格为 8 个单元的平均'],
    ] as const) {
      const scene = sceneFor({ tokens: 5, units: 512, directions: BOTH, layers });
      const lines = textsOf(pictureOf(scene, viewOf(scene, { language })).marks).filter(({ box, align }) => align === 'end' && box.x < 108);
      const all = lines.map(({ text }) => text).join(' ');
      expect(all.replaceAll(' ', '').split(says.replaceAll(' ', ''))).toHaveLength(3);
    }
});

test('what is used of the first of three systems is handed through the second to the output', () => {
  for (const padding of [0, 30]) {
    const scene = sceneFor({ tokens: padding === 0 ? 66 : 20, units: 8, directions: BOTH, padding });
    const picture = pictureOf(scene, viewOf(scene, { width: 1100, allSteps: true }));
    checkArrows(scene, picture);
    checkWays(picture);
    const ways = arrowsOf(picture.marks).flatMap(({ role, from, to }) => (role === 'output' ? [`${from} → ${to}`] : []));
    const last = padding === 0 ? 2 : 0;
    expect(ways).toContain(last === 0 ? 'h.1.backward.0 → output' : 'h.1.backward.0 → output.edge.0');
    if (last > 0) expect(ways).toEqual(expect.arrayContaining(['output.in.1 → output.edge.1', 'output.in.2 → output']));
  }
});

test('a narrow column of padding says that it is not computed, in full, whatever the number of steps', () => {
  for (const units of [1, 8, 128])
    for (const padding of [1, 13, 40])
      for (const language of ['en', 'zh'] as const) {
        const scene = sceneFor({ tokens: 27, units, padding, directions: BOTH, taken: 'attention', gradients: true });
        const picture = pictureOf(scene, viewOf(scene, { language }));
        checkPicture(picture);
        const words = textsOf(picture.marks).map(({ text }) => text);
        expect(words.filter((text) => /not computed|不计算/.test(text))).toHaveLength(1);
      }
});

test.each(CELLS)('the cell of a %s opened: every text in its place, every arrow from node to node', (cell) => {
  for (const width of [1240, 1000])
    for (const units of [1, 8, 16, 128])
      for (const step of [1, 3, 6])
        for (const layer of [1, 2])
          for (const language of ['en', 'zh'] as const) {
            const scene = sceneFor({ tokens: 6, units, cell, layers: 2, padding: 2, directions: BOTH });
            const context = contextOf(scene, viewOf(scene, { width, step, layer, language }));
            const shown = cellUnits(context);
            const picture = cellPicture(context, shown, shown[0])!;
            expect(shown).toHaveLength(Math.min(units, 16));
            checkPicture(picture);
          }
});

test('there is no cell to open at a masked time step', () => {
  const scene = sceneFor({ tokens: 3, units: 8, padding: 2 });
  expect(cellPicture(contextOf(scene, viewOf(scene, { step: 5 })), [0, 1])).toBeUndefined();
});

test('layout takes no time that a reader would feel: a guard, since the machines of tests differ', () => {
  const time = (spec: SceneSpec): number => {
    const scene = sceneFor(spec);
    const view = viewOf(scene, {});
    pictureOf(scene, view);
    const times = Array.from({ length: 5 }, () => {
      // of the processor, whatever else the machine has to do
      const start = process.cpuUsage();
      pictureOf(scene, view);
      return process.cpuUsage(start).user / 1000;
    });
    return Math.min(...times);
  };
  expect(time({ tokens: 20, units: 128, padding: 3 })).toBeLessThan(500);
  expect(time({ tokens: 200, units: 512 })).toBeLessThan(1000);
});
