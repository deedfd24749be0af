/** The best path and the probability of a path, against all paths there are. */
import { bestPathOf, logProbabilityOf, type Chain } from '../../../src/model/tags/paths.js';
import { movesOf, type Scheme } from '../../../src/model/tags/scheme.js';
import { uniform } from '../../../src/model/random.js';

function everyPath(tags: number, length: number): number[][] {
  if (length === 0) return [[]];
  return everyPath(tags, length - 1).flatMap((path) => Array.from({ length: tags }, (_, tag) => [...path, tag]));
}

interface Given {
  chain: Chain;
  scores: Float32Array;
  length: number;
}

function given(tags: readonly string[], scheme: Scheme | undefined, length: number, seed: number): Given {
  const next = uniform(seed);
  const drawn = (size: number): Float32Array => Float32Array.from({ length: size }, () => 4 * next() - 2);
  const K = tags.length;
  const chain = { tags: K, first: drawn(K), transitions: drawn(K * K), last: drawn(K), moves: movesOf(tags, scheme) };
  return { chain, scores: drawn(K * length), length };
}

/** The score of a path; -Infinity where a move is forbidden. */
function scoreOf({ chain: { tags, first, transitions, last, moves }, scores }: Given, path: readonly number[]): number {
  let score = moves.first[path[0]!] ? first[path[0]!]! : -Infinity;
  path.forEach((tag, t) => (score += scores[t * tags + tag]!));
  for (let t = 1; t < path.length; t++) {
    const move = path[t - 1]! * tags + path[t]!;
    score += moves.next[move] ? transitions[move]! : -Infinity;
  }
  return score + (moves.last[path.at(-1)!] ? last[path.at(-1)!]! : -Infinity);
}

const SETS: [string[], Scheme | undefined][] = [
  [['X', 'Y', 'Z'], undefined],
  [['O', 'B-A', 'I-A'], 'BIO'],
  [['B', 'E', 'M', 'S'], 'BMES'],
  [['O', 'B-A', 'I-A', 'E-A', 'S-A'], 'BIOES'],
];
const CASES = SETS.flatMap(([tags, scheme], i) => [1, 2, 3, 5].map((length) => ({ tags, scheme, length, seed: 10 * i + length })));

test.each(CASES)('$tags, $length tokens', ({ tags, scheme, length, seed }) => {
  const one = given(tags, scheme, length, seed);
  const paths = everyPath(tags.length, length);
  const scores = paths.map((path) => scoreOf(one, path));
  const best = scores.indexOf(Math.max(...scores));
  const found = new Int32Array(length);
  bestPathOf(one.chain)(one.scores, 0, length, found);
  expect([...found]).toEqual(paths[best]);
  const all = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
  const logProbability = logProbabilityOf(one.chain);
  for (const [i, path] of paths.entries())
    if (scores[i] !== -Infinity) expect(logProbability(one.scores, 0, length, path)).toBeCloseTo(scores[i]! - all, 6);
});

test('sentences in the middle of a data set, one of them empty', () => {
  const one = given(['B', 'E', 'M', 'S'], 'BMES', 7, 3);
  const path = new Int32Array(7).fill(9);
  const best = bestPathOf(one.chain);
  best(one.scores, 2, 6, path);
  best(one.scores, 6, 6, path);
  const alone = new Int32Array(4);
  bestPathOf(one.chain)(one.scores.subarray(8, 24), 0, 4, alone);
  expect([...path]).toEqual([9, 9, ...alone, 9]);
});

test('where no path is allowed, the best of all', () => {
  const one = given(['B-A', 'I-A', 'E-A'], 'BIOES', 1, 5);
  const path = new Int32Array(1);
  bestPathOf(one.chain)(one.scores, 0, 1, path);
  const scores = [0, 1, 2].map((tag) => one.scores[tag]! + one.chain.first[tag]! + one.chain.last[tag]!);
  expect(path[0]).toBe(scores.indexOf(Math.max(...scores)));
});
