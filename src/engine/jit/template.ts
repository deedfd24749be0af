/**
 * Commands of a run that serve each run of the same sizes: only the addresses of what is fed and of the results differ. While commands are
 * written these have addresses that no memory has; where such a one stands in the tape, the true one is put in before each run.
 */
import type { Tape } from './tape.js';

/** Above all addresses of a process; each tensor has so much room that nothing near it is taken for another's. */
const [FIRST, ROOM] = [2 ** 48, 2 ** 42];

/** Where the tensor of that number seems to be. */
export const standIn = (tensor: number): number => FIRST + ROOM * tensor;

const isStandIn = (address: number): boolean => address >= FIRST - ROOM / 2;

export interface Template {
  /** the tape's words */
  words: Uint32Array;
  /** of each address that is put in: its word, which tensor's it is, and how far from its beginning */
  places: readonly (readonly [word: number, tensor: number, distance: number])[];
}

/** What a tape holds as a template. */
export function templateOf(tape: Tape): Template {
  const places: [number, number, number][] = [];
  for (let word = 0; word < tape.length(); word++) {
    const value = tape.word(word);
    if (!isStandIn(value)) continue;
    const tensor = Math.round((value - FIRST) / ROOM);
    places.push([word, tensor, value - standIn(tensor)]);
  }
  return { words: tape.bytes().slice(0, 2 * tape.length()), places };
}

/** Appends the template's commands for tensors at these addresses. */
export function appendTemplate(tape: Tape, { words, places }: Template, addresses: readonly number[]): void {
  const begin = tape.length();
  tape.append(words);
  for (const [word, tensor, distance] of places) tape.setWord(begin + word, addresses[tensor]! + distance);
}
