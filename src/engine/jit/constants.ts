/** Constants of a program where they lie, and in panels for products: for all runs, and for as long as the program lives. */
import type { Expression } from '../graph/expression.js';
import type { QuantizedWeights } from '../ops.js';
import { commands as newCommands, type Packed } from './commands.js';
import { viewed } from './emission.js';
import type { Kernels } from './kernels.js';
import { SLACK, type Memory } from './memory.js';
import { panelsOfBytes } from './quantizing.js';
import { newTape } from './tape.js';
import { contiguous, NUMBER, type View } from './view.js';

export interface Constants {
  view: (value: Expression) => View;
  packed: (value: Expression) => Packed;
  packedBytes: (weights: QuantizedWeights) => Packed;
}

/** Packing takes none. */
const NO_MEMORY: Memory = {
  take() {
    throw new Error('constants are packed without memory');
  },
  give() {},
  clear() {},
  bytes: () => 0,
};

export function newConstants(kernels: Kernels): Constants {
  const { native } = kernels;
  const held: ArrayBufferView[] = [];
  const views = new Map<Expression, View>();
  const packs = new Map<Expression | QuantizedWeights, Packed>();
  const constants: Constants = {
    view(value) {
      const known = views.get(value);
      if (known) return known;
      const numbers = new Float32Array(value.node.data!.length + SLACK / NUMBER);
      numbers.set(value.node.data!);
      held.push(numbers);
      const view = contiguous(native.addressOf(numbers), value.shape as number[]);
      views.set(value, view);
      return view;
    },
    packed(value) {
      const known = packs.get(value);
      if (known) return known;
      const tape = newTape();
      const commands = newCommands(kernels, tape, NO_MEMORY);
      const view = (one: Expression): View => (one.node.data ? constants.view(one) : viewed(one, view, commands)!);
      const [k, n] = value.shape as [number, number];
      const numbers = new Float32Array(commands.packedSize(k, n) + SLACK / NUMBER);
      held.push(numbers);
      const packed = commands.pack(view(value), native.addressOf(numbers));
      tape.command(kernels.exit());
      native.run(tape.bytes());
      packs.set(value, packed);
      return packed;
    },
    packedBytes(weights) {
      const known = packs.get(weights);
      if (known) return known;
      const { bytes, panelBytes } = panelsOfBytes(weights, kernels.panelColumns);
      held.push(bytes);
      const packed = { address: native.addressOf(bytes), panelBytes };
      packs.set(weights, packed);
      return packed;
    },
  };
  return constants;
}
