/**
 * What of an expression graph is done together, and in what order: as plain data, before any size is known.
 *
 * Operations on each element that follow one another become one formula. Times are whole numbers: formulas are at odd ones, all else at
 * even ones, and what needs a value is later than it, or in the same formula. So formulas of one time and one shape can be one: no way
 * leads from one to the other through anything else. A sum with a product that nothing else needs is part of the product, and what
 * stands side by side in another value is made in its place.
 */
import { scopeOf, type Expression, type Node, type Scope } from '../graph/expression.js';
import { formulaValue, isElementwise, REPEATED, VIEWS, ZEROS } from './lowering.js';
import type { Formula, Value } from './map.js';

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
      /** all that is read: the node's own inputs, and what it begins with */
      inputs: readonly Expression[];
      initial: Expression | undefined;
      outputs: readonly Expression[];
    }
  | { kind: 'loop'; time: number; node: Node; scope: Scope; inputs: readonly Expression[]; outputs: readonly Expression[] };

/** All that is needed of a graph for some results, in loops too. */
export interface Needed {
  /** values of a loop, or outside all of them */
  of: (scope: Scope | undefined) => readonly Expression[];
  has: (value: Expression) => boolean;
}

export interface Plan {
  stages: readonly Stage[];
  /** values that are made within others: part of them, or the same */
  within: ReadonlyMap<Expression, Within>;
  /** has a place of its own: it is made by a stage */
  isMade: (value: Expression) => boolean;
}

export interface Within {
  whole: Expression;
  /** along this axis from there on; undefined: it becomes the other value */
  axis?: number;
  begin?: number;
}

export function neededOf(results: readonly Expression[]): Needed {
  const found = new Set<Expression>();
  const visit = (value: Expression): void => {
    if (found.has(value)) return;
    found.add(value);
    const { node } = value;
    const scope = scopeOf(value);
    if (node.loop) {
      const { loop } = node;
      const inside = [...loop.outputs].find(([, stack]) => stack === value)?.[0];
      if (inside) visit(inside);
      else {
        visit(loop.initial[value.index]!);
        visit(loop.newStates[value.index]!);
      }
    } else if (scope?.sources.has(value)) visit(scope.sources.get(value)!);
    else if (scope?.states.includes(value)) {
      const state = scope.states.indexOf(value);
      visit(scope.initial[state]!);
      visit(scope.newStates[state]!);
    } else node.inputs.forEach(visit);
  };
  results.forEach(visit);
  const byScope = new Map<Scope | undefined, Expression[]>();
  for (const value of found) {
    const own = byScope.get(scopeOf(value)) ?? [];
    byScope.set(scopeOf(value), own);
    own.push(value);
  }
  return { of: (scope) => byScope.get(scope) ?? [], has: (value) => found.has(value) };
}

/** What a loop takes from outside: sources of slices, first states, and values as they are. */
function outside(scope: Scope, needed: Needed): Expression[] {
  const found = new Set<Expression>();
  for (const value of needed.of(scope)) {
    const state = scope.states.indexOf(value);
    if (scope.sources.has(value)) found.add(scope.sources.get(value)!);
    else if (state >= 0) found.add(scope.initial[state]!);
    else for (const input of value.node.inputs) if (scopeOf(input) !== scope) found.add(input);
  }
  for (const value of [...scope.newStates, ...scope.outputs.keys()]) if (needed.has(value) && scopeOf(value) !== scope) found.add(value);
  for (const [i, initial] of scope.initial.entries()) if (needed.has(scope.node.outputs[i]!)) found.add(initial);
  return [...found];
}

/** @param results values that are to be had at the end: results of the program, or what a loop carries and gives */
export function planOf(scope: Scope | undefined, needed: Needed, results: readonly Expression[]): Plan {
  const values = needed.of(scope);
  const nodes = [...new Set(values.map(({ node }) => node))];
  const wanted = new Set(results);
  const uses = usesOf(nodes, scope, needed);
  const sums = sumsWithProducts(nodes, uses, wanted);
  const absorbed = new Set([...sums.values()].map(({ product }) => product));
  const kindOf = (node: Node): 'leaf' | 'view' | 'formula' | 'commands' | 'loop' => {
    if (node.loop) return 'loop';
    if (node.inputs.length === 0) return 'leaf';
    if (node.operation.name in VIEWS || node.operation.name in ZEROS) return 'view';
    return isElementwise(node) && !sums.has(node) ? 'formula' : 'commands';
  };
  const isMade = (value: Expression): boolean =>
    scopeOf(value) === scope && ['formula', 'commands', 'loop'].includes(kindOf(value.node)) && !absorbed.has(value.node);
  const within = madeWithin(nodes, isMade, wanted, uses);
  const inputsOf = (node: Node): readonly Expression[] => {
    if (node.loop) return outside(node.loop, needed);
    const sum = sums.get(node);
    return sum ? [...sum.product.inputs, sum.initial] : node.inputs;
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
      const { product = node, initial } = sums.get(node) ?? {};
      stages.push(
        node.loop ? { kind: 'loop', scope: node.loop, node, ...common } : { kind: 'commands', node: product, initial, ...common },
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

/** The nodes of a scope that use a value; a value that a loop or the results use is used by what stands for them. */
function usesOf(nodes: readonly Node[], scope: Scope | undefined, needed: Needed): Map<Expression, Set<Node>> {
  const uses = new Map<Expression, Set<Node>>();
  const use = (value: Expression, by: Node): void => {
    const own = uses.get(value) ?? new Set();
    uses.set(value, own.add(by));
  };
  for (const node of nodes)
    for (const input of node.loop ? outside(node.loop, needed) : node.inputs) if (scopeOf(input) === scope) use(input, node);
  return uses;
}

/** A sum as a product that begins with the rest of it. */
interface Sum {
  product: Node;
  initial: Expression;
}

const PRODUCTS: Readonly<Record<string, number>> = { matmul: 2, gemm: 2, quantizedProduct: 1 };

/** Sums of a product that nothing else needs and of something else. */
function sumsWithProducts(
  nodes: readonly Node[],
  uses: ReadonlyMap<Expression, ReadonlySet<Node>>,
  wanted: ReadonlySet<Expression>,
): Map<Node, Sum> {
  const found = new Map<Node, Sum>();
  const taken = new Set<Node>();
  for (const node of nodes) {
    if (node.operation.name !== 'add') continue;
    const [sum] = node.outputs;
    const value = node.inputs.findLast(
      (input, i) =>
        PRODUCTS[input.node.operation.name] === input.node.inputs.length &&
        scopeOf(input) === node.scope &&
        uses.get(input)?.size === 1 &&
        !wanted.has(input) &&
        !taken.has(input.node) &&
        input.shape.join() === sum!.shape.join() &&
        node.inputs[1 - i] !== input &&
        node.inputs[1 - i]!.shape.at(-1) === sum!.shape.at(-1),
    );
    if (!value) continue;
    found.set(node, { product: value.node, initial: node.inputs.find((input) => input !== value)! });
    taken.add(value.node);
  }
  return found;
}

/** Parts of a `concat` that are made where it has them, and what `addAt` adds to. */
function madeWithin(
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
function formulaOf(
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
