/** A compiled graph and its runs: what is known before any size is, and what a run then does. */
import { scopeOf, type Expression, type Scope } from '../graph/expression.js';
import type { HostTensor, InputType, PiecedTensor, PiecedTensors, QuantizedWeights } from '../ops.js';
import { commands as newCommands, type Commands, type Packed } from './commands.js';
import { emitStage, isConstant, placeWithin, viewed } from './emission.js';
import type { Kernels } from './kernels.js';
import { emitLoop, type OuterPlaces } from './loop.js';
import { newMemory, SLACK, type Memory } from './memory.js';
import { neededOf, planOf, type Needed, type Plan, type Stage } from './plan.js';
import { panelsOfBytes } from './quantizing.js';
import { newTape, type Tape } from './tape.js';
import { appendTemplate, standIn, templateOf, type Template } from './template.js';
import { contiguous, countOf, NUMBER, type View } from './view.js';

export type Results = Record<string, HostTensor>;

/** Arrays that are to hold results. */
export type Into = Readonly<Record<string, Float32Array>>;

/** Pieces of results that go to blocks: three numbers each, as a `Placing` has them. */
export type Placed = Readonly<Record<string, { block: Float32Array; pieces: Int32Array }>>;

export interface Compiled {
  /** in this thread */
  run: (feeds: PiecedTensors, into?: Into, placed?: Placed) => Results;
  /** in another thread of the process, while this one goes on */
  runApart: (feeds: PiecedTensors, into?: Into, placed?: Placed) => Promise<Results>;
}

/** What a run needs and the next one takes again. */
interface Workspace {
  tape: Tape;
  memory: Memory;
  commands: Commands;
  /** by the sizes of what is fed */
  templates: Map<string, Emitted>;
  scratch: (name: string, size: number) => Float32Array;
  /** what the run under way reads and writes: it must not be collected */
  held?: unknown;
}

interface Emitted {
  template: Template;
  /** of the results */
  shapes: readonly (readonly number[])[];
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
    return { tape, memory, commands: newCommands(kernels, tape, memory), templates: new Map(), scratch: newScratch() };
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
    return values.map((_, i) => placed.get(i)!.shape);
  }

  /** What is emitted for these sizes, once. */
  function templateFor(space: Workspace, given: readonly { shape: readonly number[] }[]): Emitted {
    const key = given.map(({ shape }) => shape.join()).join(' ');
    const known = space.templates.get(key);
    if (known) return known;
    // what was emitted before is of no use where the memory is another
    if (!space.memory.clear() || space.templates.size === MOST_TEMPLATES) space.templates.clear();
    const shapes = emit(
      space,
      given.map(({ shape }) => shape),
    );
    const made = { template: templateOf(space.tape), shapes };
    space.templates.set(key, made);
    return made;
  }

  /** Writes the tape of a run. @param into where results go @param placed where pieces of them go, of which there is no result then */
  function ready(space: Workspace, feeds: PiecedTensors, into: Into = {}, placed?: Placed): Results {
    const { tape } = space;
    const sizes = new Map<string, number>();
    const given = fed.map(({ node }) => checkedFeed(String(node.attributes['name']), inputs, feeds, sizes));
    const { template, shapes } = templateFor(space, given);
    const arrays = shapes.map((shape, i) => {
      const [name, size] = [names[i]!, countOf(shape)];
      return into[name] ?? (placed ? space.scratch(`result ${name}`, size) : new Float32Array(size));
    });
    tape.cut(0);
    const data = given.map((tensor, i) => {
      if (!('pieces' in tensor)) return withSlack(tensor.data, native.addressOf);
      const array = space.scratch(`input ${i}`, countOf(tensor.shape));
      const sources = tensor.from.map(native.addressOf);
      appendPieces(kernels, tape, tensor.pieces, 4, (at) => [sources[tensor.pieces[at]!]!, native.addressOf(array)]);
      return array;
    });
    appendTemplate(tape, template, [...data, ...arrays].map(native.addressOf));
    for (const [name, { block, pieces }] of Object.entries(placed ?? {})) {
      const [from, to] = [native.addressOf(arrays[names.indexOf(name)]!), native.addressOf(block)];
      appendPieces(kernels, tape, pieces, 3, () => [from, to]);
    }
    tape.command(kernels.exit());
    space.held = [feeds, data, arrays, placed];
    return placed ? {} : Object.fromEntries(names.map((name, i) => [name, { shape: shapes[i]!, data: arrays[i]! }]));
  }

  const takeSpace = (): Workspace => idle.pop() ?? newWorkspace();
  return {
    run(feeds, into, placed) {
      const space = takeSpace();
      const made = ready(space, feeds, into, placed);
      native.run(space.tape.bytes());
      idle.push(space);
      return made;
    },
    async runApart(feeds, into, placed) {
      const space = takeSpace();
      const made = ready(space, feeds, into, placed);
      await native.runApart(space.tape.bytes());
      idle.push(space);
      return made;
    },
  };
}

