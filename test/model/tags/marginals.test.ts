/** Marginals of a chain, against the sum over every path. */
import { marginalsOf } from '../../../src/model/tags/marginals.js';
import { plainChain, type Chain } from '../../../src/model/tags/paths.js';
import { movesOf } from '../../../src/model/tags/scheme.js';

const TAGS = ['B', 'I', 'O'];

/** Every path of so many tokens. */
const paths = (tokens: number): number[][] =>
  tokens === 0 ? [[]] : paths(tokens - 1).flatMap((path) => TAGS.map((_, tag) => [...path, tag]));

/** exp of a path's score; 0 where a move is not allowed */
function weightOf(chain: Chain, scores: Float32Array, path: readonly number[]): number {
  const { first, last, transitions, moves } = chain;
  if (!moves.first[path[0]!] || !moves.last[path.at(-1)!]) return 0;
  let score = first[path[0]!]! + last[path.at(-1)!]!;
  for (const [t, tag] of path.entries()) {
    score += scores[3 * t + tag]!;
    if (t === 0) continue;
    if (!moves.next[3 * path[t - 1]! + tag]) return 0;
    score += transitions[3 * path[t - 1]! + tag]!;
  }
  return Math.exp(score);
}

test.each([1, 2, 5])('of %d tokens: the share of the paths that have the tag there', (tokens) => {
  const number = (i: number): number => 2 * Math.sin(12.9 * i + 3);
  const chain: Chain = {
    ...plainChain(3, movesOf(TAGS, 'BIO')),
    first: Float32Array.from([0, 1, 2], number),
    last: Float32Array.from([3, 4, 5], number),
    transitions: Float32Array.from({ length: 9 }, (_, i) => number(i + 6)),
  };
  const scores = Float32Array.from({ length: 3 * tokens }, (_, i) => number(i + 20));
  const all = paths(tokens).map((path) => ({ path, weight: weightOf(chain, scores, path) }));
  const sum = all.reduce((total, { weight }) => total + weight, 0);
  const found = marginalsOf(chain, scores);
  for (let t = 0; t < tokens; t++)
    for (let tag = 0; tag < 3; tag++) {
      const share = all.filter(({ path }) => path[t] === tag).reduce((total, { weight }) => total + weight, 0) / sum;
      expect(found[3 * t + tag]).toBeCloseTo(share, 6);
    }
});
