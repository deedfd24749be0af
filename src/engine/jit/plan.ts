/**
 * What of an expression graph is done together, and in what order: as plain data, before any size is known.
 *
 * Operations on each element that follow one another become one formula. Times are whole numbers: formulas are at odd ones, all else at
 * even ones, and what needs a value is later than it, or in the same formula. So formulas of one time and one shape can be one: no way
 * leads from one to the other through anything else. A sum with a product that nothing else needs is part of the product, and so is another
 * product in that sum; a product that is only looked through is part of that, and what stands side by side in another value is made in its place.
 */
import { scopeOf, type Expression, type Node, type Scope } from '../graph/expression.js';
import { formulaOf, inputsOfProduct, madeWithin, productsInBlocks, sumsWithProducts, type Product, type Within } from './fusion.js';
import { isElementwise, VIEWS, ZEROS } from './lowering.js';
import type { Formula } from './map.js';
import { outside, usesOf, type Needed } from './needed.js';

export type Stage =
  | {
      kind: 'formula';
      time: number;
      formula: Formula;
      inputs: readonly Expression[];
      outputs: readonly Expression[];
      like: readonly Expression[];
    }
  | {
      kind: 'commands';
      time: number;
      node: Node;
      /** all that is read: the inputs of the node, or of the product that it goes through */
      inputs: readonly Expression[];
      /** the node itself with what is added to it, or the product that it goes through in blocks of columns */
      product: Product | undefined;
      outputs: readonly Expression[];
    }
  | { kind: 'loop'; time: number; node: Node; scope: Scope; inputs: readonly Expression[]; outputs: readonly Expression[] };

export interface Plan {
  stages: readonly Stage[];
  /** values that are made within others: part of them, or the same */
  within: ReadonlyMap<Expression, Within>;
  /** has a place of its own: it is made by a stage */
  isMade: (value: Expression) => boolean;
}

/** @param results values that are to be had at the end: results of the program, or what a loop carries and gives */
export function planOf(scope: Scope | undefined, needed: Needed, results: readonly Expression[]): Plan {
  const values = needed.of(scope);
  const nodes = [...new Set(values.map(({ node }) => node))];
  const wanted = new Set(results);
  const uses = usesOf(nodes, scope, needed);
  const sums = sumsWithProducts(nodes, uses, wanted);
  const blocks = productsInBlocks(nodes, sums, uses, wanted);
  const absorbed = new Set([...sums.parts, ...[...blocks.keys()].map(({ inputs }) => inputs[0]!.node)]);
  const kindOf = (node: Node): 'leaf' | 'view' | 'formula' | 'commands' | 'loop' => {
    if (node.loop) return 'loop';
    if (node.inputs.length === 0) return 'leaf';
    if (node.operation.name in VIEWS || node.operation.name in ZEROS) return 'view';
    return isElementwise(node) && !sums.products.has(node) ? 'formula' : 'commands';
  };
  const isMade = (value: Expression): boolean =>
    scopeOf(value) === scope && ['formula', 'commands', 'loop'].includes(kindOf(value.node)) && !absorbed.has(value.node);
  const within = madeWithin(nodes, isMade, wanted, uses);
  const productOf = (node: Node): Product | undefined => sums.products.get(node) ?? blocks.get(node);
  const inputsOf = (node: Node): readonly Expression[] => {
    if (node.loop) return outside(node.loop, needed);
    const product = productOf(node);
    return product ? inputsOfProduct(product) : node.inputs;
  };

  const times = new Map<Node, number>();
  const timeOf = (value: Expression): number => (scopeOf(value) === scope ? nodeTime(value.node) : 0);
  function nodeTime(node: Node): number {
    const known = times.get(node);
    if (known !== undefined) return known;
    const before = inputsOf(node);
    const last = before.reduce((latest, input) => Math.max(latest, timeOf(input)), 0);
    const kind = kindOf(node);
    let time = last;
    if (kind === 'formula')
      time = before.reduce((latest, input) => {
        const own = timeOf(input);
        if (own % 2 === 0) return Math.max(latest, own + 1);
        return Math.max(
          latest,
          kindOf(origin(input)) === 'formula' && origin(input) === input.node && domain(input.node) === domain(node) ? own : own + 2,
        );
      }, 1);
    else if (kind === 'commands' || kind === 'loop') time = last + 2 - (last % 2);
    times.set(node, time);
    return time;
  }
  /** the node that makes the numbers that a view shows */
  function origin(value: Expression): Node {
    return kindOf(value.node) === 'view' && scopeOf(value) === scope ? origin(value.node.inputs[0]!) : value.node;
  }

  const stages: Stage[] = [];
  const formulas = new Map<string, Node[]>();
  for (const node of nodes) {
    const kind = kindOf(node);
    if (absorbed.has(node)) continue;
    if (kind === 'formula') {
      const key = `${nodeTime(node)} ${domain(node)}`;
      formulas.set(key, [...(formulas.get(key) ?? []), node]);
    } else if (kind === 'commands' || kind === 'loop') {
      const outputs = node.outputs.filter((output) => needed.has(output) || kind === 'commands');
      const common = { time: nodeTime(node), inputs: inputsOf(node), outputs };
      stages.push(
        node.loop
          ? { kind: 'loop', scope: node.loop, node, ...common }
          : { kind: 'commands', node: sums.products.get(node)?.node ?? node, product: productOf(node), ...common },
      );
    }
  }
  for (const together of formulas.values()) {
    const isWithin = new Set(together);
    const isOutput = (value: Expression): boolean => wanted.has(value) || [...(uses.get(value) ?? [])].some((user) => !isWithin.has(user));
    stages.push({
      kind: 'formula',
      time: nodeTime(together[0]!),
      ...formulaOf(
        together.toSorted((a, b) => a.outputs[0]!.id - b.outputs[0]!.id),
        isOutput,
      ),
    });
  }
  stages.sort((a, b) => a.time - b.time || a.outputs[0]!.id - b.outputs[0]!.id);
  return { stages, within, isMade };
}

const domain = (node: Node): string => node.outputs[0]!.shape.join();
