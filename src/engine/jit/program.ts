/** A compiled graph and its runs. */
import type { Expression } from '../graph/expression.js';
import type { HostTensor, InputType, PiecedTensors } from '../ops.js';
import { commands as newCommands } from './commands.js';
import { checkedFeed, withSlack } from './feeds.js';
import type { Kernels } from './kernels.js';
import { ALIGNED, newMemory, SLACK } from './memory.js';
import { newTape, type Tape } from './tape.js';
import { appendTemplate, standIn, templateOf, type Template } from './template.js';
import { countOf, NUMBER } from './view.js';
import { wholeProgram } from './whole-program.js';

export type Results = Record<string, HostTensor>;

/** One run of several that follow one another. */
export interface Run {
  feeds: PiecedTensors;
  /** arrays that are to hold results */
  into?: Readonly<Record<string, Float32Array>> | undefined;
  /** pieces of results that go to blocks, three numbers each as a `Placing` has them; there are no results beside them then */
  placed?: Readonly<Record<string, { block: Float32Array; pieces: Int32Array; gaps?: Int32Array | undefined }>> | undefined;
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
  /** memory by what it is for, with room for so many numbers at least */
  scratch: (name: string, numbers: number) => Float32Array;
  /** what the call under way reads and writes: it must not be collected */
  held?: unknown;
}

interface Emitted {
  template: Template;
  /** of the results */
  shapes: readonly (readonly number[])[];
  /** of memory that it takes beside them */
  bytes: number;
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
  /** the memory of a run is one more tensor, behind those that are fed and the results */
  const commands = newCommands(kernels, newTape(), newMemory(standIn(fed.length + names.length)));
  /** by the sizes of what is fed */
  const templates = new Map<string, Emitted>();

  /** What is emitted for sizes, once. */
  function emittedFor(given: readonly { shape: readonly number[] }[]): Emitted {
    const key = given.map(({ shape }) => shape.join()).join(' ');
    const known = templates.get(key);
    if (known) return known;
    if (templates.size === MOST_TEMPLATES) templates.clear();
    commands.memory.clear();
    commands.tape.cut(0);
    const shapes = emit(
      commands,
      given.map(({ shape }) => shape),
    );
    const made = { template: templateOf(commands.tape), shapes, bytes: commands.memory.bytes() };
    templates.set(key, made);
    return made;
  }

  /** Writes the tape of some runs, one after another. */
  function ready(space: Workspace, runs: readonly Run[]): Results[] {
    const given = runs.map(({ feeds }) => {
      const sizes = new Map<string, number>();
      return fed.map((name) => checkedFeed(name, inputs, feeds, sizes));
    });
    const { tape, scratch } = space;
    const emitted = given.map(emittedFor);
    const bytes = emitted.reduce((most, one) => Math.max(most, one.bytes), 0);
    const memory = native.addressOf(scratch('memory', (bytes + ALIGNED) / NUMBER));
    const aligned = Math.ceil(memory / ALIGNED) * ALIGNED;
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
      appendTemplate(tape, template, [...[...data, ...arrays].map(native.addressOf), aligned]);
      for (const [name, { block, pieces, gaps }] of Object.entries(placed ?? {})) {
        appendPieces(pieces, 3, [arrays[names.indexOf(name)]!], block);
        if (gaps) appendPieces(gaps, 3, [scratch('zeros', longestOf(gaps))], block);
      }
      held.push(data, arrays);
      return placed ? {} : Object.fromEntries(names.map((name, i) => [name, { shape: shapes[i]!, data: arrays[i]! }]));
    });
    tape.command(kernels.exit());
    space.held = [runs, held];
    return made;
  }

  const takeSpace = (): Workspace => idle.pop() ?? { tape: newTape(), scratch: newScratch() };
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

/** Of pieces of three numbers each. */
function longestOf(pieces: Int32Array): number {
  let longest = 0;
  for (let i = 2; i < pieces.length; i += 3) longest = Math.max(longest, pieces[i]!);
  return longest;
}

/** So much more than is needed is taken, so that a run that needs a little more takes none. */
const ROOM = 1.25;

/** Memory that each run takes again, by what it is for. */
function newScratch(): (name: string, size: number) => Float32Array {
  const arrays = new Map<string, Float32Array>();
  return (name, size) => {
    let array = arrays.get(name);
    if (!array || array.length < size + SLACK / NUMBER)
      arrays.set(name, (array = new Float32Array(Math.ceil(ROOM * size) + SLACK / NUMBER)));
    return array;
  };
}
