/** Runs of n neighbours, counted. */

/** @example ngramCounts(['a', 'b', 'a'], 1) // Map { 'a' => 2, 'b' => 1 } */
export function ngramCounts(tokens: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + order <= tokens.length; at++) {
    const key = tokens.slice(at, at + order).join('\0');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** How many of the one are in the other, each as often as it is there. */
export function matches(these: ReadonlyMap<string, number>, those: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [key, count] of these) sum += Math.min(count, those.get(key) ?? 0);
  return sum;
}
