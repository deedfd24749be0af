/** A compiled graph and its runs: what is known before any size is, and what a run then does. */
import { scopeOf, type Expression, type Scope } from '../graph/expression.js';
import type { HostTensor, InputType, QuantizedWeights, Tensors } from '../ops.js';
import { commands as newCommands, type Commands, type Packed } from './commands.js';
import { emitStage, isConstant, placeWithin, viewed } from './emission.js';
import type { Kernels } from './kernels.js';
import { emitLoop, type OuterPlaces } from './loop.js';
import { newMemory, SLACK, type Memory } from './memory.js';
import { neededOf, planOf, type Needed, type Plan, type Stage } from './plan.js';
import { panelsOfBytes } from './quantizing.js';
import { newTape, type Tape } from './tape.js';
import { fill, standIn, templateOf, type Template } from './template.js';
import { contiguous, countOf, type View } from './view.js';

export type Results = Record<string, HostTensor>;

/** Arrays that are to hold results. */
export type Into = Readonly<Record<string, Float32Array>>;

export interface Compiled {
  /** in this thread */
  run: (feeds: Tensors, into?: Into) => Results;
  /** in another thread of the process, while this one goes on */
  runApart: (feeds: Tensors, into?: Into) => Promise<Results>;
}

/** What a run needs and the next one takes again. */
interface Workspace {
  tape: Tape;
  memory: Memory;
  commands: Commands;
  /** by the sizes of what is fed */
  templates: Map<string, { template: Template; shapes: readonly (readonly number[])[] }>;
  /** what the run under way reads */
  held?: readonly HostTensor['data'][];
}

const PAGE = 4096;
/** So many templates are kept: a batch has one of some numbers of sentences and of time steps. */
const MOST_TEMPLATES = 512;

