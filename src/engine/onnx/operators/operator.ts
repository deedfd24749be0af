/** How an operation of the expression graph is said in nodes of ONNX. */
import type { Applied } from '../../graph/operations/operation.js';
import type { Attribute, Constant } from '../graph.js';

/** @returns the names of the results */
export type Operator = (write: OnnxWriter, inputs: readonly string[], node: Applied) => readonly string[];

/** Operators by the names of the operations that they are. */
export type Operators = Readonly<Record<string, Operator>>;

/** Appends ONNX nodes. */
export interface OnnxWriter {
  node(operator: string, inputs: readonly string[], attributes?: Record<string, Attribute>, outputs?: number): readonly string[];
  /** a constant of 64-bit integers: axes, sizes, shapes */
  integers(...values: number[]): string;
  constant(shape: readonly number[], data: Constant): string;
}

/** An operation that ONNX has under a name of its own. */
export const named =
  (operator: string): Operator =>
  (write, inputs) =>
    write.node(operator, inputs);
