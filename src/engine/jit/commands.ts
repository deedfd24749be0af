/** All commands by what they do to views. */
import { copying } from './copying.js';
import type { Kernels } from './kernels.js';
import type { Memory } from './memory.js';
import { multiplying } from './multiplying.js';
import { rearranging } from './rearranging.js';
import type { Tape } from './tape.js';

export type { Term } from './multiplying.js';
export type { Chosen, Packed } from './tiling.js';
export type Commands = ReturnType<typeof commands>;

/** @param memory what the tensors take that are made on the way */
export function commands(kernels: Kernels, tape: Tape, memory: Memory) {
  const copies = copying(kernels, tape, memory);
  const rearrangements = rearranging(kernels, tape, copies);
  return { kernels, tape, memory, ...copies, ...rearrangements, ...multiplying(kernels, tape, { ...copies, ...rearrangements }) };
}
