/** One weight of a model: its name, its shape, and how it begins. */

export interface Parameter {
  name: string;
  shape: readonly number[];
  /** uniform in ±limit; or vectors of a table, whose numbers are N(0, deviation²) with a deviation of the training's choice */
  begin: { limit: number } | 'vectors';
}

/** A weight of one layer (kernel and bias): […, outputs], uniform in ±1/√inputs as torch.nn.Linear draws it. */
export function linear(name: string, inputs: number, outputs: number): Parameter[] {
  const begin = { limit: 1 / Math.sqrt(inputs) };
  return [
    { name: `${name}.kernel`, shape: [inputs, outputs], begin },
    { name: `${name}.bias`, shape: [outputs], begin },
  ];
}
