/**
 * What the first layer makes of word vectors, computed once for each different vector of a job. A text says the same words again and
 * again: of the products x·W, half of a network's work, one in ten is left to compute; each time step looks its own up.
 */
import type { Common, Engine, InputType } from '../engine/ops.js';
import { Tensor } from '../formats/tensor.js';
import { VECTORS } from './parameters.js';
import { constantWeights, inputProducts, type LookedUp } from './recurrent.js';
import { gatesOf, type Direction, type NetworkShape, type NetworkWeights } from './shape.js';

/** The input that says which vector each time step reads, [timeSteps, batch]. */
export const PLACES = 'places';

const productsName = (direction: Direction): string => `products.${direction}`;

/** Inputs of a program whose first layer looks products up. */
export function lookingInputs(shape: NetworkShape): Record<string, InputType> {
  const width = gatesOf(shape).length * shape.units;
  const products = shape.directions.map((one): [string, InputType] => [productsName(one), { type: 'float', shape: ['vectors', width] }]);
  return { [PLACES]: { type: 'int', shape: ['timeSteps', 'batch'] }, ...Object.fromEntries(products) };
}

/** `VECTORS` [vectors, inputSize] to their products by direction, [vectors, gates × units]. */
export const commonProducts = (shape: NetworkShape, weights: NetworkWeights): Common => ({
  inputs: { [VECTORS]: { type: 'float', shape: ['vectors', shape.inputSize] } },
  build: (ops, given) => {
    const [first] = constantWeights(ops, shape, weights.slice(0, 1));
    const products = shape.directions.map((one, d) => [productsName(one), inputProducts(ops, shape, first![d]!, given[VECTORS]!)] as const);
    return Object.fromEntries(products);
  },
});

/** The products of a whole table [vectors, inputSize], of a network that reads forwards: [vectors, gates × units]. */
export async function productsOf(engine: Engine, shape: NetworkShape, weights: NetworkWeights, table: Tensor): Promise<Tensor> {
  const { inputs, build } = commonProducts(shape, weights);
  const program = await engine.compile(inputs, build);
  try {
    const { [productsName('forward')]: products } = await program.run({ [VECTORS]: table });
    return new Tensor(products!.shape, products!.data as Float32Array);
  } finally {
    await program.close();
  }
}

/** What the network reads, of a program's inputs. */
export const lookedUp = <T>({ directions }: NetworkShape, given: Readonly<Record<string, T>>): LookedUp<T> => ({
  products: directions.map((one) => given[productsName(one)]!),
  places: given[PLACES]!,
});

/** Numbers that the products of one job may take: 64 MB. */
const MOST_NUMBERS = 1 << 24;

/** How many different vectors a job may have. */
export const mostVectors = (shape: NetworkShape): number =>
  Math.max(1, Math.floor(MOST_NUMBERS / (gatesOf(shape).length * shape.units * shape.directions.length)));
