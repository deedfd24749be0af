/**
 * Reverse-mode gradients of an expression graph (Speelpenning 1980): from the loss back to what is wanted, one rule an operation.
 * The gradient of a loop is a loop backwards through time. It carries only the gradient of the states; the gradient of what the
 * loop takes from outside, such as the recurrent weights, is that of one operation on all time steps at once.
 */
import { liftedAttributes, scopeOf, type Expression, type Node, type Scope } from './expression.js';
import type { GraphOps } from './ops.js';
import { state as stateLeaf, scan as scanOperation } from './operations/leaves.js';

/** The gradient of the loss (one number, shape []) with respect to each value; zeros where the loss does not depend on it. */
export function gradients(ops: GraphOps, loss: Expression, to: readonly Expression[]): Expression[] {
  const dependent = dependents(to);
  const sums = new Sums(ops);
  sums.add(loss, ops.number(1));
  for (const node of inReverse([loss], dependent)) {
    const given = node.outputs.map((output) => sums.of(output));
    if (given.every((one) => one === undefined)) continue;
    if (node.inputs.length === 0 && !node.loop) continue;
    if (node.loop) throughLoop(ops, node.loop, sums, dependent);
    else {
      const wanted = node.inputs.map(dependent);
      const found = rule(node)(ops, { ...node, wanted }, given);
      node.inputs.forEach((input, i) => wanted[i] && sums.add(input, found[i]));
    }
  }
  return to.map((value) => sums.of(value) ?? ops.zerosAs(value));
}

/** What has been found of each value's gradient so far. */
class Sums {
  private readonly sums = new Map<Expression, Expression>();
  constructor(private readonly ops: GraphOps) {}
  of(value: Expression): Expression | undefined {
    return this.sums.get(value);
  }
  add(value: Expression, gradient: Expression | undefined): void {
    if (!gradient) return;
    const before = this.sums.get(value);
    this.sums.set(value, before ? this.ops.add(before, gradient) : gradient);
  }
}

function rule({ operation }: Node): NonNullable<typeof operation.gradient> {
  if (operation.gradient) return operation.gradient.bind(operation);
  throw new Error(`the operation ${operation.name} has no gradient`);
}

/** Does a value depend on one of these? Asked of values inside loops, too. */
function dependents(to: readonly Expression[]): (value: Expression) => boolean {
  const known = new Map<Expression, boolean>(to.map((value) => [value, true]));
  const ask = (value: Expression): boolean => {
    const answer = known.get(value) ?? inputsOf(value).some(ask);
    known.set(value, answer);
    return answer;
  };
  return ask;
}

/** What a value is made from, through the border of a loop: a state from all that its loop takes from outside. */
function inputsOf(value: Expression): readonly Expression[] {
  const { node } = value;
  if (node.loop) return [...outsideOf(node.loop)];
  const source = node.scope?.sources.get(value);
  if (source) return [source];
  return node.scope?.states.includes(value) ? [...outsideOf(node.scope, node.scope.newStates)] : node.inputs;
}

/** The nodes outside loops that lead to the values, each before those that it is made from. */
function inReverse(from: readonly Expression[], dependent: (value: Expression) => boolean): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const input of node.loop ? outsideOf(node.loop) : node.inputs) if (dependent(input)) visit(input.node);
    order.push(node);
  };
  from.forEach(({ node }) => visit(node));
  return order.reverse();
}

/** All that a loop takes from outside to make the wanted values. */
export function outsideOf(scope: Scope, wanted: readonly Expression[] = [...scope.newStates, ...scope.outputs.keys()]): Set<Expression> {
  const found = new Set(scope.initial);
  const seen = new Set<Expression>();
  const visit = (value: Expression): void => {
    if (seen.has(value)) return;
    seen.add(value);
    if (scopeOf(value) !== scope) found.add(value);
    else if (scope.sources.has(value)) found.add(scope.sources.get(value)!);
    else value.node.inputs.forEach(visit);
  };
  wanted.forEach(visit);
  return found;
}

/** The nodes inside a loop, each before those that it is made from. */
function loopInReverse(scope: Scope): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const visit = (value: Expression): void => {
    if (scopeOf(value) !== scope || seen.has(value.node)) return;
    seen.add(value.node);
    value.node.inputs.forEach(visit);
    order.push(value.node);
  };
  [...scope.newStates, ...scope.outputs.keys()].forEach(visit);
  return order.reverse();
}

function throughLoop(ops: GraphOps, forward: Scope, sums: Sums, dependent: (value: Expression) => boolean): void {
  const { graph } = ops;
  const outputs = [...forward.outputs]; // those there are now: more are added below, for what the way back needs
  const carried = forward.states.map((_, i) => sums.of(forward.node.outputs[i]!) ?? ops.zerosAs(forward.initial[i]!));
  const back = graph.openScope(carried, forward.timeSteps, !forward.reverse, scanOperation, stateLeaf);
  const order = loopInReverse(forward);
  /** a value of the way forward, as the way back sees it */
  const at = (value: Expression): Expression => (scopeOf(value) === forward ? graph.slice(back, graph.stacked(forward, value)) : value);

  const inside = new Sums(ops);
  forward.newStates.forEach((value, i) => inside.add(value, back.states[i]));
  for (const [value, stack] of outputs) {
    const given = sums.of(stack);
    if (given) inside.add(value, graph.slice(back, given));
  }
  for (const node of order) {
    const given = node.outputs.map((output) => inside.of(output));
    if (node.inputs.length === 0 || given.every((one) => one === undefined)) continue;
    const wanted = node.inputs.map(dependent);
    const within = node.inputs.map((input, i) => wanted[i]! && scopeOf(input) === forward);
    if (within.some(Boolean)) {
      const applied = { ...node, inputs: node.inputs.map(at), outputs: node.outputs.map(at), wanted: within };
      const found = rule(node)(ops, applied, given);
      node.inputs.forEach((input, i) => within[i] && inside.add(input, found[i]));
    }
    const without = node.inputs.map((input, i) => wanted[i]! && scopeOf(input) !== forward);
    if (without.some(Boolean)) {
      // as if the operation had been applied once, outside, to all time steps
      const attributes = liftedAttributes(forward, node.operation, node.inputs, node.attributes);
      if (!attributes) throw new Error(`${node.operation.name} in a loop has no gradient for what it takes from outside`);
      const all = (value: Expression): Expression => graph.stacked(forward, value);
      const applied = { ...node, inputs: node.inputs.map(all), outputs: node.outputs.map(all), attributes, wanted: without };
      const found = rule(node)(
        ops,
        applied,
        given.map((one) => one && graph.stacked(back, one)),
      );
      node.inputs.forEach((input, i) => without[i] && sums.add(input, found[i]));
    }
  }
  back.newStates = forward.states.map((state, i) => inside.of(state) ?? ops.zerosAs(back.states[i]!));
  forward.initial.forEach((value, i) => dependent(value) && sums.add(value, graph.finalState(back, i)));
  for (const [slice, source] of forward.sources) {
    const found = inside.of(slice);
    if (found && dependent(source)) sums.add(source, graph.stacked(back, found));
  }
}
