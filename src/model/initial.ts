/**
 * A model's weights as the beginning of another one's: vectors by the text of their token, recurrent weights by their name where their
 * sizes agree. A network that reads both ways takes the forward weights of one that reads forwards. Of heads only the softmax of a language
 * model is taken, token by token, and by a language model alone: what another head answers with has another meaning in each training.
 */
import { FEATURES, mapFeatures, type OfFeatures } from '../formats/features.js';
import type { ModelShape } from '../formats/model.js';
import type { Tensor } from '../formats/tensor.js';
import { columnsOf, EMBEDDING, networkParameters, type Parameters } from './parameters.js';
import { gatesOf } from './shape.js';

/** A model that weights are taken from, or that takes them. */
export interface Named {
  shape: ModelShape;
  parameters: Parameters;
  /** in id order, without the special ones */
  tokens: readonly string[];
  /** the names of each feature that it reads, likewise */
  features: OfFeatures<readonly string[]>;
}

export interface Taken {
  /** rows of each table that were taken, of those that there are, the special tokens left out */
  tokens: { taken: number; of: number };
  features: OfFeatures<{ taken: number; of: number }>;
  /** recurrent weights by name: taken whole, taken as far as the other model has rows, left as they were drawn */
  whole: string[];
  partly: string[];
  drawn: string[];
  /** of a language model that begins with one: tokens of the softmax that were taken */
  softmax: { taken: number; of: number };
}

/**
 * Writes what fits of `from` over what `to` has drawn.
 *
 * @param specials how many ids the special tokens have, which are the first in every vocabulary
 */
export function takeWeights(to: Named, from: Named, specials: number): Taken {
  const { embedding: mine } = to.shape;
  const { embedding: theirs } = from.shape;
  const rows = (same: boolean, table: string, names: readonly string[], others: readonly string[] = []): { taken: number; of: number } => ({
    taken: same ? takeRows(to, from, table, names, others, specials) : 0,
    of: names.length,
  });
  const taken: Taken = {
    tokens: rows(mine.dim === theirs.dim, EMBEDDING, to.tokens, from.tokens),
    features: mapFeatures(to.features, (names, feature) => {
      const { table, dim } = FEATURES[feature];
      return rows(mine[dim] === theirs[dim], table, names, from.features[feature]);
    }),
    whole: [],
    partly: [],
    drawn: [],
    softmax: { taken: takeSoftmax(to, from, specials), of: to.tokens.length },
  };
  const fits = sameCell(to.shape, from.shape);
  for (const { name } of networkParameters(to.shape.network)) {
    const [target, source] = [to.parameters.get(name)!, from.parameters.get(name)];
    const rows = fits && source ? rowsToTake(name, to, from, target, source) : 0;
    if (rows > 0) target.data.set(source!.data.subarray(0, rows * widthOf(source!)));
    (rows === 0 ? taken.drawn : rows === rowsOf(target) ? taken.whole : taken.partly).push(name);
  }
  return taken;
}

/** Which row of a table means the same in both, [mine, theirs]: those of the special tokens by their ids, the others by their names. */
function sameRows(names: readonly string[], theirs: readonly string[], specials: number): [number, number][] {
  const places = new Map(theirs.map((name, i) => [name, i + specials]));
  const special = Array.from({ length: specials }, (_, id): [number, number] => [id, id]);
  return special.concat(names.flatMap((name, i) => (places.has(name) ? [[i + specials, places.get(name)!]] : [])));
}

/** How many rows were taken, the special ones left out. */
function takeRows(to: Named, from: Named, table: string, names: readonly string[], theirs: readonly string[], specials: number): number {
  const [target, source] = [to.parameters.get(table)!, from.parameters.get(table)!];
  const rows = sameRows(names, theirs, specials);
  for (const [mine, other] of rows) target.data.set(source.row(other), mine * widthOf(target));
  return rows.length - specials;
}

/** The columns of the softmax's kernel and bias, by token; how many, likewise. */
function takeSoftmax(to: Named, from: Named, specials: number): number {
  const [mine, theirs] = [to.shape, from.shape];
  const same = mine.head.task === 'lm' && theirs.head.task === 'lm' && mine.network.layers === theirs.network.layers;
  if (!same || !sameCell(mine, theirs)) return 0;
  const columns = sameRows(to.tokens, from.tokens, specials);
  for (const name of ['head.kernel', 'head.bias']) {
    const [target, source] = [to.parameters.get(name)!, from.parameters.get(name)!];
    for (let row = 0; row < rowsOf(target); row++)
      for (const [to, from] of columns) target.data[row * widthOf(target) + to] = source.data[row * widthOf(source) + from]!;
  }
  return columns.length - specials;
}

function sameCell({ network: a }: Named['shape'], { network: b }: Named['shape']): boolean {
  return (
    a.cell === b.cell &&
    a.units === b.units &&
    (a.cell !== 'gru' || a.resetAfter === b.resetAfter) &&
    gatesOf(a).length === gatesOf(b).length
  );
}

const widthOf = ({ shape }: Tensor): number => shape.at(-1)!;
const rowsOf = ({ shape }: Tensor): number => (shape.length === 1 ? 1 : shape[0]!);

/**
 * How many of the first rows mean the same in both: of a first layer's kernel those of the token's vector (and then of each feature's, as
 * far as both read the same), of a later one's the forward states (and then the backward ones); all of any other weight.
 */
function rowsToTake(name: string, { shape: to }: Named, { shape: from }: Named, target: Tensor, source: Tensor): number {
  if (widthOf(target) !== widthOf(source)) return 0;
  if (!name.endsWith('.kernel')) return rowsOf(target);
  if (!name.startsWith('rnn.1.')) return Math.min(rowsOf(target), rowsOf(source));
  const [mine, theirs] = [columnsOf(to), columnsOf(from)];
  const other = mine.findIndex((dim, i) => dim !== theirs[i]);
  return mine.slice(0, other < 0 ? mine.length : other).reduce((sum, dim) => sum + dim, 0);
}
