/**
 * Tables of word vectors: seeded random ones, or pretrained ones with random ones for the tokens that lack a vector.
 * Random rows are made when they are first asked for; row 0, `<pad>`, is zeros. It reads no files.
 */
import type { Ids } from '../formats/features.js';
import type { ModelShape } from '../formats/model.js';
import type { Tensor } from '../formats/tensor.js';
import { readingsOf, type Parameters } from './parameters.js';
import { drawn, normal } from './random.js';

export interface EmbeddingTable {
  /** how many ids there are: 0 to rows - 1 */
  rows: number;
  /** numbers a vector */
  dim: number;
  /** The vector of an id, [dim]; not to be written to. */
  row(id: number): Float32Array;
  /** True where a pretrained table has no vector for the id and drew one. */
  isMissing(id: number): boolean;
}

/** The vectors that ids of a field choose from a table. */
export interface Column {
  field: keyof Ids<unknown>;
  table: EmbeddingTable;
}

/** The vectors that a model reads at a time step, side by side. */
export const trainedColumns = (shape: Pick<ModelShape, 'embedding' | 'head'>, parameters: Parameters): Column[] =>
  readingsOf(shape)[0]!.tables.flatMap(({ name, fields }) =>
    fields.map((field) => ({ field, table: trainedEmbeddings(parameters.get(name)!) })),
  );

/** Rows of a trained table, [rows, dim]. */
function trainedEmbeddings({ shape, data }: Tensor): EmbeddingTable {
  const [rows, dim] = [shape[0]!, shape[1]!];
  return { rows, dim, row: (id) => data.subarray(id * dim, (id + 1) * dim), isMissing: () => false };
}

/** Vectors of N(0, 1), as PyTorch's nn.Embedding draws them; row `id` depends on the seed and the id alone. */
export function randomEmbeddings({ rows, dim, seed }: { rows: number; dim: number; seed: number }): EmbeddingTable {
  const known = new Map<number, Float32Array>();
  const draw = (id: number): Float32Array => {
    const row = id === 0 ? new Float32Array(dim) : drawn(dim, normal(seed, id));
    known.set(id, row);
    return row;
  };
  return { rows, dim, row: (id) => known.get(id) ?? draw(id), isMissing: () => false };
}

/** The vectors of a file for the tokens that have one (`tokens` in id order), random ones for the others. */
export function pretrainedEmbeddings(options: {
  tokens: readonly string[];
  dim: number;
  vectors: ReadonlyMap<string, Float32Array>;
  seed: number;
}): EmbeddingTable {
  const { tokens, dim, vectors, seed } = options;
  const random = randomEmbeddings({ rows: tokens.length, dim, seed });
  const found = (id: number): Float32Array | undefined => (id === 0 ? undefined : vectors.get(tokens[id]!));
  return { ...random, row: (id) => found(id) ?? random.row(id), isMissing: (id) => id !== 0 && found(id) === undefined };
}
