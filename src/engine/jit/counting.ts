/** What kernels have in common that go through rows: counters, masks, and integers that choose. */
import { RAX, type Assembler, type Memory } from './assembler.js';
import { FAULT } from './executable.js';
import { argument } from './tape.js';
import type { Vectors } from './vectors.js';

/** Does the work so many times; the counter counts down. */
export function times(code: Assembler, counter: number, work: () => void): void {
  const [again, done] = [code.label(), code.label()];
  code.bind(again);
  code.subtract(counter, { number: 1 });
  code.jump(done, 'less');
  work();
  code.jump(again);
  code.bind(done);
}

/** Goes through a row: all its whole vectors, and what is left of it, if the argument of its mask is not 0. `column` holds the byte, `whole` how many are those of whole vectors. */
export function acrossRow(
  code: Assembler,
  v: Vectors,
  column: number,
  whole: number,
  maskIndex: number,
  work: (cut: boolean) => void,
): void {
  const [again, rest, done] = [code.label(), code.label(), code.label()];
  code.clear(column);
  code.bind(again);
  code.compare(column, whole);
  code.jump(rest, 'atLeast');
  work(false);
  code.add(column, { number: v.size });
  code.jump(again);
  code.bind(rest);
  code.load(RAX, argument(maskIndex));
  code.isZero(RAX);
  code.jump(done, 'equal');
  work(true);
  code.bind(done);
}

/** An integer that chooses one of so many, or with `orAll` how many of them: another one becomes 0, and is told at the end. */
export function loadChoice(code: Assembler, to: number, from: Memory, limit: number, orAll = false): void {
  const fits = code.label();
  code.loadShort(to, from);
  code.compareWith(to, argument(limit));
  code.jump(fits, 'below');
  if (orAll) code.jump(fits, 'equal');
  code.set(to, 1);
  code.store(FAULT, to);
  code.clear(to);
  code.bind(fits);
}

/** The mask for what is left of a row, where its address is not 0. */
export function setMask(code: Assembler, v: Vectors, index: number): void {
  const none = code.label();
  code.load(RAX, argument(index));
  code.isZero(RAX);
  code.jump(none, 'equal');
  v.setTail({ base: RAX }, RAX);
  code.bind(none);
}
