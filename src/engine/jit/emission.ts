/** A plan made commands, when the sizes are known: each value gets its place, and each stage what it does. */
import type { Expression, Node } from '../graph/expression.js';
import type { QuantizedWeights } from '../ops.js';
import type { Chosen, Commands, Packed } from './commands.js';
import { COMMANDS, VIEWS, ZEROS } from './lowering.js';
import type { Plan, Stage } from './plan.js';
import { commonShape, part, type View } from './view.js';

/** Where the values of a scope are. */
export interface Places {
  /** where a value is that was made, or taken from outside */
  view: (value: Expression) => View;
  /** a place for one that is made now */
  place: (value: Expression, shape: readonly number[]) => View;
  /** a right side of a product in panels, where it is worth keeping */
  packed: (value: Expression) => Packed | undefined;
  /** weights of 8 bits, in panels */
  packedBytes: (weights: QuantizedWeights) => Packed;
}

/** What a view of another value is, or zeros; undefined for what is neither. */
export function viewed({ node, index }: Expression, view: (value: Expression) => View, commands: Commands): View | undefined {
  const { name } = node.operation;
  const zeros = ZEROS[name];
  if (zeros) {
    const shape = zeros(view(node.inputs[0]!).shape, node);
    const last = shape.length - 1;
    return {
      address: commands.kernels.zeros(shape.at(-1) ?? 1),
      shape,
      strides: shape.map((_, axis) => (axis === last ? 1 : 0)),
      zero: true,
    };
  }
  const own = VIEWS[name];
  if (!own) return undefined;
  const input = view(node.inputs[0]!);
  return own.view(own.dense ? commands.dense(input) : input, node, index);
}

/** The place of a value that is made within another one; undefined for any other. */
export function placeWithin(plan: Plan, value: Expression, shape: readonly number[], places: Places): View | undefined {
  const within = plan.within.get(value);
  if (!within) return undefined;
  const { whole, axis, begin } = within;
  if (axis === undefined) return places.place(whole, shape);
  return part(places.place(whole, shape.with(axis, whole.shape[axis] as number)), axis, begin!, shape[axis]!);
}

/** The commands of a stage that is no loop. */
export function emitStage(stage: Exclude<Stage, { kind: 'loop' }>, commands: Commands, places: Places): void {
  if (stage.kind === 'formula') {
    const inputs = stage.inputs.map(places.view);
    const known = [...inputs, ...stage.like.map(places.view)].map(({ shape }) => shape);
    const shape = known.length > 0 ? commonShape(known) : numbers(stage.outputs[0]!);
    commands.map(
      stage.formula,
      shape,
      inputs,
      stage.outputs.map((output) => places.place(output, shape)),
    );
  } else emitCommands(stage, commands, places);
  commands.release();
}

function emitCommands({ node, product, outputs }: Extract<Stage, { kind: 'commands' }>, commands: Commands, places: Places): void {
  const within = product && product.node !== node ? product.node : undefined;
  const { initial, chosen, before } = product ?? {};
  COMMANDS[node.operation.name]!({
    commands,
    node,
    within,
    inputs: (within ?? node).inputs.map(places.view),
    initial: initial && (chosen ? chosenBy(initial.node.inputs.map(places.view)) : places.view(initial)),
    before: before && { node: before, inputs: before.inputs.map(places.view) },
    packedBytes: places.packedBytes,
    place: (output, shape) => places.place(outputs[output]!, shape),
    packed: places.packed,
  });
}

const chosenBy = ([table, ids]: readonly View[]): Chosen => ({ table: table!, ids: ids! });

const numbers = ({ shape }: Expression): number[] => shape.map((size) => size as number);

/** Is it made of constants alone, without a number being moved? */
export const isConstant = ({ node }: { node: Node }): boolean =>
  node.data !== undefined || (node.operation.name in VIEWS && node.inputs.every(isConstant));
