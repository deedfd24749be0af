/**
 * What the first layer makes of word vectors, computed once for each different token of a job. A text says the same words again and
 * again: of the products x·W, half of a network's work, one in ten is left to compute; each time step looks its own up. Where features are
 * read beside the token (`--ngrams`), x·W is the sum of two products, and only the token's is looked up: there are too many pairs of words.
 */
import type { Common, Engine, InputType, Ops } from '../engine/ops.js';
import { Tensor } from '../formats/tensor.js';
import { VECTORS } from './parameters.js';
import { constantWeights, inputProducts, type LookedUp } from './recurrent.js';
import { gatesOf, type Direction, type NetworkShape, type NetworkWeights } from './shape.js';

/** The input that says which vector each time step reads, [timeSteps, batch]. */
export const PLACES = 'places';

/** The input of the vectors of features, [timeSteps, batch, Σ dim]. */
export const BESIDE = 'beside';

/** A network, and how much of what its first layer reads is the token's vector; features' vectors stand behind it. */
export interface Looking {
  network: NetworkShape;
  embedding: { dim: number };
}

const besideSize = ({ network, embedding }: Looking): number => network.inputSize - embedding.dim;

const productsName = (direction: Direction): string => `products.${direction}`;

const widthOf = (network: NetworkShape): number => gatesOf(network).length * network.units;

/** Inputs of a program whose first layer looks products up. */
export function lookingInputs(shape: Looking): Record<string, InputType> {
  const { network } = shape;
  const products = network.directions.map((one): [string, InputType] => [
    productsName(one),
    { type: 'float', shape: ['vectors', widthOf(network)] },
  ]);
  const beside = besideSize(shape);
  return {
    [PLACES]: { type: 'int', shape: ['timeSteps', 'batch'] },
    ...(beside > 0 && { [BESIDE]: { type: 'float', shape: ['timeSteps', 'batch', beside] } }),
    ...Object.fromEntries(products),
  };
}

/** `VECTORS` [vectors, dim] to their products by direction, [vectors, gates × units]. */
export function commonProducts({ network, embedding }: Looking, weights: NetworkWeights): Common {
  const own = { ...network, inputSize: embedding.dim };
  const first = weights[0]!.map((direction) => ({ ...direction, kernel: direction.kernel.subarray(0, embedding.dim * widthOf(network)) }));
  return {
    inputs: { [VECTORS]: { type: 'float', shape: ['vectors', embedding.dim] } },
    build: (ops, given) => {
      const [layer] = constantWeights(ops, own, [first]);
      const products = own.directions.map((one, d) => [productsName(one), inputProducts(ops, own, layer![d]!, given[VECTORS]!)] as const);
      return Object.fromEntries(products);
    },
  };
}

/** The products of a whole table [vectors, dim], of a network that reads forwards and nothing else: [vectors, gates × units]. */
export async function productsOf(engine: Engine, network: NetworkShape, weights: NetworkWeights, table: Tensor): Promise<Tensor> {
  const { inputs, build } = commonProducts({ network, embedding: { dim: network.inputSize } }, weights);
  const program = await engine.compile(inputs, build);
  try {
    const { [productsName('forward')]: products } = await program.run({ [VECTORS]: table });
    return new Tensor(products!.shape, products!.data as Float32Array);
  } finally {
    await program.close();
  }
}

/** What the network reads, of a program's inputs. */
export function lookedUp<T>(ops: Ops<T>, shape: Looking, weights: NetworkWeights, given: Readonly<Record<string, T>>): LookedUp<T> {
  const { network, embedding } = shape;
  const [width, beside] = [widthOf(network), besideSize(shape)];
  const kernels = weights[0]!.map(({ kernel }) => kernel.subarray(embedding.dim * width));
  return {
    products: network.directions.map((one) => given[productsName(one)]!),
    places: given[PLACES]!,
    ...(beside > 0 && { beside: { vectors: given[BESIDE]!, kernels: kernels.map((kernel) => ops.constant([beside, width], kernel)) } }),
  };
}

/** Numbers that the products of one job may take: 64 MB. */
const MOST_NUMBERS = 1 << 24;

/** How many different vectors a job may have. */
export const mostVectors = (network: NetworkShape): number =>
  Math.max(1, Math.floor(MOST_NUMBERS / (widthOf(network) * network.directions.length)));
