/**
 * Real time steps of sentences, packed: those of a batch at the front of its rows, wherever they stood, and their results where they came from.
 * So padding, wherever it stands, is never read, and cannot change a state.
 */
import type { Placing } from '../engine/blocks.js';
import type { PiecedTensors } from '../engine/ops.js';
import type { Tensor } from '../formats/tensor.js';
import { batchesByLength } from './batches.js';

/** One sentence for the network. */
export interface Sequence {
  /** [timeSteps, inputSize] */
  inputs: Tensor;
  /** 1 = real, one a time step; all real if undefined */
  mask?: readonly number[] | undefined;
}

/** Sentences as they lie in memory. */
export interface Sentences {
  /** what their word vectors stand in, one after another */
  memory: readonly Float32Array[];
  /** in which of these each sentence's stand, and behind how many others */
  places: Int32Array;
  firsts: Int32Array;
  /** how many time steps stand before each sentence's, and in all */
  begins: Int32Array;
  /** real time steps as runs of neighbours, [begin, end) in their sentence, two numbers each: usually one run a sentence */
  runs: Int32Array;
  /** how many runs stand before each sentence's, and in all */
  runsBefore: Int32Array;
}

/** Each sentence in memory of its own. */
export function sentencesOf(sequences: readonly Sequence[]): Sentences {
  const begins = new Int32Array(sequences.length + 1);
  for (const [row, { inputs }] of sequences.entries()) begins[row + 1] = begins[row]! + inputs.shape[0]!;
  return {
    memory: sequences.map(({ inputs }) => inputs.data),
    places: Int32Array.from(sequences.keys()),
    firsts: new Int32Array(sequences.length),
    begins,
    ...runsOf(sequences.length, (row, runs) => pushRuns(runs, sequences[row]!.mask, 0, sequences[row]!.inputs.shape[0]!)),
  };
}

/** @param push puts those of a sentence behind the others */
export function runsOf(sentences: number, push: (row: number, runs: number[]) => void): Pick<Sentences, 'runs' | 'runsBefore'> {
  const runs: number[] = [];
  const runsBefore = new Int32Array(sentences + 1);
  for (let row = 0; row < sentences; row++) {
    push(row, runs);
    runsBefore[row + 1] = runs.length / 2;
  }
  return { runs: Int32Array.from(runs), runsBefore };
}

/** @param mask of which the sentence's is [begin, end) */
export function pushRuns(runs: number[], mask: ArrayLike<number> | undefined, begin: number, end: number): void {
  if (mask === undefined && end > begin) runs.push(0, end - begin);
  if (mask === undefined) return;
  for (let at = begin; at < end; at++) {
    if (mask[at] !== 1) continue;
    const first = at;
    while (at < end && mask[at] === 1) at++;
    runs.push(first - begin, at - begin);
  }
}

/** A batch of them: what it is fed, and where each time step of its results belongs, counted in time steps. */
export interface Packed {
  feeds: PiecedTensors;
  pieces: Int32Array;
}

/** Rows: batches of so many and their multiples pad a half per cent more, and have a third of the sizes. */
const EVEN = 8;

/** Sentences of like length together, at most `size` of them; one without a real time step has nothing to run. */
export function packed(sentences: Sentences, size: number, inputSize: number): Packed[] {
  const { runs, runsBefore } = sentences;
  /** real time steps before each sentence's */
  const before = new Int32Array(runsBefore.length);
  const rows: number[] = [];
  for (let row = 0; row + 1 < before.length; row++) {
    before[row + 1] = before[row]!;
    for (let run = runsBefore[row]!; run < runsBefore[row + 1]!; run++) before[row + 1]! += runs[2 * run + 1]! - runs[2 * run]!;
    if (before[row + 1]! > before[row]!) rows.push(row);
  }
  return batchesByLength(rows, before, size, { even: EVEN }).map((batch) => packedBatch(sentences, batch, before, inputSize));
}

function packedBatch(sentences: Sentences, rows: Int32Array, before: Int32Array, inputSize: number): Packed {
  const { memory, places, firsts, begins, runs, runsBefore } = sentences;
  const lengths = rows.map((row) => before[row + 1]! - before[row]!);
  const timeSteps = lengths.at(-1)!;
  const count = rows.reduce((sum, row) => sum + runsBefore[row + 1]! - runsBefore[row]!, 0);
  const [from, pieces] = [new Int32Array(4 * count), new Int32Array(3 * count)];
  /** of what the sentences stand in, what these do */
  const own: number[] = [];
  let piece = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    let place = own.lastIndexOf(places[row]!);
    if (place < 0) place = own.push(places[row]!) - 1;
    let to = i * timeSteps;
    for (let run = runsBefore[row]!; run < runsBefore[row + 1]!; run++, piece++) {
      const begin = runs[2 * run]!;
      const steps = runs[2 * run + 1]! - begin;
      from[4 * piece] = place;
      from[4 * piece + 1] = (firsts[row]! + begin) * inputSize;
      from[4 * piece + 2] = to * inputSize;
      from[4 * piece + 3] = steps * inputSize;
      pieces[3 * piece] = to;
      pieces[3 * piece + 1] = begins[row]! + begin;
      pieces[3 * piece + 2] = steps;
      to += steps;
    }
  }
  const inputs = { shape: [rows.length, timeSteps, inputSize], from: own.map((place) => memory[place]!), pieces: from };
  return { feeds: { inputs, lengths: { shape: [rows.length], data: lengths } }, pieces };
}

/** Where a result of so many numbers a time step belongs. @param block memory for it, whatever it holds */
export function placing(batches: readonly Packed[], width: number, sentences: Sentences, block?: Float32Array): Placing {
  const numbers = (timeSteps: number): number => timeSteps * width;
  return {
    size: numbers(sentences.begins.at(-1)!),
    pieces: batches.map(({ pieces }) => pieces.map(numbers)),
    memory: block && { block, gaps: masked(sentences).map(numbers) },
  };
}

/** Masked time steps, as pieces of zeros. */
function masked({ begins, runs, runsBefore }: Sentences): Int32Array {
  const pieces: number[] = [];
  const add = (begin: number, end: number): void => {
    if (end > begin) pieces.push(0, begin, end - begin);
  };
  for (let row = 0; row + 1 < begins.length; row++) {
    let real = begins[row]!;
    for (let run = runsBefore[row]!; run < runsBefore[row + 1]!; run++) {
      add(real, begins[row]! + runs[2 * run]!);
      real = begins[row]! + runs[2 * run + 1]!;
    }
    add(real, begins[row + 1]!);
  }
  return Int32Array.from(pieces);
}
