/** Projections: PCA beside NumPy's (fixtures/projection/pca.py made the numbers), and UMAP's seed. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { principalComponents, umap } from '../../src/model/projection.js';
import { normal } from '../../src/model/random.js';

interface Case {
  data: number[][];
  points: number[][];
  explained: number[];
}

const golden = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../fixtures/projection/pca.json'), 'utf8')) as Record<string, Case>;
const rowsOf = (data: number[][]): Float32Array[] => data.map((row) => Float32Array.from(row));

test.each(Object.entries(golden))('PCA as NumPy has it: %s', (_, { data, points, explained }) => {
  const made = principalComponents(rowsOf(data));
  expect(made.points).toHaveLength(points.length);
  for (const [i, point] of made.points.entries()) for (const axis of [0, 1] as const) expect(point[axis]).toBeCloseTo(points[i]![axis]!, 9);
  for (const axis of [0, 1] as const) expect(made.explained![axis]).toBeCloseTo(explained[axis]!, 9);
});

test('PCA by hand: four corners of a rectangle 4 × 2 lie as they lay', () => {
  const { points, explained } = principalComponents(rowsOf([[0, 0], [4, 0], [4, 2], [0, 2]])); // prettier-ignore
  // variances 4 and 1 of 5
  expect(explained!.map((share) => share.toFixed(9))).toEqual(['0.800000000', '0.200000000']);
  expect(points.map((point) => point.map((x) => Math.round(1e9 * x) / 1e9))).toEqual([[-2, -1], [2, -1], [2, 1], [-2, 1]]); // prettier-ignore
});

test('vectors that do not differ lie on one point; of one number, on a line', () => {
  expect(principalComponents(rowsOf([[1, 2], [1, 2], [1, 2]]))).toEqual({ points: [[0, 0], [0, 0], [0, 0]], explained: [0, 0] }); // prettier-ignore
  expect(principalComponents(rowsOf([[1], [3]])).points.map(([x, y]) => [x, y])).toEqual([[-1, 0], [1, 0]]); // prettier-ignore
});

describe('UMAP', () => {
  const next = normal(5);
  const clouds = Array.from({ length: 40 }, (_, i) => Float32Array.from({ length: 6 }, () => (i % 2 ? 8 : -8) + next()));
  const how = { neighbors: 8, minDist: 0.1, seed: 1 };

  test('the seed decides every point', () => {
    expect(umap(clouds, how)).toEqual(umap(clouds, how));
    expect(umap(clouds, { ...how, seed: 2 })).not.toEqual(umap(clouds, how));
  });

  test('of each point the nearest one is of its own cloud', () => {
    const { points } = umap(clouds, how);
    for (const [i, [x, y]] of points.entries()) {
      const distances = points.map(([a, b], j) => (i === j ? Infinity : Math.hypot(a - x, b - y)));
      expect(distances.indexOf(Math.min(...distances)) % 2).toBe(i % 2);
    }
  });
});
