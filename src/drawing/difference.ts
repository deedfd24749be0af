/** Two time steps beside each other, and their difference: x, gates, c and h of the opened layer. */
import type { Mark, Picture } from './marks.js';
import { rowOf, type Matrix } from './scene.js';
import { strip } from './strips.js';
import { label } from './text.js';
import type { Context } from './view.js';
import { signOf } from './words.js';

const STRIP = 54;
const CELL = 18;
const GROUP = 3 * STRIP + 36;
const HEAD = 44;

interface Compared {
  sign: string;
  what: string;
  matrix: Matrix;
  limit: number;
  share: boolean;
  units: readonly number[];
}

/** @param units the units that are shown, at most 16 */
export function differencePicture(context: Context, units: readonly number[], pinned: number, chosen: number): Picture {
  const { scene, view } = context;
  const { ranges } = view;
  const lane = scene.lanes.find(({ layer }) => layer === view.layer)!;
  const signed = (sign: string, what: string, matrix: Matrix, limit: number): Compared => ({
    sign,
    what,
    matrix,
    limit,
    share: false,
    units,
  });
  const all: Compared[] = [
    ...(lane.layer === 1 && scene.embeddings
      ? [
          {
            ...signed('x', 'embeddings', scene.embeddings, ranges.x.limit),
            units: units.map((_, i) => i).filter((i) => i < scene.embeddings!.columns),
          },
        ]
      : []),
    ...lane.gates.map(({ name, values }) => ({
      ...signed(signOf(name, scene.cell), name, values, name === 'candidate' ? ranges.h.limit : 1),
      share: name !== 'candidate',
    })),
    ...(lane.cellStates ? [signed('c', 'cellStates', lane.cellStates, ranges.c.limit)] : []),
    signed('h', 'hiddenStates', lane.hiddenStates, ranges.h.limit),
  ];
  const across = Math.max(Math.floor(view.width / GROUP), 1);
  const high = HEAD + units.length * CELL + 16;
  const marks: Mark[] = all.flatMap((one, i) => [...group(one, (i % across) * GROUP + 6, Math.floor(i / across) * high, [pinned, chosen])]);
  return { width: view.width, height: Math.ceil(all.length / across) * high, marks, columns: [] };
}

function* group(
  { sign, what, matrix, limit, share, units }: Compared,
  x: number,
  y: number,
  [pinned, chosen]: readonly [number, number],
): Generator<Mark> {
  const [before, after] = [rowOf(matrix, pinned), rowOf(matrix, chosen)];
  yield label(sign, x, y + 10, { size: 12.5, font: 'bold' });
  if (!before || !after) return;
  const bands = { units: units.map((unit) => [unit]), size: 1, cellHeight: CELL };
  const change = after.map((value, unit) => value - before[unit]!);
  for (const [i, [title, row]] of (
    [
      [`t = ${pinned + 1}`, before],
      [`t = ${chosen + 1}`, after],
      ['Δ', change],
    ] as const
  ).entries()) {
    const box = { x: x + i * (STRIP + 6), y: y + HEAD, width: STRIP, height: units.length * CELL };
    const isChange = i === 2;
    yield label(title, box.x + STRIP / 2, y + 32, { size: 11.5, align: 'middle', look: 'soft' });
    yield strip({
      ...{ name: `difference.${what}.${i}`, tensor: { what: isChange ? `Δ ${what}` : what }, row, bands, limit, box, digits: 3 },
      scale: share && !isChange ? 'share' : 'signed',
      ...(isChange ? {} : { timeStep: i === 0 ? pinned : chosen }),
    });
  }
}

/** Of how many units the sign is another one: "c: 3 of 8 units changed sign". */
export function signsChanged(
  { scene, view }: Context,
  pinned: number,
  chosen: number,
): { what: 'c' | 'h'; changed: number; units: number } | undefined {
  const lane = scene.lanes.find(({ layer }) => layer === view.layer);
  const matrix = lane?.cellStates ?? lane?.hiddenStates;
  const [a, b] = matrix ? [rowOf(matrix, pinned), rowOf(matrix, chosen)] : [];
  if (!a || !b) return undefined;
  return { what: lane!.cellStates ? 'c' : 'h', changed: a.filter((value, unit) => value * b[unit]! < 0).length, units: a.length };
}
