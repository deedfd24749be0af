/** A program as an expression graph: its results by name, and the gradients that are wanted beside them. */
import { gradientOf, type Build, type Differentiate, type InputType } from '../ops.js';
import type { Expression } from './expression.js';
import { gradients } from './gradients.js';
import { graphOps, type GraphOptions } from './ops.js';

export function programGraph(
  inputs: Readonly<Record<string, InputType>>,
  build: Build,
  differentiate?: Differentiate,
  options: GraphOptions = {},
): Record<string, Expression> {
  const ops = graphOps(options);
  const values = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, ops.input(name, shape)]));
  const results = build(ops, values);
  if (!differentiate) return results;
  const { loss, to } = differentiate;
  const found = gradients(
    ops,
    results[loss]!,
    to.map((name) => values[name]!),
  );
  return { ...results, ...Object.fromEntries(to.map((name, i) => [gradientOf(name), found[i]!])) };
}
