/** What of an expression graph is needed for some results: in each scope the values, what loops take from outside, and who uses a value. */
import { scopeOf, type Expression, type Node, type Scope } from '../graph/expression.js';

/** All that is needed of a graph for some results, in loops too. */
export interface Needed {
  /** values of a loop, or outside all of them */
  of: (scope: Scope | undefined) => readonly Expression[];
  has: (value: Expression) => boolean;
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
export function outside(scope: Scope, needed: Needed): Expression[] {
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

/** The nodes of a scope that use a value; a value that a loop or the results use is used by what stands for them. */
export function usesOf(nodes: readonly Node[], scope: Scope | undefined, needed: Needed): Map<Expression, Set<Node>> {
  const uses = new Map<Expression, Set<Node>>();
  const use = (value: Expression, by: Node): void => {
    const own = uses.get(value) ?? new Set();
    uses.set(value, own.add(by));
  };
  for (const node of nodes)
    for (const input of node.loop ? outside(node.loop, needed) : node.inputs) if (scopeOf(input) === scope) use(input, node);
  return uses;
}
