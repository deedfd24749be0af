/**
 * Vectors of many numbers to points of a plane: principal components, or UMAP (McInnes, Healy & Melville 2018), which keeps neighbours
 * together. The libraries compute; what is here is what makes their answers one: signs, the source of random numbers, the trivial cases.
 */
import { PCA } from 'ml-pca';
import { UMAP } from 'umap-js';
import { uniform } from './random.js';

export interface Projected {
  /** [points, 2] */
  points: (readonly [x: number, y: number])[];
  /** PCA: the share of the variance that each of the two has */
  explained?: [number, number];
}

export interface UmapOptions {
  neighbors: number;
  minDist: number;
  seed: number;
}

/** The two directions in which the vectors differ most; of each the largest loading is positive. @param vectors at least two */
export function principalComponents(vectors: readonly Float32Array[]): Projected {
  const rows = vectors.map((vector) => Array.from(vector));
  if (rows.every((row) => row.every((value, i) => value === rows[0]![i]))) return { points: rows.map(() => [0, 0]), explained: [0, 0] };
  const pca = new PCA(rows, { method: rows.length > rows[0]!.length ? 'covarianceMatrix' : 'SVD' });
  const loadings = pca.getEigenvectors().transpose().to2DArray();
  const sign = (component: number): number => {
    const largest = (loadings[component] ?? []).reduce((a, b) => (Math.abs(b) > Math.abs(a) + 1e-12 ? b : a), 0);
    return largest < 0 ? -1 : 1;
  };
  const shares = pca.getExplainedVariance();
  const signs = [sign(0), sign(1)] as const;
  return {
    points: pca
      .predict(rows, { nComponents: Math.min(2, loadings.length) })
      .to2DArray()
      .map(([x = 0, y = 0]) => [x * signs[0], y * signs[1]]),
    explained: [shares[0] ?? 0, shares[1] ?? 0],
  };
}

/** @param options neighbors: fewer than there are vectors. Same seed, same points. */
export function umap(vectors: readonly Float32Array[], { neighbors, minDist, seed }: UmapOptions): Projected {
  const random = uniform(seed, 0);
  const made = new UMAP({ nNeighbors: neighbors, minDist, random }).fit(vectors.map((vector) => Array.from(vector)));
  return { points: made.map(([x, y]) => [x!, y!]) };
}
