/**
 * The weights of a model by name: which there are, their shapes, and the numbers that they begin with.
 * The names are those of weights.safetensors.
 */
import { FEATURE_NAMES, FEATURES, type Ids } from '../formats/features.js';
import type { ModelShape } from '../formats/model.js';
import { countOf, Tensor } from '../formats/tensor.js';
import { headOf } from './heads/index.js';
import type { Parameter } from './parameter.js';
import { poolingParameters } from './pooling.js';
import { normal, uniform } from './random.js';
import type { NetworkValues } from './recurrent.js';
import { gatesOf, inputSizeOf, type DirectionWeights, type NetworkShape, type NetworkWeights } from './shape.js';

export type Parameters = ReadonlyMap<string, Tensor>;

/** Tables of vectors, whose rows are gathered outside the network: [rows, dim]. */
export const EMBEDDING = 'embedding';
export const ANSWER_EMBEDDING = 'answerEmbedding';

/** One kind of sequence that a model reads. */
export interface Reading {
  /** the input of a program: [timeSteps, batch, Σ dim] */
  vectors: string;
  /** what a program calls its number of time steps */
  timeSteps: string;
  /** of a data set, the sentences themselves or their answers */
  of: 'sentences' | 'answers';
  /** what is read at a time step is rows of these, side by side */
  tables: ReadTable[];
}

/** A table, and the ids that choose its rows: a row for each of the fields. */
export interface ReadTable extends Parameter {
  fields: readonly (keyof Ids<unknown>)[];
}

/** The input of word vectors, and that of a decoder. */
export const VECTORS = 'vectors';
export const ANSWER_VECTORS = 'answerVectors';

const table = (name: string, shape: readonly number[], fields: ReadTable['fields'] = ['ids']): ReadTable => ({
  name,
  shape,
  begin: 'vectors',
  fields,
});

/** What a model reads: sentences, the token's table first; and where its answers are texts, what it has said so far. */
export function readingsOf({ embedding, head }: Pick<ModelShape, 'embedding' | 'head'>): Reading[] {
  const features = FEATURE_NAMES.map((feature) => FEATURES[feature]).filter(({ dim }) => embedding[dim] > 0);
  const tables = [
    table(EMBEDDING, [embedding.rows, embedding.dim]),
    ...features.map(({ table: name, dim, rows, fields }) => table(name, [embedding[rows], embedding[dim]], fields)),
  ];
  const sentences: Reading = { vectors: VECTORS, timeSteps: 'timeSteps', of: 'sentences', tables };
  if (head.task !== 'seq2seq') return [sentences];
  const answers = [table(ANSWER_EMBEDDING, [head.answers.rows, head.decoder.inputSize])];
  return [sentences, { vectors: ANSWER_VECTORS, timeSteps: 'answerSteps', of: 'answers', tables: answers }];
}

/** All tables of a model. */
export const tablesOf = (shape: Pick<ModelShape, 'embedding' | 'head'>): ReadTable[] => readingsOf(shape).flatMap(({ tables }) => tables);

/** How wide the vectors are that a time step of a sentence reads side by side: the token's, then each feature's; 0 of one that is not read. */
export const columnsOf = ({ embedding }: Pick<ModelShape, 'embedding'>): number[] => [
  embedding.dim,
  ...FEATURE_NAMES.map((name) => FEATURES[name]).flatMap(({ dim, fields }) => fields.map(() => embedding[dim])),
];

/** All parameters but the tables: the inputs of a program that learns. */
export function denseParameters(shape: ModelShape): Parameter[] {
  const head = headOf(shape.head);
  const width = shape.network.units * shape.network.directions.length;
  return [...networkParameters(shape.network), ...poolingParameters(shape.head, width), ...head.parameters(shape.head, width, shape)];
}

const WEIGHTS = ['kernel', 'recurrentKernel', 'bias', 'recurrentBias'] as const;

export const weightName = (layer: number, direction: string, weight: keyof DirectionWeights, prefix = 'rnn'): string =>
  `${prefix}.${layer + 1}.${direction}.${weight}`;

/** Uniform in ±1/√units, as PyTorch draws them. @param prefix of the names */
export function networkParameters(shape: NetworkShape, prefix = 'rnn'): Parameter[] {
  const width = gatesOf(shape).length * shape.units;
  const begin = { limit: 1 / Math.sqrt(shape.units) };
  return Array.from({ length: shape.layers }, (_, layer) =>
    shape.directions.flatMap((direction) => {
      const shapes = {
        kernel: [inputSizeOf(shape, layer), width],
        recurrentKernel: [shape.units, width],
        bias: [width],
        recurrentBias: [width],
      };
      return WEIGHTS.map((weight): Parameter => ({ name: weightName(layer, direction, weight, prefix), shape: shapes[weight], begin }));
    }),
  ).flat();
}

/** The recurrent weights among the values of a program. */
export function networkValues<T>(shape: NetworkShape, values: Readonly<Record<string, T>>, prefix = 'rnn'): NetworkValues<T> {
  return perDirection(shape, (layer, direction, weight) => values[weightName(layer, direction, weight, prefix)]!);
}

/** The recurrent weights among the parameters of a model. */
export function networkWeights(shape: NetworkShape, parameters: Parameters, prefix = 'rnn'): NetworkWeights {
  return perDirection(shape, (layer, direction, weight) => parameters.get(weightName(layer, direction, weight, prefix))!.data);
}

function perDirection<V>(
  { layers, directions }: NetworkShape,
  take: (layer: number, direction: string, weight: keyof DirectionWeights) => V,
): Record<keyof DirectionWeights, V>[][] {
  return Array.from({ length: layers }, (_, layer) =>
    directions.map((direction) => {
      const [kernel, recurrentKernel, bias, recurrentBias] = WEIGHTS.map((weight) => take(layer, direction, weight));
      return { kernel: kernel!, recurrentKernel: recurrentKernel!, bias: bias!, recurrentBias: recurrentBias! };
    }),
  );
}

/** Of the vectors that are drawn, where nothing else is asked for. */
export const DEVIATION = 0.1;

/**
 * The numbers that training begins with; each parameter has a stream of its own. Row 0 of a table, `<pad>`, is zeros.
 *
 * @param deviation standard deviation of the numbers of vectors
 */
export function drawParameters(shape: ModelShape, seed: number, deviation = DEVIATION): Map<string, Tensor> {
  const parameters = [...tablesOf(shape), ...denseParameters(shape)];
  return new Map(
    parameters.map(({ name, shape: sizes, begin }, index): [string, Tensor] => {
      const length = countOf(sizes);
      const data = new Float32Array(length);
      // streams of rows of `embed` are from 0 on, of `rnn` from -1 down
      const stream = -1_000_001 - index;
      if (begin === 'vectors') {
        const next = normal(seed, stream);
        for (let i = sizes[1]!; i < length; i++) data[i] = deviation * next();
      } else {
        const next = uniform(seed, stream);
        for (let i = 0; i < length; i++) data[i] = begin.limit * (2 * next() - 1);
      }
      return [name, new Tensor(sizes, data)];
    }),
  );
}
