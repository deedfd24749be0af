/** What `train` begins with: the shape of the model that the options ask for, and vectors of a file in its tables. */
import { PipeError } from '../../errors.js';
import { FEATURES, mapFeatures, tableSizes } from '../../formats/features.js';
import type { ModelShape } from '../../formats/model.js';
import { readVectors } from '../../io/vectors.js';
import type { CellName } from '../../model/cells/index.js';
import { columnsOf, drawParameters, EMBEDDING, type Parameters } from '../../model/parameters.js';
import { SPECIALS } from '../../text/specials.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import type { Options } from '../command.js';
import type { Model } from '../model-folder.js';
import { beginWith } from './initial-model.js';

type Vectors = Awaited<ReturnType<typeof readVectors>>;

/** The vectors of --vectors that the vocabulary has use for. @throws PipeError('mismatch') where they have another size than --dim */
export async function vectorsFor(options: Options, vocabulary: Vocabulary): Promise<Vectors | undefined> {
  const [file, dim] = [options['vectors'] as string | undefined, options['dim'] as number | undefined];
  if (file === undefined) return undefined;
  const vectors = await readVectors(file, new Set([...vocabulary.tokens, ...(vocabulary.features.affixes?.names ?? [])]));
  if (dim !== undefined && dim !== vectors.dim)
    throw new PipeError('mismatch', 'the vectors have another size than --dim', {
      expected: String(dim),
      found: String(vectors.dim),
      place: { file },
      hint: 'leave --dim out',
    });
  return vectors;
}

/** A table that vectors of a file fit into, and the names of its rows from the special ones on. */
interface Fitting {
  table: string;
  names: readonly string[];
}

export function tablesOfVectors({ embedding }: ModelShape, { tokens, features }: Vocabulary, { dim }: Vectors): Fitting[] {
  const { affixes } = features;
  return [
    { table: EMBEDDING, names: tokens.slice(SPECIALS.length) },
    ...(affixes && embedding.affixDim === dim ? [{ table: FEATURES.affixes.table, names: affixes.names }] : []),
  ];
}

/** A model that has learnt nothing yet, and the vectors that it begins with. */
export interface Beginning {
  shape: ModelShape;
  vocabulary: Vocabulary;
  vectors: Vectors | undefined;
  fitting: readonly Fitting[];
}

/** Drawn by the seed; then vectors of a file, and what another model has learnt. */
export function firstParameters(
  { shape, vocabulary, vectors, fitting }: Beginning,
  options: Options,
  initial: Model | undefined,
  note: (text: string) => void,
): Parameters {
  const parameters = drawParameters(shape, Number(options['seed']), Number(options['deviation']));
  for (const { table, names } of fitting) fill(parameters.get(table)!.data, names, vectors!);
  if (initial) beginWith(initial, { shape, parameters, vocabulary }, String(options['initFrom']), note);
  return parameters;
}

function fill(table: Float32Array, names: readonly string[], { dim, vectors }: Vectors): void {
  for (const [i, name] of names.entries()) if (vectors.has(name)) table.set(vectors.get(name)!, (i + SPECIALS.length) * dim);
}

export function shapeOf(
  options: Options,
  { tokens, features }: Vocabulary,
  head: ModelShape['head'],
  vectorDim: number | undefined,
): ModelShape {
  const dims = { runs: Number(options['ngramDim']), affixes: Number(options['affixDim'] ?? vectorDim ?? 64) };
  const embedding = {
    dim: Number(options['dim'] ?? vectorDim ?? 128),
    rows: tokens.length,
    ...tableSizes(mapFeatures(features, ({ names }, name) => ({ dim: dims[name], rows: names.length + SPECIALS.length }))),
  };
  return {
    embedding,
    network: {
      cell: options['cell'] as CellName,
      inputSize: columnsOf({ embedding }).reduce((sum, dim) => sum + dim, 0),
      units: Number(options['units']),
      layers: Number(options['layers']),
      directions: options['bidirectional'] === true ? ['forward', 'backward'] : ['forward'],
      resetAfter: options['reset'] !== 'before',
    },
    head,
  };
}
