/** A compiled graph and its runs. */
import type { Expression } from '../graph/expression.js';
import type { HostTensor, InputType, PiecedTensors } from '../ops.js';
import { commands as newCommands, type Commands } from './commands.js';
import { checkedFeed, withSlack } from './feeds.js';
import type { Kernels } from './kernels.js';
import { newMemory, SLACK } from './memory.js';
import { newTape, type Tape } from './tape.js';
import { appendTemplate, templateOf, type Template } from './template.js';
import { countOf, NUMBER } from './view.js';
import { wholeProgram } from './whole-program.js';

export type Results = Record<string, HostTensor>;

/** One run of several that follow one another. */
export interface Run {
  feeds: PiecedTensors;
  /** arrays that are to hold results */
  into?: Readonly<Record<string, Float32Array>> | undefined;
  /** pieces of results that go to blocks, three numbers each as a `Placing` has them; there are no results beside them then */
  placed?: Readonly<Record<string, { block: Float32Array; pieces: Int32Array }>> | undefined;
}

export interface Compiled {
  /** in this thread */
  run: (runs: readonly Run[]) => Results[];
  /** in another thread of the process, while this one goes on */
  runApart: (runs: readonly Run[]) => Promise<Results[]>;
}

/** What a call needs and the next one takes again. */
interface Workspace {
  tape: Tape;
  /** writes to a tape of its own */
  commands: Commands;
  /** by the sizes of what is fed */
  templates: Map<string, Emitted>;
  /** how often its memory was exchanged for a larger one */
  memories: number;
  scratch: (name: string, size: number) => Float32Array;
  /** what the call under way reads and writes: it must not be collected */
  held?: unknown;
}

interface Emitted {
  template: Template;
  /** of the results */
  shapes: readonly (readonly number[])[];
}

/** So many templates are kept: a batch has one of some numbers of sentences and of time steps. */
const MOST_TEMPLATES = 512;

export function compiled(
  kernels: Kernels,
  inputs: Readonly<Record<string, InputType>>,
  results: Readonly<Record<string, Expression>>,
): Compiled {
  const { native } = kernels;
  const { fed, names, emit } = wholeProgram(kernels, inputs, results);
  const idle: Workspace[] = [];

  function newWorkspace(): Workspace {
    const commands = newCommands(kernels, newTape(), newMemory(native.addressOf));
    return { tape: newTape(), commands, templates: new Map(), memories: 0, scratch: newScratch() };
  }

  /** What is emitted for sizes, once. */
  function emittedFor(space: Workspace, given: readonly { shape: readonly number[] }[]): Emitted {
    const { templates, commands } = space;
    const key = given.map(({ shape }) => shape.join()).join(' ');
    const known = templates.get(key);
    if (known) return known;
    if (!commands.memory.clear()) {
      templates.clear();
      space.memories++;
    }
    commands.tape.cut(0);
    const shapes = emit(
      commands,
      given.map(({ shape }) => shape),
    );
    const made = { template: templateOf(commands.tape), shapes };
    templates.set(key, made);
    return made;
  }

  /** The same for runs that follow one another. What was emitted before the memory was exchanged is of no use. */
  function allEmitted(space: Workspace, given: readonly (readonly { shape: readonly number[] }[])[]): Emitted[] {
    const { memories } = space;
    const found = given.map((one) => emittedFor(space, one));
    return space.memories === memories ? found : allEmitted(space, given);
  }

  /** Writes the tape of some runs, one after another. */
  function ready(space: Workspace, runs: readonly Run[]): Results[] {
    const given = runs.map(({ feeds }) => {
      const sizes = new Map<string, number>();
      return fed.map((name) => checkedFeed(name, inputs, feeds, sizes));
    });
    const { tape, scratch, templates } = space;
    if (templates.size > MOST_TEMPLATES) templates.clear();
    const emitted = allEmitted(space, given);
    const held: unknown[] = [];
    const appendPieces = (pieces: Int32Array, each: 3 | 4, from: readonly ArrayBufferView[], to: ArrayBufferView): void => {
      const addresses = [pieces, to].map(native.addressOf);
      tape.command(kernels.copyPieces(each), pieces.length / each, ...addresses, from.length, ...from.map(native.addressOf));
    };
    tape.cut(0);
    const made = runs.map(({ into = {}, placed }, run): Results => {
      const { template, shapes } = emitted[run]!;
      const arrays = shapes.map((shape, i) => {
        const [name, size] = [names[i]!, countOf(shape)];
        return into[name] ?? (placed ? scratch(`result ${name}`, size) : new Float32Array(size));
      });
      const data = given[run]!.map((tensor, i) => {
        if (!('pieces' in tensor)) return withSlack(tensor.data, native.addressOf);
        const array = scratch(`input ${i}`, countOf(tensor.shape));
        appendPieces(tensor.pieces, 4, tensor.from, array);
        return array;
      });
      appendTemplate(tape, template, [...data, ...arrays].map(native.addressOf));
      for (const [name, { block, pieces }] of Object.entries(placed ?? {})) appendPieces(pieces, 3, [arrays[names.indexOf(name)]!], block);
      held.push(data, arrays);
      return placed ? {} : Object.fromEntries(names.map((name, i) => [name, { shape: shapes[i]!, data: arrays[i]! }]));
    });
    tape.command(kernels.exit());
    space.held = [runs, held];
    return made;
  }

  const takeSpace = (): Workspace => idle.pop() ?? newWorkspace();
  return {
    run(runs) {
      const space = takeSpace();
      const made = ready(space, runs);
      native.run(space.tape.bytes());
      idle.push(space);
      return made;
    },
    async runApart(runs) {
      const space = takeSpace();
      const made = ready(space, runs);
      await native.runApart(space.tape.bytes());
      idle.push(space);
      return made;
    },
  };
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
