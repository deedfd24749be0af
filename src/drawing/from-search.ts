/** The steps of a beam search, as a record has them, to what is drawn of it: the best text's path through the hypotheses. */
import type { SaidText, SearchTrace } from '../formats/record.js';
import type { Decoder, Matrix } from './scene.js';

const END = '<eos>';
/** Log probabilities are told in 32-bit floats. */
const SAME = 1e-4;

interface Leaf {
  step: number;
  hypothesis: number;
  last: { token: string; probability: number };
  logProbability: number;
}

/**
 * @param real time steps of the source, which attention is over
 * @returns undefined where the trace has no hypothesis
 */
export function decoderOf(
  search: readonly SearchTrace[],
  said: readonly SaidText[] | undefined,
  timeSteps: number,
  real: readonly number[],
): Decoder | undefined {
  const leaf = leafOf(search, said?.[0]);
  if (!leaf) return undefined;
  const path = pathTo(search, leaf);
  const words = path.map((hypothesis, step) => {
    const next = path[step + 1];
    const token = next?.token ?? leaf.last.token;
    const found = hypothesis.best.find((one) => one.token === token);
    return { token, probability: found?.probability ?? leaf.last.probability, best: hypothesis.best };
  });
  const units = path[0]!.state.length;
  const attention = matrix(path.length, timeSteps, (row, data) => {
    for (const [i, t] of real.entries()) data[t] = path[row]!.attention[i] ?? 0;
  });
  return {
    said: words,
    attention,
    states: matrix(path.length, units, (row, data) => data.set(path[row]!.state)),
    steps: search.map(({ hypotheses }) =>
      hypotheses.map((one) => ({ token: one.token, parent: one.parent, logProbability: one.logProbability, chosen: path.includes(one) })),
    ),
    texts: said ?? [],
  };
}

/** The hypothesis that the best text ended from: the one whose end has its log probability, or the most probable end of all. */
function leafOf(search: readonly SearchTrace[], best: SaidText | undefined): Leaf | undefined {
  const leaves: Leaf[] = [];
  for (const [step, { hypotheses }] of search.entries())
    for (const [hypothesis, one] of hypotheses.entries())
      for (const last of one.best)
        // a text that is as long as may be ends without its end
        if (last.token === END || step === search.length - 1)
          leaves.push({ step, hypothesis, last, logProbability: one.logProbability + Math.log(last.probability) });
  if (best) {
    const off = ({ logProbability }: Leaf): number => Math.abs(logProbability - best.logProbability);
    const nearest = leaves.reduce<Leaf | undefined>((least, leaf) => (least && off(least) <= off(leaf) ? least : leaf), undefined);
    if (nearest && off(nearest) < SAME * Math.max(1, Math.abs(best.logProbability))) return nearest;
  }
  const score = ({ logProbability, step }: Leaf): number => logProbability / (step + 1);
  return leaves.reduce<Leaf | undefined>((most, leaf) => (most && score(most) >= score(leaf) ? most : leaf), undefined);
}

/** The hypotheses from the beginning to the leaf: one a step. */
function pathTo(search: readonly SearchTrace[], { step, hypothesis }: Leaf): SearchTrace['hypotheses'] {
  const path: SearchTrace['hypotheses'] = [];
  for (let at = step, which = hypothesis; at >= 0; at--) {
    const one = search[at]!.hypotheses[which]!;
    path.unshift(one);
    which = one.parent;
  }
  return path;
}

function matrix(rows: number, columns: number, fill: (row: number, data: Float32Array) => void): Matrix {
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) fill(row, data.subarray(row * columns, (row + 1) * columns));
  return { rows, columns, data, from: 0, to: rows };
}
