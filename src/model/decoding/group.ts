/** Sentences that are searched together. Those of which no hypothesis lives any more are left behind, and what is left of several groups goes on as one. */
import type { HostTensor, InputType } from '../../engine/ops.js';
import { countOf } from '../../formats/tensor.js';
import { FAR, type Memory } from '../attention.js';

/** A hypothesis: a token and what it goes on from. */
export interface Node {
  token: number;
  logProbability: number;
  length: number;
  lookedAt: number;
  before: Node | undefined;
}

/** A hypothesis that lives: a row of the program. */
export interface Row {
  node: Node;
  /** its sentence's place in the group */
  sentence: number;
  /** its row in the step before */
  parent: number;
  /** the place of that one among those of its sentence; -1 at the beginning */
  parentPlace: number;
}

export interface Group {
  /** which sentences of the search these are */
  sentences: readonly number[];
  /** what the encoder gave; rows are sentences */
  memory: Memory<HostTensor>;
  /** the decoder's states as the step before left them, by name: [rows of that step, units] */
  states: Record<string, HostTensor>;
  /** memory that the next ones may lie in: that of the states before these */
  room: Readonly<Record<string, HostTensor>>;
  /** one sentence's after another's */
  rows: Row[];
}

export function countLiving({ rows }: Group): number {
  let count = 0;
  for (let i = 0; i < rows.length; i++) if (i === 0 || rows[i]!.sentence !== rows[i - 1]!.sentence) count++;
  return count;
}

/**
 * What lives of some groups as one group.
 *
 * @param lengths time steps of all sentences of the search
 * @param types of the memory as the program takes it: which axis is time
 */
export function joined(groups: readonly Group[], lengths: ArrayLike<number>, types: Memory<InputType>): Group {
  const living = groups.map(({ rows }) => Array.from(new Set(rows.map(({ sentence }) => sentence))));
  const sentences = groups.flatMap((group, g) => living[g]!.map((place) => group.sentences[place]!));
  const timeSteps = sentences.reduce((longest, sentence) => Math.max(longest, lengths[sentence]!), 1);
  const memoryOf = (name: keyof Memory<unknown>): HostTensor => {
    const axis = types[name].shape.indexOf('timeSteps');
    const shape = [sentences.length, ...groups[0]!.memory[name].shape.slice(1)];
    shape[axis] = timeSteps;
    const data = new Float32Array(countOf(shape)).fill(name === 'barred' ? -FAR : 0);
    let row = 0;
    for (const [g, { memory }] of groups.entries())
      for (const place of living[g]!) copyInTime(memory[name], place, { shape, data }, row++, axis);
    return { shape, data };
  };
  const rows: Row[] = [];
  for (let g = 0, first = 0; g < groups.length; first += living[g++]!.length) {
    const places = new Map(living[g]!.map((place, i) => [place, first + i]));
    for (const row of groups[g]!.rows) rows.push({ ...row, sentence: places.get(row.sentence)!, parent: rows.length });
  }
  return {
    sentences,
    memory: { keys: memoryOf('keys'), values: memoryOf('values'), barred: memoryOf('barred') },
    states: Object.fromEntries(Object.keys(groups[0]!.states).map((name) => [name, statesOf(groups, name)])),
    room: {},
    rows,
  };
}

/** A row of one tensor to a row of another, as many time steps as both have; time is that axis. */
function copyInTime(from: HostTensor, row: number, to: HostTensor, toRow: number, axis: number): void {
  // what stands before time is the same in both; from time on, numbers lie in one piece
  const lines = countOf(from.shape.slice(1, axis));
  const [length, toLength] = [from, to].map(({ shape }) => countOf(shape.slice(axis))) as [number, number];
  const [source, target, count] = [from.data, to.data, Math.min(length, toLength)];
  if (length === toLength) {
    target.set(source.subarray(row * lines * length, (row + 1) * lines * length), toRow * lines * length);
    return;
  }
  for (let line = 0; line < lines; line++) {
    const [at, toAt] = [(row * lines + line) * length, (toRow * lines + line) * toLength];
    // most lines are a few time steps, for which an array of their own would cost more than they do
    for (let i = 0; i < count; i++) target[toAt + i] = source[at + i]!;
  }
}

/** The states that each living hypothesis goes on from. */
function statesOf(groups: readonly Group[], name: string): HostTensor {
  const units = groups[0]!.states[name]!.shape[1]!;
  const count = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const data = new Float32Array(count * units);
  let at = 0;
  for (const { rows, states } of groups) {
    const from = states[name]!.data;
    for (let i = 0; i < rows.length; i++, at += units) {
      const { parent } = rows[i]!;
      data.set(from.subarray(parent * units, (parent + 1) * units), at);
    }
  }
  return { shape: [count, units], data };
}
