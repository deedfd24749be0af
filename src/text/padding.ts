/** Chooses the length that `pad` brings all sentences to. */

/**
 * @param lengths how many sentences have each length, in tokens
 * @param how `auto`: the longest sentence; `p95`: the shortest length that 95 of 100 sentences do not exceed
 * @returns at least 1
 * @example paddedLength(new Map([[3, 95], [40, 5]]), 'p95') // 3
 */
export function paddedLength(lengths: ReadonlyMap<number, number>, how: 'auto' | 'p95'): number {
  const sorted = [...lengths].filter(([, sentences]) => sentences > 0).sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, sentences]) => sum + sentences, 0);
  // in whole numbers: 0.95 is no binary fraction
  const wanted = how === 'auto' ? total : Math.ceil((total * 95) / 100);
  let seen = 0;
  for (const [length, sentences] of sorted) {
    seen += sentences;
    if (seen >= wanted) return Math.max(1, length);
  }
  return 1;
}
