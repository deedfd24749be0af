/**
 * An expression graph as a graph of ONNX: the nodes that the results need, each after those that it is made from.
 * What a loop takes from outside is written before the loop; a product and a sum with a whole matrix become one `Gemm`.
 */
import { scopeOf, type Expression, type Node, type Scope } from '../graph/expression.js';
import { outsideOf } from '../graph/gradients.js';
import type { Attribute, Constant, Graph } from './graph.js';
import { add } from '../graph/operations/elementwise.js';
import { matmul } from '../graph/operations/products.js';
import { OPERATORS } from './operators/index.js';
import type { OnnxWriter } from './operators/operator.js';

/** @param results by the names that they leave the graph under */
export function writeGraph(graph: Graph, results: Record<string, Expression>): void {
  const names = new Map<Expression, string>();
  let next = 0;
  const fresh = (): string => `v${next++}`;
  const integers = new Map<string, string>();
  const initializer = (shape: readonly number[], data: Constant): string => {
    const name = fresh();
    graph.initializers.push({ name, shape, data });
    return name;
  };

  /** appends nodes to the graph, or to that of a loop; constants always stand outside */
  const writerInto = (into: Graph): OnnxWriter => ({
    node: (operator, inputs, attributes: Record<string, Attribute> = {}, outputs = 1) => {
      const made = Array.from({ length: outputs }, fresh);
      into.nodes.push({ operator, inputs, outputs: made, attributes });
      return made;
    },
    integers: (...values) => {
      const key = values.join();
      const name = integers.get(key) ?? initializer([values.length], BigInt64Array.from(values, BigInt));
      integers.set(key, name);
      return name;
    },
    constant: initializer,
  });

  function write(value: Expression, into: Graph, uses: ReadonlyMap<Expression, number>): string {
    const there = names.get(value);
    if (there !== undefined) return there;
    const { node } = value;
    if (node.loop) writeLoop(node.loop, into, uses);
    else if (node.data) names.set(value, initializer(value.shape as number[], node.data));
    else if (node.operation.name === 'input') names.set(value, String(node.attributes['name']));
    else {
      const product = productOfSum(value, uses);
      if (product) {
        const operands = [...product.node.inputs, node.inputs.find((input) => input !== product)!];
        names.set(
          value,
          writerInto(into).node(
            'Gemm',
            operands.map((operand) => write(operand, into, uses)),
          )[0]!,
        );
      } else {
        const inputs = node.inputs.map((input) => write(input, into, uses));
        const made = OPERATORS[node.operation.name]!(writerInto(into), inputs, { ...node, wanted: [] });
        node.outputs.forEach((output, i) => names.set(output, made[i]!));
      }
    }
    return names.get(value)!;
  }

  function writeLoop(scope: Scope, into: Graph, uses: ReadonlyMap<Expression, number>): void {
    const [states, stacks] = [scope.initial, [...scope.outputs].filter(([, stack]) => uses.has(stack))];
    const wanted = [...scope.newStates, ...stacks.map(([value]) => value)];
    for (const outside of outsideOf(scope, wanted)) write(outside, into, uses);
    const inside = countUses(wanted, scope);
    const slices = [...scope.slices].filter(([, slice]) => inside.has(slice));
    const parameters = [...scope.states, ...slices.map(([, slice]) => slice)];
    for (const parameter of parameters) names.set(parameter, fresh());
    const body: Graph = {
      name: fresh(),
      nodes: [],
      initializers: [],
      inputs: parameters.map((parameter) => ({ name: names.get(parameter)! })),
      outputs: [],
    };
    const given = new Set<string>(parameters.map((parameter) => names.get(parameter)!));
    body.outputs = wanted.map((one) => {
      const name = write(one, body, inside);
      // a result of the body has a name of its own, and is made by a node of the body
      const own = given.has(name) || scopeOf(one) !== scope ? writerInto(body).node('Identity', [name])[0]! : name;
      given.add(own);
      return { name: own, type: 'float' };
    });
    const direction = scope.reverse ? 1 : 0;
    const attributes = {
      body,
      num_scan_inputs: slices.length,
      scan_input_directions: slices.map(() => direction),
      scan_output_directions: stacks.map(() => direction),
    };
    const operands = [...states, ...slices.map(([stack]) => stack)].map((operand) => write(operand, into, uses));
    const made = writerInto(into).node('Scan', operands, attributes, wanted.length);
    states.forEach((_, i) => names.set(scope.node.outputs[i]!, made[i]!));
    stacks.forEach(([, stack], i) => names.set(stack, made[states.length + i]!));
  }

  const uses = countUses(Object.values(results), undefined);
  const written = new Set<string>();
  for (const [name, value] of Object.entries(results)) {
    // a result gets its name by a node of its own, so that one value may have two names and an input may be a result
    graph.nodes.push({ operator: 'Identity', inputs: [write(value, graph, uses)], outputs: [name], attributes: {} });
    graph.outputs.push({ name, type: 'float' });
    written.add(name);
  }
}

/** The product that a sum adds a whole matrix to, where nothing else needs it. */
function productOfSum({ node, shape }: Expression, uses: ReadonlyMap<Expression, number>): Expression | undefined {
  if (node.operation !== add || shape.length !== 2) return undefined;
  return node.inputs.find(
    (input) => input.node.operation === matmul && uses.get(input) === 1 && node.inputs.every((one) => one.shape.join() === shape.join()),
  );
}

/** How often each value is used, of those that the results need: in a loop, or outside all of them. */
function countUses(results: readonly Expression[], scope: Scope | undefined): Map<Expression, number> {
  const uses = new Map<Expression, number>();
  const seen = new Set<Node>();
  const use = (value: Expression): void => {
    uses.set(value, (uses.get(value) ?? 0) + 1);
    const { node } = value;
    if (scopeOf(value) !== scope) return;
    // a loop's results are counted one by one: those that nobody wants are not made
    if (node.loop) {
      const inside = node.loop;
      const of = [...inside.outputs].find(([, stack]) => stack === value)?.[0];
      if (uses.get(value) === 1) for (const outside of outsideOf(inside, of ? [...inside.newStates, of] : inside.newStates)) use(outside);
    } else if (!seen.has(node)) {
      seen.add(node);
      node.inputs.forEach(use);
    }
  };
  results.forEach(use);
  return uses;
}
