/** What an operation of the expression graph is: its shapes, its gradient, and what it is outside a loop. How an engine computes it stands with the engine, by its name. */
import type { Attributes, Expression, Shape, Size } from '../expression.js';
import type { GraphOps } from '../ops.js';

export interface Operation {
  readonly name: string;
  /** of each result */
  shapes(inputs: readonly Shape[], attributes: Attributes): readonly Shape[];
  /**
   * The attributes with which the operation on stacks [timeSteps, …] gives the stack of its results;
   * undefined where there are none. `sliced` says which inputs are stacks, `ranks` are those within the loop.
   */
  lift?(attributes: Attributes, sliced: readonly boolean[], ranks: readonly number[]): Attributes | undefined;
  /**
   * The loss's gradient with respect to each wanted input, from that with respect to the results (undefined: zero).
   * Inputs and results may be those of one time step or of all of them.
   */
  gradient?(ops: GraphOps, node: Applied, gradients: readonly (Expression | undefined)[]): readonly (Expression | undefined)[];
}

/** An operation with what it was applied to. */
export interface Applied {
  operation: Operation;
  inputs: readonly Expression[];
  outputs: readonly Expression[];
  attributes: Attributes;
  /** which inputs' gradients are wanted */
  wanted: readonly boolean[];
}

export const axisOf = (attributes: Attributes): number => attributes['axis'] as number;
export const numbersOf = (attributes: Attributes, name: string): readonly number[] => attributes[name] as readonly number[];

/** Lifts an operation of one input whose attribute `axis` counts from 0. */
export const axisLift = (attributes: Attributes): Attributes => ({ ...attributes, axis: axisOf(attributes) + 1 });

/** numpy's broadcasting, of sizes that may be names. @throws Error where the shapes do not fit: a bug of the model */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i): Size => {
    const [x, y] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1) throw new Error(`shapes [${a.join(', ')}] and [${b.join(', ')}] do not fit`);
    return x === 1 ? y : x;
  });
}