/** Pieces of so many numbers each, of which the last three say where one begins there and here, and how long it is. */
function appendPieces(
  kernels: Kernels,
  tape: Tape,
  pieces: Int32Array,
  each: number,
  addresses: (piece: number) => readonly [from: number, to: number],
): void {
  const words: number[] = [pieces.length / each];
  for (let i = 0; i < pieces.length; i += each) {
    const [from, to] = addresses(i);
    const [begin, at, count] = [pieces[i + each - 3]!, pieces[i + each - 2]!, pieces[i + each - 1]!];
    words.push(from + NUMBER * begin, to + NUMBER * at, NUMBER * count);
  }
  tape.command(kernels.copyPieces(), ...words);
}

/** Memory that each run takes again, by what it is for. */
function newScratch(): (name: string, size: number) => Float32Array {
  const arrays = new Map<string, Float32Array>();
  return (name, size) => {
    let array = arrays.get(name);
    if (!array || array.length < size + SLACK / NUMBER) arrays.set(name, (array = new Float32Array(2 * size + SLACK / NUMBER)));
    return array;
  };
}

/**
 * Kernels believe what they are told: a tensor must have the type and as many numbers as it says.
 *
 * @param sizes those of the tensors before it, by name
 */
function checkedFeed(
  name: string,
  inputs: Readonly<Record<string, InputType>>,
  feeds: PiecedTensors,
  sizes: Map<string, number>,
): HostTensor | PiecedTensor {
  const { type, shape } = inputs[name]!;
  const tensor = feeds[name];
  const sizeOf = (size: number | string, own: number): number => {
    if (typeof size === 'number') return size;
    if (!sizes.has(size)) sizes.set(size, own);
    return sizes.get(size)!;
  };
  const fits =
    tensor !== undefined &&
    ('pieces' in tensor ? type === 'float' && piecesFit(tensor) : hasType(tensor, type)) &&
    tensor.shape.length === shape.length &&
    tensor.shape.every((own, axis) => own === sizeOf(shape[axis]!, own));
  if (!fits) throw new Error(`the input ${name} is no ${type} tensor [${shape.join(', ')}]`);
  return tensor;
}

const hasType = ({ shape, data }: HostTensor, type: InputType['type']): boolean =>
  (type === 'int' ? data instanceof Int32Array : data instanceof Float32Array) && data.length === countOf(shape);

function piecesFit({ shape, from, pieces }: PiecedTensor): boolean {
  const size = countOf(shape);
  for (let i = 0; i < pieces.length; i += 4) {
    const [source, begin, at, count] = [pieces[i]!, pieces[i + 1]!, pieces[i + 2]!, pieces[i + 3]!];
    if (count < 0 || begin < 0 || at < 0 || begin + count > (from[source]?.length ?? -1) || at + count > size) return false;
  }
  return true;
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
