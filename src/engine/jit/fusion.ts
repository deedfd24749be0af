/** What is done together: operations on each element as one formula, a sum within its product, parts where the whole has them. */
import { scopeOf, type Expression, type Node } from '../graph/expression.js';
import { formulaValue, REPEATED, ZEROS } from './lowering.js';
import type { Formula, Value } from './map.js';

export interface Within {
  whole: Expression;
  /** along this axis from there on; undefined: it becomes the other value */
  axis?: number;
  begin?: number;
}

/** A product, and what it begins with. */
export interface Product {
  node: Node;
  /** what is added to it */
  initial: Expression | undefined;
  /** `initial` is rows that integers choose, and nothing else needs them: they are read where they lie */
  chosen?: boolean;
  /** a product that is made before, to the same sums */
  before?: Node | undefined;
}

/** What is read to make it. */
export const inputsOfProduct = ({ node, initial, chosen, before }: Product): readonly Expression[] => [
  ...(before?.inputs ?? []),
  ...node.inputs,
  ...(chosen ? initial!.node.inputs : initial ? [initial] : []),
];

const PRODUCTS: Readonly<Record<string, number>> = { matmul: 2, gemm: 2, quantizedProduct: 1 };

/** Products with one matrix at the right, of floats and of 8 bits. */
const isWithMatrix = ({ operation: { name }, inputs }: Node): boolean =>
  name === 'quantizedProduct' || (name === 'matmul' && inputs[1]!.shape.length === 2);
const isOfFloats = (node: Node): boolean => isWithMatrix(node) && node.operation.name === 'matmul';

/** What is made within sums with products. */
export interface Sums {
  /** by the sum's node */
  products: Map<Node, Product>;
  /** nodes that are part of one, and of nothing else */
  parts: Set<Node>;
}

/** Sums of a product that nothing else needs and of something else, which may be another such sum. */
export function sumsWithProducts(
  nodes: readonly Node[],
  uses: ReadonlyMap<Expression, ReadonlySet<Node>>,
  wanted: ReadonlySet<Expression>,
): Sums {
  const [products, parts] = [new Map<Node, Product>(), new Set<Node>()];
  const isFree = (value: Expression, scope: Node['scope']): boolean =>
    scopeOf(value) === scope && uses.get(value)?.size === 1 && !wanted.has(value) && !parts.has(value.node);
  for (const node of nodes) {
    if (node.operation.name !== 'add') continue;
    const [sum] = node.outputs;
    const value = node.inputs.findLast(
      (input, i) =>
        PRODUCTS[input.node.operation.name] === input.node.inputs.length &&
        isFree(input, node.scope) &&
        input.shape.join() === sum!.shape.join() &&
        node.inputs[1 - i] !== input &&
        node.inputs[1 - i]!.shape.at(-1) === sum!.shape.at(-1),
    );
    if (!value) continue;
    parts.add(value.node);
    products.set(node, { node: value.node, initial: node.inputs.find((input) => input !== value) });
  }
  for (const [sum, product] of products) if (isWithMatrix(product.node)) products.set(sum, begunWithin(begunByProduct(product)));
  return { products, parts };

  /** What a product begins with, where nothing else needs it and it has all the product's numbers. */
  function begunWith({ node, initial }: Product): Node | undefined {
    const isWhole = initial && isFree(initial, node.scope) && initial.shape.join() === node.outputs[0]!.shape.join();
    return isWhole ? initial.node : undefined;
  }

  function begunByProduct(product: Product): Product {
    const node = begunWith(product);
    if (!node || !isOfFloats(product.node)) return product;
    const within = products.get(node) ?? { node, initial: undefined };
    if (within.before || !isOfFloats(within.node)) return product;
    products.delete(node);
    parts.add(node).add(within.node);
    return { ...within, node: product.node, before: within.node };
  }

  function begunWithin(product: Product): Product {
    const node = begunWith(product);
    if (node?.operation.name !== 'gather' || node.inputs[0]!.shape.length !== 2) return product;
    parts.add(node);
    return { ...product, chosen: true };
  }
}

