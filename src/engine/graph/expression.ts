/**
 * An expression graph: what is to be computed, as plain data, with the shape of every value. Nothing is computed here; `operations/` says
 * what each operation is, and an engine makes of the graph what it runs: ONNX, or machine code.
 *
 * A `scan` has a scope of its own, in which one time step is written. What in that step needs no value of the time step before is
 * taken out of the loop as it is built, and computed for all time steps at once (`lift`): the loop keeps only what must be in it.
 */
import type { Operation } from './operations/operation.js';

/** A size that is known, or the name of one that differs from run to run. */
export type Size = number | string;
export type Shape = readonly Size[];
export type Attributes = Readonly<Record<string, number | string | readonly number[] | boolean>>;

export interface Expression {
  readonly node: Node;
  readonly index: number;
  readonly shape: Shape;
  readonly id: number;
}

export interface Node {
  readonly operation: Operation;
  readonly inputs: readonly Expression[];
  readonly attributes: Attributes;
  /** where it is computed: in the loop of a scan, or undefined for outside all loops */
  readonly scope: Scope | undefined;
  outputs: Expression[];
  /** a constant's numbers */
  readonly data?: Float32Array;
  /** a scan's loop */
  readonly loop?: Scope;
}

/** The loop of a scan: what is carried from time step to time step, and what each time step takes and gives. */
export interface Scope {
  readonly timeSteps: Size;
  /** backwards through time; outputs stand in the order of time either way */
  readonly reverse: boolean;
  readonly initial: Expression[];
  /** of the time step before, as the step sees them */
  readonly states: Expression[];
  newStates: Expression[];
  /** a value of [timeSteps, …] outside, and its slice at one time step inside */
  readonly slices: Map<Expression, Expression>;
  /** the other way round */
  readonly sources: Map<Expression, Expression>;
  /** values inside, and what they give stacked outside */
  readonly outputs: Map<Expression, Expression>;
  node: Node;
}

/** All nodes of one program; equal nodes are one. */
export interface Expressions {
  /** a node's outputs; where it can be taken out of a loop, slices of what is computed outside */
  apply(operation: Operation, inputs: readonly Expression[], attributes?: Attributes): Expression[];
  leaf(operation: Operation, shape: Shape, about?: { attributes?: Attributes; scope?: Scope; data?: Float32Array }): Expression;
  openScope(initial: readonly Expression[], timeSteps: Size, reverse: boolean, scan: Operation, state: Operation): Scope;
  slice(scope: Scope, stacked: Expression): Expression;
  stacked(scope: Scope, value: Expression): Expression;
  finalState(scope: Scope, index: number): Expression;
}

export const scopeOf = (value: Expression): Scope | undefined => value.node.scope;

/**
 * @param sliceOperation what a slice of a stacked value is called
 * @param staysInLoop operations that are not taken out of a loop
 */
export function expressions(sliceOperation: Operation, staysInLoop: (operation: Operation) => boolean): Expressions {
  let ids = 0;
  const known = new Map<Operation, Map<string, Node>>();

  function make(node: Omit<Node, 'outputs'>, shapes: readonly Shape[]): Node {
    const made: Node = { ...node, outputs: [] };
    made.outputs = shapes.map((shape, index) => ({ node: made, index, shape, id: ids++ }));
    return made;
  }

  const leaf: Expressions['leaf'] = (operation, shape, { attributes = {}, scope, data } = {}) =>
    make({ operation, inputs: [], attributes, scope, ...(data ? { data } : {}) }, [shape]).outputs[0]!;

  function apply(operation: Operation, inputs: readonly Expression[], attributes: Attributes = {}): Expression[] {
    const scope = innermost(inputs);
    const lifted = scope && lift(scope, operation, inputs, attributes);
    if (lifted) return lifted;
    const same = known.get(operation) ?? new Map<string, Node>();
    known.set(operation, same);
    const key = `${inputs.map(({ id }) => id).join()} ${JSON.stringify(attributes)}`;
    const node =
      same.get(key) ??
      make(
        { operation, inputs, attributes, scope },
        operation.shapes(
          inputs.map(({ shape }) => shape),
          attributes,
        ),
      );
    same.set(key, node);
    return node.outputs;
  }

  /** The operation on whole stacks outside the loop, where all that it needs is there. */
  function lift(scope: Scope, operation: Operation, inputs: readonly Expression[], attributes: Attributes): Expression[] | undefined {
    if (staysInLoop(operation) || !inputs.every((input) => scopeOf(input) === undefined || scope.sources.has(input))) return undefined;
    const outside = liftedAttributes(scope, operation, inputs, attributes);
    if (!outside) return undefined;
    const stacks = inputs.map((input) => scope.sources.get(input) ?? input);
    return apply(operation, stacks, outside).map((stack) => slice(scope, stack));
  }

  function slice(scope: Scope, stack: Expression): Expression {
    const there = scope.slices.get(stack);
    if (there) return there;
    const made = leaf(sliceOperation, stack.shape.slice(1), { scope });
    scope.slices.set(stack, made);
    scope.sources.set(made, stack);
    return made;
  }

  /** A value of the loop at all time steps, [timeSteps, …]; a value from outside is the same at each and stays what it is. */
  function stacked(scope: Scope, value: Expression): Expression {
    if (scopeOf(value) !== scope) return value;
    const source = scope.sources.get(value) ?? scope.outputs.get(value);
    if (source) return source;
    const made = addOutput(scope.node, [scope.timeSteps, ...value.shape]);
    scope.outputs.set(value, made);
    return made;
  }

  function addOutput(node: Node, shape: Shape): Expression {
    const made = { node, index: node.outputs.length, shape, id: ids++ };
    node.outputs.push(made);
    return made;
  }

  const openScope: Expressions['openScope'] = (initial, timeSteps, reverse, scan, state) => {
    const scope: Scope = {
      timeSteps,
      reverse,
      initial: [...initial],
      states: [],
      newStates: [],
      slices: new Map(),
      sources: new Map(),
      outputs: new Map(),
      node: undefined as unknown as Node,
    };
    for (const { shape } of initial) scope.states.push(leaf(state, shape, { scope }));
    // the final states are the scan's first outputs
    scope.node = make(
      { operation: scan, inputs: [], attributes: {}, scope: undefined, loop: scope },
      initial.map(({ shape }) => shape),
    );
    return scope;
  };

  return { apply, leaf, openScope, slice, stacked, finalState: (scope, index) => scope.node.outputs[index]! };
}

/** How the operation is said of stacks, or undefined where it cannot be: shapes would no longer be in line. */
export function liftedAttributes(
  scope: Scope,
  operation: Operation,
  inputs: readonly Expression[],
  attributes: Attributes,
): Attributes | undefined {
  const ranks = new Set(inputs.filter((input) => scopeOf(input) === scope).map(({ shape }) => shape.length));
  const outer = inputs.filter((input) => scopeOf(input) !== scope).map(({ shape }) => shape.length);
  const [rank] = ranks;
  if (rank === undefined || ranks.size > 1 || outer.some((one) => one > rank)) return undefined;
  return operation.lift?.(
    attributes,
    inputs.map((input) => scopeOf(input) === scope),
    inputs.map(({ shape }) => shape.length),
  );
}

function innermost(inputs: readonly Expression[]): Scope | undefined {
  const scopes = new Set(inputs.map(scopeOf).filter((scope) => scope !== undefined));
  if (scopes.size > 1) throw new Error('values of two loops meet in one operation');
  return [...scopes][0];
}
