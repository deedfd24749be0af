/** Which sentences run together. */

/** What a time step of a recurrent layer costs beside its rows, in rows. */
export const OVERHEAD = 6;

/**
 * Some rows in batches of like length, at most `size` in each. A batch takes as many time steps as its longest row has, each of which costs
 * its rows and a little; of all ways to cut the rows, sorted by length, this is the one that costs least. The longest come first: no thread is
 * long alone at the end, and an engine's memory need not grow.
 *
 * @param overhead what a time step costs beside its rows, in rows
 * @param even batches have a multiple of so many rows, but the one of the shortest: so their sizes come again, and what an engine has made
 *   for them serves again. Where `size` is small it does not count
 */
export function batchesByLength(
  rows: ArrayLike<number>,
  offsets: ArrayLike<number>,
  size: number,
  { overhead = OVERHEAD, even = 1 }: { overhead?: number | undefined; even?: number } = {},
): Int32Array[] {
  const given = Int32Array.from(rows).sort();
  // by one number each, which typed arrays sort without a call for each two
  const keys = Float64Array.from(given, (row, i) => (offsets[row + 1]! - offsets[row]!) * given.length + i).sort();
  const order = Int32Array.from(keys, (key) => given[key % given.length]!);
  const lengths = Int32Array.from(keys, (key) => Math.floor(key / given.length));
  const step = size < 4 * even ? 1 : even;
  // of the first n rows: the least cost, and where their last batch begins
  const cost = new Float64Array(order.length + 1).fill(Infinity, 1);
  const begins = new Int32Array(order.length + 1);
  for (let end = 1; end <= order.length; end++) {
    const longest = lengths[end - 1]!;
    for (let rows = step; rows < end + step; rows += step) {
      // the batch of the shortest has what is left, which may be as many as `size` where that is no multiple
      const begin = Math.max(0, end - rows);
      if (end - begin > size) break;
      const all = cost[begin]! + longest * (overhead + end - begin);
      if (all < cost[end]!) {
        cost[end] = all;
        begins[end] = begin;
      }
    }
  }
  const batches: Int32Array[] = [];
  for (let end = order.length; end > 0; end = begins[end]!) batches.push(order.subarray(begins[end], end));
  return batches;
}