/** Products with weights that nothing but a `mostProbable` needs: it goes through blocks of their columns one after another, and they are never whole. */
export function productsInBlocks(
  nodes: readonly Node[],
  sums: Sums,
  uses: ReadonlyMap<Expression, ReadonlySet<Node>>,
  wanted: ReadonlySet<Expression>,
): Map<Node, Product> {
  const found = new Map<Node, Product>();
  for (const node of nodes) {
    if (node.operation.name !== 'mostProbable') continue;
    const [x] = node.inputs as [Expression];
    const product = sums.products.get(x.node) ?? { node: x.node, initial: undefined };
    if (
      isWithMatrix(product.node) &&
      !product.before &&
      !product.chosen &&
      scopeOf(x) === node.scope &&
      uses.get(x)?.size === 1 &&
      !wanted.has(x)
    )
      found.set(node, product);
  }
  return found;
}

/** Parts of a `concat` that are made where it has them, and what `addAt` adds to. */
export function madeWithin(
  nodes: readonly Node[],
  isMade: (value: Expression) => boolean,
  wanted: ReadonlySet<Expression>,
  uses: ReadonlyMap<Expression, ReadonlySet<Node>>,
): Map<Expression, Within> {
  const within = new Map<Expression, Within>();
  const free = (value: Expression): boolean => isMade(value) && !wanted.has(value) && !within.has(value);
  for (const { operation, inputs, outputs, attributes } of nodes) {
    const [whole] = outputs;
    if (operation.name === 'concat') {
      const axis = attributes['axis'] as number;
      const sizes = inputs.map(({ shape }) => shape[axis]!);
      if (!sizes.every((size) => typeof size === 'number')) continue;
      let begin = 0;
      for (const [i, value] of inputs.entries()) {
        if (free(value)) within.set(value, { whole: whole!, axis, begin });
        begin += sizes[i]!;
      }
    } else if (operation.name === 'addAt' && free(inputs[0]!) && uses.get(inputs[0]!)?.size === 1)
      within.set(inputs[0]!, { whole: whole! });
  }
  return within;
}

/** Operations on each element as one formula. */
export function formulaOf(
  nodes: readonly Node[],
  isOutput: (value: Expression) => boolean,
): { formula: Formula; inputs: Expression[]; outputs: Expression[]; like: Expression[] } {
  const values: Value[] = [];
  const places = new Map<Expression, number>();
  const inputs: Expression[] = [];
  const modes: Formula['inputs'][number][] = [];
  const like = new Set<Expression>();
  const shape = nodes[0]!.outputs[0]!.shape;
  const add = (value: Value): number => values.push(value) - 1;
  const placeOf = (of: Expression): number => {
    const known = places.get(of);
    if (known !== undefined) return known;
    const { data, operation } = of.node;
    const one = data?.length === 1 ? data[0] : operation.name in ZEROS ? 0 : undefined;
    if (operation.name in ZEROS) like.add(of);
    let place: number;
    if (one !== undefined) place = add({ kind: 'number', value: one });
    else {
      place = add({ kind: 'input', operand: inputs.push(of) - 1 });
      modes.push((of.shape.at(-1) ?? 1) === 1 && (shape.at(-1) ?? 1) !== 1 ? 'row' : 'columns');
    }
    places.set(of, place);
    return place;
  };
  for (const node of nodes) {
    const [output] = node.outputs;
    if (node.operation.name === REPEATED) {
      places.set(output!, placeOf(node.inputs[0]!));
      if (!nodes.includes(node.inputs[1]!.node)) like.add(node.inputs[1]!);
    } else places.set(output!, add(formulaValue(node.operation.name, node.inputs.map(placeOf))!));
  }
  const outputs = nodes.map(({ outputs: [output] }) => output!).filter(isOutput);
  return { formula: { values, inputs: modes, outputs: outputs.map((output) => places.get(output)!) }, inputs, outputs, like: [...like] };
}
