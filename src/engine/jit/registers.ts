/** Which value of a formula is in which register of vectors. */
import { RSP, type Memory } from './assembler.js';
import { FRAME } from './executable.js';
import type { Vectors } from './vectors.js';

export interface Registers {
  /** the register of a value, which is fetched or brought back if it has none */
  hold: (place: number, now: number, fetch?: (to: number) => void) => number;
  /** a register for a value that is made now */
  take: (place: number, now: number) => number;
  spare: (now: number) => number;
  give: (register: number) => void;
  /** gives the registers of values that nothing needs after that place */
  dropAfter: (place: number) => void;
}

/**
 * Where there are too few registers, the value that is needed last goes to the frame (Belady 1966).
 *
 * @param uses of each value the places where it is needed, in order
 * @param spilled where the frame has room for them
 */
export function newRegisters(v: Vectors, uses: readonly (readonly number[])[], spilled: number): Registers {
  const free = Array.from({ length: v.registers }, (_, i) => i).reverse();
  const holding = new Map<number, number>(); // place → register
  const inFrame = new Map<number, Memory>();
  const fetched = new Set<number>();
  let slots = 0;
  /** taken for what is made now: they cannot go */
  let busy = new Set<number>();
  let busyAt = -1;
  const nextUse = (place: number, now: number): number => uses[place]!.find((at) => at >= now) ?? Infinity;

  function register(now: number): number {
    if (busyAt !== now) [busy, busyAt] = [new Set(), now];
    const there = free.pop();
    if (there !== undefined) return there;
    let last: number | undefined;
    for (const place of holding.keys())
      if (!busy.has(place) && (last === undefined || nextUse(place, now) > nextUse(last, now))) last = place;
    if (last === undefined) throw new Error('a formula needs more registers than there are');
    const taken = holding.get(last)!;
    holding.delete(last);
    if (!fetched.has(last) && !inFrame.has(last)) {
      const at = { base: RSP, offset: spilled + v.size * slots++ };
      if (at.offset + v.size > FRAME) throw new Error('a formula keeps more values than the frame holds');
      v.store(at, taken);
      inFrame.set(last, at);
    }
    return taken;
  }

  return {
    hold(place, now, fetch) {
      if (busyAt !== now) [busy, busyAt] = [new Set(), now];
      busy.add(place);
      const there = holding.get(place);
      if (there !== undefined) return there;
      const to = register(now);
      holding.set(place, to);
      if (fetch) {
        fetched.add(place);
        fetch(to);
      } else v.load(to, inFrame.get(place)!);
      return to;
    },
    take(place, now) {
      const to = register(now);
      holding.set(place, to);
      busy.add(place);
      return to;
    },
    spare: register,
    give: (one) => void free.push(one),
    dropAfter(place) {
      for (const [held, register] of holding)
        if (nextUse(held, place + 1) === Infinity) {
          holding.delete(held);
          free.push(register);
        }
    },
  };
}
