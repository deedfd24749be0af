/**
 * A graph of ONNX nodes as plain data, and its bytes. Field numbers are those of onnx.proto (opset 18, IR version 9).
 * What the nodes are made from is in `write.ts` and `operators/`; this file only knows how a graph is written.
 */
import { bytes, integer, integers, joined, message, nested, text, type Field, type Message } from './protobuf.js';

export type Attribute = number | readonly number[] | string | readonly string[] | Graph | { tensor: Initializer };

export interface Node {
  /** of ONNX itself, or behind its domain: `com.microsoft.DynamicQuantizeLSTM` */
  operator: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
}

/** A constant: floats; 64-bit integers, which shapes are made of; or 8-bit ones, which quantised weights and their zero points are. */
export interface Initializer {
  name: string;
  shape: readonly number[];
  data: Constant;
}

export type Constant = Float32Array | BigInt64Array | Int8Array | Uint8Array;

export interface GraphValue {
  name: string;
  /** undefined in the body of a loop, where it is that of what is handed in */
  type?: ElementType;
  /** sizes, or names of sizes; undefined: not told */
  shape?: readonly (number | string)[] | undefined;
}

export interface Graph {
  name: string;
  nodes: Node[];
  initializers: Initializer[];
  inputs: GraphValue[];
  outputs: GraphValue[];
}

export type ElementType = 'float' | 'int' | 'int64';
const ELEMENT = { float: 1, uint8: 2, int8: 3, int: 6, int64: 7 };
const [OPSET, IR_VERSION] = [18, 9];

/** What a file tells about itself. */
export interface About {
  /** of this package */
  version: string;
  /** texts by name */
  metadata: Readonly<Record<string, string>>;
}

/** The bytes of an ONNX file. */
export function modelBytes(graph: Graph, about?: About): Uint8Array {
  const operators = (domain: string, version: number): Field => nested(8, [text(1, domain), integer(2, version)]);
  const domains = new Set(graph.nodes.map(({ operator }) => splitOperator(operator).domain).filter((domain) => domain !== ''));
  const pieces = message([
    integer(1, IR_VERSION),
    text(2, 'rnn-pipe'),
    about && text(3, about.version),
    bytes(7, graphMessage(graph)),
    operators('', OPSET),
    ...[...domains].map((domain) => operators(domain, 1)),
    ...Object.entries(about?.metadata ?? {}).map(([name, value]) => nested(14, [text(1, name), text(2, value)])),
  ]);
  return joined(pieces);
}

function splitOperator(operator: string): { domain: string; type: string } {
  const dot = operator.lastIndexOf('.');
  return { domain: operator.slice(0, Math.max(0, dot)), type: operator.slice(dot + 1) };
}

function graphMessage({ name, nodes, initializers, inputs, outputs }: Graph): Message {
  return message([
    ...nodes.map((node) => bytes(1, nodeMessage(node))),
    text(2, name),
    ...initializers.map((initializer) => bytes(5, tensorMessage(initializer))),
    ...inputs.map((value) => valueField(11, value)),
    ...outputs.map((value) => valueField(12, value)),
  ]);
}

function nodeMessage({ operator, inputs, outputs, attributes }: Node): Message {
  const names = (field: number, values: readonly string[]): Field[] => values.map((value) => text(field, value));
  const { domain, type } = splitOperator(operator);
  return message([
    ...names(1, inputs),
    ...names(2, outputs),
    text(4, type),
    domain === '' ? undefined : text(7, domain),
    ...Object.entries(attributes).map(([name, value]) => nested(5, attributeFields(name, value))),
  ]);
}

function attributeFields(name: string, value: Attribute): Field[] {
  const head = text(1, name);
  if (typeof value === 'number') return [head, integer(3, value), integer(20, 2)];
  if (typeof value === 'string') return [head, text(4, value), integer(20, 3)];
  if (Array.isArray(value))
    return typeof value[0] === 'string'
      ? [head, ...(value as string[]).map((one) => text(9, one)), integer(20, 8)]
      : [head, integers(8, value as number[]), integer(20, 7)];
  if ('tensor' in value) return [head, bytes(5, tensorMessage(value.tensor)), integer(20, 4)];
  return [head, bytes(6, graphMessage(value as Graph)), integer(20, 5)];
}

function tensorMessage({ name, shape, data }: Initializer): Message {
  return message([
    integers(1, shape),
    integer(2, elementOf(data)),
    text(8, name),
    bytes(9, [new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]),
  ]);
}

function elementOf(data: Constant): number {
  if (data instanceof BigInt64Array) return ELEMENT.int64;
  if (data instanceof Uint8Array) return ELEMENT.uint8;
  return data instanceof Int8Array ? ELEMENT.int8 : ELEMENT.float;
}

function valueField(field: number, { name, type, shape }: GraphValue): Field {
  const dimension = (size: number | string): Field => nested(1, [typeof size === 'number' ? integer(1, size) : text(2, size)]);
  const shapeField = shape && nested(2, shape.map(dimension));
  return nested(field, [text(1, name), type && nested(2, [nested(1, [integer(1, ELEMENT[type]), shapeField])])]);
}
