/** Commands that do the same again and again at addresses that move on evenly: written once, and repeated. */
import type { Kernels } from './kernels.js';
import { repeatWords, WORD, type Tape } from './tape.js';

/** Fewer are written out. */
const FEW = 4;

/**
 * What is written for 0, 1, 2 … Where the commands for 1 and for the last one are those for 0 but for words that have moved on by equal
 * distances, and no memory was taken for them, these are repeated; else all are written out.
 *
 * @param taken how many pieces of memory there are that nobody has given back
 */
export function evenly(kernels: Kernels, tape: Tape, taken: () => number, times: number, write: (index: number) => void): void {
  const writeAll = (first: number): void => {
    for (let i = first; i < times; i++) write(i);
  };
  if (times < FEW) {
    writeAll(0);
    return;
  }
  const [begin, before] = [tape.length(), taken()];
  write(0);
  const length = tape.length() - begin;
  write(1);
  const second = tape.length();
  write(times - 1);
  const word = (index: number, at: number): number => tape.word(begin + index * length + at);
  const moves = Array.from({ length }, (_, at) => word(1, at) - word(0, at));
  const even = tape.length() === begin + 3 * length && moves.every((move, at) => word(2, at) === word(0, at) + move * (times - 1));
  if (!even || taken() > before) {
    tape.cut(second);
    writeAll(2);
    return;
  }
  tape.cut(begin + length);
  const sums = moves.flatMap((move, at) => (move === 0 ? [] : [WORD * (at - length), move]));
  tape.command(kernels.repeat(), ...repeatWords(times - 1, WORD * length, sums, []));
}
