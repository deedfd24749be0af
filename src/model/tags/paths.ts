/** The best path through the scores of a sentence's tags (Viterbi 1967), and how probable a path is; over flat arrays, without a graph. */
import type { Moves } from './scheme.js';

/** Scores of tags at the beginning, from one to the next and at the end, and which moves there are. */
export interface Chain {
  tags: number;
  /** [tags] */
  first: Float32Array;
  /** [from, to] */
  transitions: Float32Array;
  last: Float32Array;
  moves: Moves;
}

/** Without a CRF all moves that there are score 0. */
export function plainChain(tags: number, moves: Moves): Chain {
  return { tags, first: new Float32Array(tags), transitions: new Float32Array(tags * tags), last: new Float32Array(tags), moves };
}

/** Of each tag those that may stand before it, one after another, with the score of the move. */
interface Befores {
  /** tag j has the entries from begins[j] to begins[j + 1] */
  begins: Int32Array;
  from: Int32Array;
  score: Float64Array;
}

function beforesOf({ tags, transitions, moves }: Chain): Befores {
  const [begins, from, score] = [new Int32Array(tags + 1), [] as number[], [] as number[]];
  for (let to = 0; to < tags; to++) {
    for (let tag = 0; tag < tags; tag++)
      if (moves.next[tag * tags + to]) {
        from.push(tag);
        score.push(transitions[tag * tags + to]!);
      }
    begins[to + 1] = from.length;
  }
  return { begins, from: Int32Array.from(from), score: Float64Array.from(score) };
}

/** Writes the best path of tokens [begin, end) to `path`, at the same places. */
export type BestPath = (scores: Float32Array, begin: number, end: number, path: Int32Array) => void;

/** Of equal paths the one whose last tags come first. A sentence that no allowed path fits gets the best of all paths. */
export function bestPathOf(chain: Chain): BestPath {
  const allowed = follower(chain);
  let any: ReturnType<typeof follower> | undefined;
  return (scores, begin, end, path) => {
    if (end === begin || allowed(scores, begin, end, path)) return;
    const { tags } = chain;
    const ones = (size: number): Uint8Array => new Uint8Array(size).fill(1);
    any ??= follower({ ...chain, moves: { first: ones(tags), next: ones(tags * tags), last: ones(tags) } });
    any(scores, begin, end, path);
  };
}

function follower(chain: Chain): (...args: Parameters<BestPath>) => boolean {
  const { tags, first, last, moves } = chain;
  const { begins, from, score } = beforesOf(chain);
  const byTurns = [new Float64Array(tags), new Float64Array(tags)] as const;
  let room = new Int32Array(64 * tags);
  return (scores, begin, end, path) => {
    if (room.length < (end - begin) * tags) room = new Int32Array(2 * (end - begin) * tags);
    const back = room;
    let [now, before] = byTurns;
    for (let tag = 0; tag < tags; tag++) now[tag] = moves.first[tag] ? first[tag]! + scores[begin * tags + tag]! : -Infinity;
    for (let t = begin + 1; t < end; t++) {
      // not as arrays of two, here and below, which would be made each time
      const other = before;
      before = now;
      now = other;
      const row = (t - begin) * tags;
      let i = 0;
      for (let to = 0; to < tags; to++) {
        let best = -Infinity;
        let which = 0;
        for (const stop = begins[to + 1]!; i < stop; i++) {
          const reached = before[from[i]!]! + score[i]!;
          if (reached > best) {
            best = reached;
            which = from[i]!;
          }
        }
        now[to] = best + scores[t * tags + to]!;
        back[row + to] = which;
      }
    }
    let [best, which] = [-Infinity, -1];
    for (let tag = 0; tag < tags; tag++)
      if (moves.last[tag] && now[tag]! + last[tag]! > best) {
        best = now[tag]! + last[tag]!;
        which = tag;
      }
    if (which < 0) return false;
    for (let t = end - 1; t >= begin; t--) {
      path[t] = which;
      which = back[(t - begin) * tags + which]!;
    }
    return true;
  };
}

/** The log of a path's probability among all allowed ones; a move that is not allowed counts 0, as in training. */
export type LogProbability = (scores: Float32Array, begin: number, end: number, path: ArrayLike<number>) => number;

/** The forward algorithm, as in `crf.ts`. */
export function logProbabilityOf(chain: Chain): LogProbability {
  const { tags, first, transitions, last, moves } = chain;
  const { begins, from, score } = beforesOf(chain);
  const factor = score.map(Math.exp);
  let [now, before] = [new Float64Array(tags), new Float64Array(tags)];
  return (scores, begin, end, path) => {
    let [all, mine] = [0, 0];
    for (let t = begin; t < end; t++) {
      [now, before] = [before, now];
      const row = scores.subarray(t * tags, (t + 1) * tags);
      const largest = row.reduce((most, one) => Math.max(most, one), -Infinity);
      let sum = 0;
      for (let to = 0; to < tags; to++) {
        let reached = t === begin && moves.first[to] ? Math.exp(first[to]!) : 0;
        if (t > begin) for (let i = begins[to]!; i < begins[to + 1]!; i++) reached += before[from[i]!]! * factor[i]!;
        now[to] = reached * Math.exp(row[to]! - largest);
        sum += now[to]!;
      }
      for (let to = 0; to < tags; to++) now[to]! /= sum;
      all += Math.log(sum) + largest;
      const tag = path[t]!;
      const move = t > begin ? path[t - 1]! * tags + tag : -1;
      mine += row[tag]! + (move < 0 ? moves.first[tag]! * first[tag]! : moves.next[move]! * transitions[move]!);
    }
    const final = path[end - 1]!;
    mine += moves.last[final]! * last[final]!;
    const leaving = now.reduce((sum, share, tag) => sum + (moves.last[tag] ? share * Math.exp(last[tag]!) : 0), 0);
    return mine - all - Math.log(leaving);
  };
}