/** @param results by the names that they are to have */
export function compiled(
  kernels: Kernels,
  inputs: Readonly<Record<string, InputType>>,
  results: Readonly<Record<string, Expression>>,
): Compiled {
  const { native } = kernels;
  const names = Object.keys(results);
  const values = Object.values(results);
  const needed = neededOf(values);
  const plan = planOf(undefined, needed, values);
  const loops = new Map(
    plan.stages.flatMap((stage) => (stage.kind === 'loop' ? [[stage.scope, loopPlan(stage.scope, needed)] as const] : [])),
  );
  const lastUses = lastUsesOf(plan, values);
  const constants = newConstants(kernels);
  const inputOf = (name: string): Expression[] => needed.of(undefined).filter(({ node }) => node.attributes['name'] === name);
  const fed = Object.keys(inputs).flatMap(inputOf);
  const idle: Workspace[] = [];

  function newWorkspace(): Workspace {
    const [tape, memory] = [newTape(), newMemory(native.addressOf)];
    return { tape, memory, commands: newCommands(kernels, tape, memory), templates: new Map() };
  }

  /** Writes the commands of a run; what is fed, and then the results, have stand-ins of addresses. @returns the results' shapes */
  function emit({ tape, memory, commands }: Workspace, shapes: readonly (readonly number[])[]): (readonly number[])[] {
    tape.cut(0);
    const views = new Map<Expression, View>(fed.map((value, i) => [value, contiguous(standIn(i), shapes[i]!)]));
    const owned = new Map<Expression, number>();
    const placed = new Map<number, View>();
    /** the first result that a value is */
    const resultOf = new Map<Expression, number>();
    for (const [i, value] of values.entries()) if (plan.isMade(value) && !resultOf.has(value)) resultOf.set(value, i);
    const resultAt = (i: number, shape: readonly number[]): View => {
      const view = contiguous(standIn(fed.length + i), shape);
      placed.set(i, view);
      return view;
    };
    const places: OuterPlaces = {
      view(value) {
        const there = views.get(value);
        if (there) return there;
        return value.node.data ? constants.view(value) : viewed(value, places.view, commands)!;
      },
      place(value, shape) {
        const there = views.get(value);
        if (there) return there;
        const result = resultOf.get(value);
        let view = placeWithin(plan, value, shape, places);
        if (!view && result !== undefined) view = resultAt(result, shape);
        if (!view) {
          view = contiguous(memory.take(countOf(shape)), shape);
          owned.set(value, view.address);
        }
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
    for (const [i, value] of values.entries())
      if (!placed.has(i)) {
        const view = places.view(value);
        commands.copy(view, resultAt(i, view.shape));
      }
    tape.command(kernels.exit());
    return values.map((_, i) => placed.get(i)!.shape);
  }

  /** The tape of a run, ready. */
  function ready(space: Workspace, feeds: Tensors, into: Into = {}): Results {
    const sizes = new Map<string, number>();
    const given = fed.map(({ node }) => checkedFeed(String(node.attributes['name']), inputs, feeds, sizes));
    const key = given.map(({ shape }) => shape.join()).join(' ');
    let known = space.templates.get(key);
    if (!known) {
      // what was emitted before is of no use where the memory is another
      if (!space.memory.clear() || space.templates.size === MOST_TEMPLATES) space.templates.clear();
      const shapes = emit(
        space,
        given.map(({ shape }) => shape),
      );
      known = { template: templateOf(space.tape), shapes };
      space.templates.set(key, known);
    }
    const arrays = known.shapes.map((shape, i) => into[names[i]!] ?? new Float32Array(countOf(shape)));
    const data = given.map(({ data }) => withSlack(data, native.addressOf));
    fill(space.tape, known.template, [...data, ...arrays].map(native.addressOf));
    space.held = data;
    return Object.fromEntries(names.map((name, i) => [name, { shape: known.shapes[i]!, data: arrays[i]! }]));
  }

  return {
    run(feeds, into) {
      const space = idle.pop() ?? newWorkspace();
      const made = ready(space, feeds, into);
      native.run(space.tape.bytes());
      idle.push(space);
      return made;
    },
    async runApart(feeds, into) {
      const space = idle.pop() ?? newWorkspace();
      const made = ready(space, feeds, into);
      await native.runApart(space.tape.bytes());
      idle.push(space);
      return made;
    },
  };
}

/**
 * Kernels believe what they are told: a tensor must have the type and as many numbers as it says.
 *
 * @param sizes those of the tensors before it, by name
 */
function checkedFeed(name: string, inputs: Readonly<Record<string, InputType>>, feeds: Tensors, sizes: Map<string, number>): HostTensor {
  const { type, shape } = inputs[name]!;
  const tensor = feeds[name];
  const sizeOf = (size: number | string, own: number): number => {
    if (typeof size === 'number') return size;
    if (!sizes.has(size)) sizes.set(size, own);
    return sizes.get(size)!;
  };
  const fits =
    tensor !== undefined &&
    (type === 'int' ? tensor.data instanceof Int32Array : tensor.data instanceof Float32Array) &&
    tensor.data.length === countOf(tensor.shape) &&
    tensor.shape.length === shape.length &&
    tensor.shape.every((own, axis) => own === sizeOf(shape[axis]!, own));
  if (!fits) throw new Error(`the input ${name} is no ${type} tensor [${shape.join(', ')}]`);
  return tensor;
}

/** The numbers as they are; a copy where reading a vector behind their end could leave the memory of the process. */
function withSlack(data: HostTensor['data'], addressOf: (array: ArrayBufferView) => number): HostTensor['data'] {
  const end = addressOf(data) + data.byteLength;
  if (Math.floor((end - 1) / PAGE) === Math.floor((end + SLACK - 1) / PAGE)) return data;
  const copy = data instanceof Float32Array ? new Float32Array(data.length + SLACK / 4) : new Int32Array(data.length + SLACK / 4);
  copy.set(data);
  return copy;
}

function loopPlan(scope: Scope, needed: Needed): Plan {
  const results = [...scope.newStates, ...scope.outputs.keys()].filter((value) => needed.has(value) && scopeOf(value) === scope);
  return planOf(scope, needed, results);
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
  view: (value: Expression) => View;
  packed: (value: Expression) => Packed;
  packedBytes: (weights: QuantizedWeights) => Packed;
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
