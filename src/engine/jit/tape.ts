/**
 * A tape: what is to be computed, one command after another. A command is the address of a kernel and its arguments, 64 bits each; a kernel
 * finds its own at RDI, and jumps to the next command when it is done. So a whole run of a program is one call.
 */
import { R8, R9, R10, RAX, RCX, RDI, RDX, type Assembler } from './assembler.js';

/** Bytes of a word. */
export const WORD = 8;

/** Where a command's argument lies, counted from 0. */
export const argument = (index: number): { base: number; offset: number } => ({ base: RDI, offset: WORD * (index + 1) });

/** The end of a kernel with so many arguments. */
export function next(code: Assembler, count: number): void {
  code.add(RDI, { number: WORD * (count + 1) });
  code.jumpTo({ base: RDI });
}

export interface Tape {
  /** The command's words: addresses, sizes and distances as whole numbers. */
  command: (kernel: number, ...words: readonly number[]) => void;
  /** how many words there are */
  length: () => number;
  /** a word, as the number that it was */
  word: (at: number) => number;
  /** Takes away all behind so many words. */
  cut: (length: number) => void;
  setWord: (at: number, word: number) => void;
  /** words, in halves, that `bytes` gave before */
  append: (halves: Uint32Array) => void;
  /** all words, in halves */
  bytes: () => Uint32Array;
}

const HIGH = 2 ** 32;

/** A tape of memory that is taken again for each run. */
export function newTape(): Tape {
  let halves = new Uint32Array(1 << 14);
  let length = 0;
  const put = (word: number): void => {
    halves[length++] = word >>> 0;
    halves[length++] = Math.floor(word / HIGH) >>> 0;
  };
  const makeRoom = (count: number): void => {
    if (count <= halves.length) return;
    const larger = new Uint32Array(2 * count);
    larger.set(halves);
    halves = larger;
  };
  return {
    command(kernel, ...words) {
      makeRoom(length + 2 * (words.length + 1));
      put(kernel);
      for (let i = 0; i < words.length; i++) put(words[i]!);
    },
    length: () => length / 2,
    word: (at) => (halves[2 * at + 1]! | 0) * HIGH + halves[2 * at]!,
    cut: (to) => {
      length = 2 * to;
    },
    setWord(at, word) {
      halves[2 * at] = word >>> 0;
      halves[2 * at + 1] = Math.floor(word / HIGH) >>> 0;
    },
    append(saved) {
      makeRoom(length + saved.length);
      halves.set(saved, length);
      length += saved.length;
    },
    bytes: () => halves,
  };
}

/** Arguments of `repeat` before its changes: how often is left, how often in all, how many bytes back the first command is; changes that go on, and that turn. */
const [LEFT, TIMES, BACK, SUMS, TURNS, CHANGES] = [0, 1, 2, 3, 4, 5];

/** The words of `repeat`. @param sums, turns where a word stands, in bytes from the command, and by what it changes; one after another */
export const repeatWords = (times: number, back: number, sums: readonly number[], turns: readonly number[]): number[] => [
  times,
  times,
  back,
  sums.length / 2,
  turns.length / 2,
  ...sums,
  ...turns,
];

/**
 * Command: goes back to the commands before it, so many times more, and each time changes words of them: one address moves on through
 * time, another one goes to and fro between two places, and its change turns each time. In the end all words are what they were, for a
 * repetition around it.
 */
export function repeat(code: Assembler): void {
  const [done, even, over] = [code.label(), code.label(), code.label()];
  const [changes, count, where, by, times] = [R8, RCX, R9, R10, RDX];
  const eachChange = (index: number, change: () => void): void => {
    const [each, all] = [code.label(), code.label()];
    code.load(count, argument(index));
    code.bind(each);
    code.subtract(count, { number: 1 });
    code.jump(all, 'less');
    code.load(where, { base: changes });
    code.load(by, { base: changes, offset: WORD });
    change();
    code.add(changes, { number: 2 * WORD });
    code.jump(each);
    code.bind(all);
  };
  const word = { base: RDI, index: where };
  const turn = (): void => {
    code.add(word, by);
    code.clear(RAX);
    code.subtract(RAX, by);
    code.store({ base: changes, offset: WORD }, RAX);
  };
  code.address(changes, argument(CHANGES));
  code.load(times, argument(TIMES));
  code.load(RAX, argument(LEFT));
  code.isZero(RAX);
  code.jump(done, 'equal');
  code.subtract(RAX, { number: 1 });
  code.store(argument(LEFT), RAX);
  eachChange(SUMS, () => code.add(word, by));
  eachChange(TURNS, turn);
  code.load(RAX, argument(BACK));
  code.subtract(RDI, RAX);
  code.jumpTo({ base: RDI });
  code.bind(done);
  code.store(argument(LEFT), times);
  eachChange(SUMS, () => {
    code.multiply(by, times);
    code.subtract(word, by);
  });
  code.and(times, { number: 1 });
  code.jump(even, 'equal');
  eachChange(TURNS, turn);
  code.jump(over);
  code.bind(even);
  code.load(count, argument(TURNS));
  code.shiftLeft(count, 4);
  code.add(changes, count);
  code.bind(over);
  code.move(RDI, changes);
  code.jumpTo({ base: RDI });
}
