/** Arrows as paths: a body with rounded corners, a head, and the halo of those that run over others. */
import type { ArrowMark, Point } from './marks.js';
import { at, line } from './markup.js';

const HEAD = { within: [6, 6], output: [8, 8], hidden: [8, 8], cell: [9, 11], loop: [6, 6], looked: [6, 6] } as const;
const CORNER = 6;

/** In a page one path for all lines of one kind, and one for their heads; in a file each arrow is its own. */
export function arrowsSvg(arrows: readonly ArrowMark[], pooled: boolean): string[] {
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

export const arrowSvg = (mark: ArrowMark): string => drawnArrow({ role: mark.role, width: mark.width, ...arrowPaths(mark) });

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
export const halo = ({ points, width }: ArrowMark): string =>
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
