/**
 * Commands of a run that serve each run of the same sizes: only the addresses of what is fed and of the results differ. While commands are
 * written these have addresses that no memory has; where such a one stands in the tape, the true one is put in before each run.
 */
import type { Tape } from './tape.js';

/** Above all addresses of a process; each tensor has so much room that nothing near it is taken for another's. */
const [FIRST, ROOM] = [2 ** 48, 2 ** 42];

/** Where the tensor of that number seems to be. */
export const standIn = (tensor: number): number => FIRST + ROOM * tensor;

/** The upper half of the least word that is one. */
const LEAST_HIGH = (FIRST - ROOM / 2) / 2 ** 32;

export interface Template {
  /** the tape's words, in halves */
  halves: Uint32Array;
  /** the words that are addresses to put in, which tensor's each is, and how far from its beginning */
  words: number[];
  tensors: number[];
  distances: number[];
}

/** What a tape holds as a template. */
export function templateOf(tape: Tape): Template {
  const template: Template = { halves: tape.bytes().slice(0, 2 * tape.length()), words: [], tensors: [], distances: [] };
  for (let word = 0; word < tape.length(); word++) {
    // with its sign, which is that of the word
    if ((template.halves[2 * word + 1]! | 0) < LEAST_HIGH) continue;
    const value = tape.word(word);
    const tensor = Math.round((value - FIRST) / ROOM);
    template.words.push(word);
    template.tensors.push(tensor);
    template.distances.push(value - standIn(tensor));
  }
  return template;
}

/** Appends the template's commands for tensors at these addresses. */
export function appendTemplate(tape: Tape, { halves, words, tensors, distances }: Template, addresses: readonly number[]): void {
  const begin = tape.length();
  tape.append(halves);
  for (let i = 0; i < words.length; i++) tape.setWord(begin + words[i]!, addresses[tensors[i]!]! + distances[i]!);
}
