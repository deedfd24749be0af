/** A compiled graph and its runs: what is known before any size is, and what a run then does. */
import { scopeOf, type Expression, type Scope } from '../graph/expression.js';
import type { HostTensor, QuantizedWeights, Tensors } from '../ops.js';
import { commands as newCommands, type Commands, type Packed } from './commands.js';
import { emitStage, isConstant, placeWithin, viewed } from './emission.js';
import type { Kernels } from './kernels.js';
import { emitLoop, type OuterPlaces } from './loop.js';
import { newMemory, SLACK, type Memory } from './memory.js';
import { neededOf, planOf, type Needed, type Plan, type Stage } from './plan.js';
import { panelsOfBytes } from './quantizing.js';
import { newTape, type Tape } from './tape.js';
import { contiguous, countOf, type View } from './view.js';

export type Results = Record<string, HostTensor>;

export interface Compiled {
  /** in this thread */
  run(feeds: Tensors): Results;
  /** in another thread of the process, while this one goes on */
  runApart(feeds: Tensors): Promise<Results>;
}

/** What a run needs and the next one takes again. */
interface Workspace {
  tape: Tape;
  memory: Memory;
  commands: Commands;
}

const PAGE = 4096;

/** @param results by the names that they are to have */
export function compiled(kernels: Kernels, results: Readonly<Record<string, Expression>>): Compiled {
  const { native } = kernels;
  const needed = neededOf(Object.values(results));
  const plan = planOf(undefined, needed, Object.values(results));
  const loops = new Map(
    plan.stages.flatMap((stage) => (stage.kind === 'loop' ? [[stage.scope, loopPlan(stage.scope, needed)] as const] : [])),
  );
  const lastUses = lastUsesOf(plan, Object.values(results));
  const constants = newConstants(kernels);
  const idle: Workspace[] = [];

  function workspace(): Workspace {
    const [tape, memory] = [newTape(), newMemory(native.addressOf)];
    return { tape, memory, commands: newCommands(kernels, tape, memory) };
  }

  /** Writes the commands of a run. @returns the results, which have their numbers when it is done */
  function emit({ tape, memory, commands }: Workspace, feeds: Tensors): Results {
    tape.cut(0);
    memory.clear();
    const views = new Map<Expression, View>();
    const owned = new Map<Expression, number>();
    const arrays = new Map<string, Float32Array>();
    const nameOf = new Map<Expression, string>();
    for (const [name, value] of Object.entries(results)) if (plan.isMade(value) && !nameOf.has(value)) nameOf.set(value, name);
    const array = (name: string, shape: readonly number[]): View => {
      const made = new Float32Array(countOf(shape));
      arrays.set(name, made);
      return contiguous(native.addressOf(made), shape);
    };
    const places: OuterPlaces = {
      view(value) {
        const there = views.get(value);
        if (there) return there;
        const { node } = value;
        if (node.data) return constants.view(value);
        if (node.operation.name !== 'input') return viewed(value, places.view, commands)!;
        const view = fed(feeds[String(node.attributes['name'])]!, native.addressOf, commands);
        views.set(value, view);
        return view;
      },
      place(value, shape) {
        const there = views.get(value);
        if (there) return there;
        const name = nameOf.get(value);
        const within = placeWithin(plan, value, shape, places);
        const view = within ?? (name === undefined ? contiguous(memory.take(countOf(shape)), shape) : array(name, shape));
        if (!within && name === undefined) owned.set(value, view.address);
        views.set(value, view);
        return view;
      },
      put: (value, view) => void views.set(value, view),
      packed: (value) => (isConstant(value) ? constants.packed(value) : undefined),
      packedBytes: constants.packedBytes,
    };
    for (const [i, stage] of plan.stages.entries()) {
      if (stage.kind === 'loop') emitLoop(stage.scope, loops.get(stage.scope)!, needed, commands, places);
      else emitStage(stage, commands, places);
      for (const value of lastUses[i]!) {
        const address = owned.get(value);
        if (address !== undefined) memory.give(address);
      }
    }
    const made = Object.entries(results).map(([name, value]): [string, HostTensor] => {
      const view = places.view(value);
      if (!arrays.has(name)) commands.copy(view, array(name, view.shape));
      return [name, { shape: view.shape, data: arrays.get(name)! }];
    });
    tape.command(kernels.exit());
    return Object.fromEntries(made);
  }

  return {
    run(feeds) {
      const space = idle.pop() ?? workspace();
      const made = emit(space, feeds);
      native.run(space.tape.bytes());
      idle.push(space);
      return made;
    },
    async runApart(feeds) {
      const space = idle.pop() ?? workspace();
      const made = emit(space, feeds);
      await native.runApart(space.tape.bytes());
      idle.push(space);
      return made;
    },
  };
}

function loopPlan(scope: Scope, needed: Needed): Plan {
  const results = [...scope.newStates, ...scope.outputs.keys()].filter((value) => needed.has(value) && scopeOf(value) === scope);
  return planOf(scope, needed, results);
}

/** An input as it lies in memory of the caller's; copied where reading a vector behind its end could leave the caller's memory. */
function fed({ shape, data }: HostTensor, addressOf: (array: ArrayBufferView) => number, commands: Commands): View {
  const view = contiguous(addressOf(data), shape);
  const end = view.address + data.byteLength;
  if (Math.floor((end - 1) / PAGE) === Math.floor((end + SLACK - 1) / PAGE)) return view;
  const copy = contiguous(commands.memory.take(countOf(shape)), shape);
  commands.copy(view, copy);
  return copy;
}

/** For each stage the values whose memory nothing needs after it. */
function lastUsesOf({ stages, within, isMade }: Plan, results: readonly Expression[]): Expression[][] {
  /** the value whose memory holds the numbers */
  const owner = (value: Expression): Expression => {
    const inside = within.get(value);
    if (inside) return owner(inside.whole);
    return isMade(value) || value.node.inputs.length === 0 ? value : owner(value.node.inputs[0]!);
  };
  const last = new Map<Expression, number>();
  for (const [i, { inputs, outputs }] of stages.entries()) for (const value of [...inputs, ...outputs]) last.set(owner(value), i);
  for (const value of results) last.set(owner(value), Infinity);
  const found: Expression[][] = stages.map(() => []);
  for (const [value, i] of last) found[i]?.push(value);
  return found;
}

interface Constants {
  view(value: Expression): View;
  packed(value: Expression): Packed;
  packedBytes(weights: QuantizedWeights): Packed;
}

/** Constants where they lie, and in panels: for all runs, and for as long as the program lives. */
function newConstants(kernels: Kernels): Constants {
  const { native } = kernels;
  const held: ArrayBufferView[] = [];
  const views = new Map<Expression, View>();
  const packs = new Map<Expression | QuantizedWeights, Packed>();
  const constants: Constants = {
    view(value) {
      const known = views.get(value);
      if (known) return known;
      const numbers = new Float32Array(value.node.data!.length + SLACK / 4);
      numbers.set(value.node.data!);
      held.push(numbers);
      const view = contiguous(native.addressOf(numbers), value.shape as number[]);
      views.set(value, view);
      return view;
    },
    packed(value) {
      const known = packs.get(value);
      if (known) return known;
      const [tape, memory] = [newTape(), newMemory(native.addressOf)];
      memory.clear();
      const commands = newCommands(kernels, tape, memory);
      const view = (one: Expression): View => (one.node.data ? constants.view(one) : viewed(one, view, commands)!);
      const [k, n] = value.shape as [number, number];
      const numbers = new Float32Array(commands.packedSize(k, n) + SLACK / 4);
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

export type { Stage };
