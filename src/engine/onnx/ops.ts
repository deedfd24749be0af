/** `Ops` as an expression graph: every operation appends a node and names its result. Nothing is computed here. */
import type { FusedLayer, HostTensor, Ops } from '../ops.js';
import type { Attribute, Graph } from './graph.js';

/** The name of a value in the graph. */
export type Value = string;

/** Names that are used once in the graph and all graphs inside it. */
export interface Names {
  next: number;
}

export interface GraphOps extends Ops<Value> {
  /** a node of any operator; the graph of a `scan` step is what the node lands in while the step is built */
  node(operator: string, inputs: readonly Value[], attributes?: Record<string, Attribute>, outputs?: number): Value[];
}

export function graphOps(graph: Graph, names: Names = { next: 0 }): GraphOps {
  // `scan` builds its body with these very operations: nodes go to the innermost open graph, constants to the outermost
  const open: Graph[] = [graph];
  const fresh = (): Value => `v${names.next++}`;

  const node: GraphOps['node'] = (operator, inputs, attributes = {}, outputs = 1) => {
    const made = Array.from({ length: outputs }, fresh);
    open.at(-1)!.nodes.push({ operator, inputs, outputs: made, attributes });
    return made;
  };
  const one = (operator: string, inputs: readonly Value[], attributes?: Record<string, Attribute>): Value =>
    node(operator, inputs, attributes)[0]!;
  const initializer = (shape: readonly number[], data: Float32Array | BigInt64Array): Value => {
    const name = fresh();
    graph.initializers.push({ name, shape, data });
    return name;
  };
  const shapeOf = (...sizes: number[]): Value => initializer([sizes.length], BigInt64Array.from(sizes, BigInt));
  const weights = ({ shape, data }: HostTensor): Value => initializer(shape, data as Float32Array);

  return {
    node,
    constant: initializer,
    zeros: (like, axis, width) => {
      const rows = one('Slice', [one('Shape', [like]), shapeOf(axis), shapeOf(axis + 1)]);
      return one('Expand', [initializer([1, 1], new Float32Array(1)), one('Concat', [rows, shapeOf(width)], { axis: 0 })]);
    },
    matmul: (a, b) => one('MatMul', [a, b]),
    add: (a, b) => one('Add', [a, b]),
    subtract: (a, b) => one('Sub', [a, b]),
    multiply: (a, b) => one('Mul', [a, b]),
    sigmoid: (x) => one('Sigmoid', [x]),
    tanh: (x) => one('Tanh', [x]),
    softmax: (x) => one('Softmax', [x], { axis: -1 }),
    concat: (parts, axis) => one('Concat', parts, { axis }),
    split: (x, parts, axis) => node('Split', [x], { axis, num_outputs: parts }, parts),
    transpose: (x, order) => one('Transpose', [x], { perm: order }),
    scan: ({ initial, inputs, reverse, step }) => {
      const [state, slices] = [initial.map(fresh), inputs.map(fresh)];
      const value = (name: Value) => ({ name, type: 'float' as const });
      const body: Graph = { name: fresh(), nodes: [], initializers: [], inputs: [...state, ...slices].map(value), outputs: [] };
      open.push(body);
      const made = step(state, slices);
      // a result of the body must be made by a node of its own, even where it is handed through
      body.outputs = [...made.state, ...made.outputs].map((result) => value(one('Identity', [result])));
      open.pop();
      const direction = reverse ? 1 : 0;
      const attributes = {
        body,
        num_scan_inputs: inputs.length,
        scan_input_directions: inputs.map(() => direction),
        scan_output_directions: made.outputs.map(() => direction),
      };
      return node('Scan', [...initial, ...inputs], attributes, made.state.length + made.outputs.length).slice(made.state.length);
    },
    recurrentLayer: (inputs, lengths, layer) => {
      const operands = [
        one('Transpose', [inputs], { perm: [1, 0, 2] }),
        weights(layer.inputWeights),
        weights(layer.recurrentWeights),
        weights(layer.bias),
        lengths,
      ];
      const states = one(layer.operator, operands, fusedAttributes(layer)); // [timeSteps, directions, batch, units]
      return one('Reshape', [one('Transpose', [states], { perm: [2, 0, 1, 3] }), shapeOf(0, 0, -1)]);
    },
  };
}

function fusedAttributes({ operator, direction, units, resetAfter }: FusedLayer): Record<string, Attribute> {
  return { hidden_size: units, direction, ...(operator === 'GRU' ? { linear_before_reset: resetAfter ? 1 : 0 } : {}) };
}
