/**
 * A loop through time made commands. The first step is written out, and the second one; those after it do the same at other addresses, so it is
 * repeated, with its addresses moved on (`repeat`), and a loop of any length takes as much to write. Which words of it are addresses that
 * move is known by stand-ins, as in a template: the true addresses are put in when it is written.
 *
 * A state is where it was made: in the stack of all time steps if there is one, else in one of two places by turns. A stack of the states
 * before each step is that of the states after it, with the first state before them.
 */
import { scopeOf, type Expression, type Scope } from '../graph/expression.js';
import type { Commands, Packed } from './commands.js';
import { emitStage, placeWithin, viewed, type Places } from './emission.js';
import type { Needed } from './needed.js';
import type { Plan } from './plan.js';
import { repeatWords, WORD } from './tape.js';
import { at, contiguous, countOf, NUMBER, part, type View } from './view.js';

/** The places outside, in which a loop may also put what it gives. */
export interface OuterPlaces extends Places {
  put: (value: Expression, view: View) => void;
}

/** Where a value is at each step, and how its address changes from one to the next. */
interface Slot {
  at: (step: number) => View;
  change: Change | undefined;
}

/** In bytes; or to and fro between two addresses, from even steps to odd ones. */
type Change = { sum: number } | { turn: number };

/** @param plan of the loop's scope */
export function emitLoop(scope: Scope, plan: Plan, needed: Needed, commands: Commands, outer: OuterPlaces): void {
  const timeSteps = timeStepsOf(scope, needed, outer);
  const timeOf = (step: number): number => (scope.reverse ? timeSteps - 1 - step : step);
  const slots = new Map<Expression, Slot>();
  const packs = new Map<Expression, Packed>();
  const own: number[] = [];
  const take = (shape: readonly number[]): View => {
    const view = contiguous(commands.memory.take(countOf(shape)), shape);
    own.push(view.address);
    return view;
  };
  const stackOf = (value: Expression): Expression | undefined => {
    const stack = scope.outputs.get(value);
    return stack && needed.has(stack) ? stack : undefined;
  };
  const states = scope.states.flatMap((state, i) => (needed.has(state) || needed.has(scope.node.outputs[i]!) ? [i] : []));
  const carried: View[] = [];
  /** along the time steps of a stack, or backwards */
  const stackedSlot = (stack: View): Slot => ({
    at: (step) => at(stack, timeOf(step)),
    change: { sum: NUMBER * stack.strides[0]! * (scope.reverse ? -1 : 1) },
  });
  for (const i of states) {
    const first = outer.view(scope.initial[i]!);
    carried[i] = withHistory(i, first) ?? first;
  }

  /** Where there is a stack of the states before each step: places for it and the states after. @returns the first state's */
  function withHistory(i: number, first: View): View | undefined {
    const [state, after] = [scope.states[i]!, scope.newStates[i]!];
    const stack = stackOf(state);
    if (!stack || !plan.isMade(after) || slots.has(after)) return undefined;
    const all = contiguous(commands.memory.take((timeSteps + 1) * countOf(first.shape)), [timeSteps + 1, ...first.shape]);
    const [before, behind] = scope.reverse ? [1, 0] : [0, 1];
    outer.put(stack, part(all, 0, before, timeSteps));
    const afters = part(all, 0, behind, timeSteps);
    const stackAfter = stackOf(after);
    if (stackAfter) outer.put(stackAfter, afters);
    slots.set(after, stackedSlot(afters));
    const begin = at(all, scope.reverse ? timeSteps : 0);
    commands.copy(first, begin);
    commands.release();
    return begin;
  }

  let step = 0;
  const made = new Map<Expression, View>();
  /** while the step that is repeated is written: what its stand-ins stand for */
  let moving: Moving[] | undefined;
  function seen(value: Expression, { at: placeAt, change }: Slot, now: number): View {
    let view = placeAt(now);
    if (moving && change) {
      moving.push({ address: view.address, change: 'turn' in change && now % 2 === 1 ? { turn: -change.turn } : change });
      view = { ...view, address: standIn(moving.length - 1) };
    }
    made.set(value, view);
    return view;
  }
  const places: Places = {
    view(value) {
      if (scopeOf(value) !== scope) return outer.view(value);
      const there = made.get(value);
      if (there) return there;
      const source = scope.sources.get(value);
      if (source) return seen(value, stackedSlot(outer.view(source)), step);
      const state = scope.states.indexOf(value);
      if (state < 0) return viewed(value, places.view, commands)!;
      const slot = slots.get(scope.newStates[state]!);
      return step === 0 || !slot ? carried[state]! : seen(value, slot, step - 1);
    },
    place(value, shape) {
      const there = made.get(value);
      if (there) return there;
      const within = placeWithin(plan, value, shape, places);
      if (!within) return seen(value, slotOf(value, shape), step);
      made.set(value, within);
      return within;
    },
    packedBytes: outer.packedBytes,
    packed(value) {
      if (scopeOf(value) === scope || scope.sources.has(value)) return undefined;
      const known = outer.packed(value) ?? packs.get(value);
      if (known) return known;
      const view = outer.view(value);
      const [k, n] = view.shape as [number, number];
      const packed = commands.pack(view, take([commands.packedSize(k, n)]).address);
      packs.set(value, packed);
      return packed;
    },
  };

  function slotOf(value: Expression, shape: readonly number[]): Slot {
    const known = slots.get(value);
    if (known) return known;
    const stack = stackOf(value);
    const slot = stack
      ? stackedSlot(outer.place(stack, [timeSteps, ...shape]))
      : scope.newStates.includes(value)
        ? turningSlot(take(shape), take(shape))
        : fixedSlot(take(shape));
    slots.set(value, slot);
    return slot;
  }

  /** values that no stage makes, but that a stack is wanted of */
  const copied = [...scope.outputs].filter(([value, stack]) => needed.has(stack) && !plan.isMade(value) && !isHistory(value));
  function isHistory(value: Expression): boolean {
    const i = scope.states.indexOf(value);
    return i >= 0 && states.includes(i) && slots.has(scope.newStates[i]!) && stackOf(value) !== undefined;
  }

  function emitStep(): void {
    made.clear();
    for (const stage of plan.stages) {
      if (stage.kind === 'loop') throw new Error('a loop in a loop');
      emitStage(stage, commands, places);
    }
    for (const [value] of copied) {
      const view = places.view(value);
      commands.copy(view, seen(value, slotOf(value, view.shape), step));
      commands.release();
    }
    // where a state has no place of its own, the next step sees it where this one has it
    for (const [i, view] of states.map((i) => [i, places.view(scope.newStates[i]!)] as const)) carried[i] = view;
    step++;
  }

  emitStep();
  if (timeSteps > 2 && states.every((i) => slots.has(scope.newStates[i]!))) {
    const begin = commands.tape.length();
    moving = [];
    emitStep();
    repeatFrom(begin, timeSteps - 2, moving, commands);
    moving = undefined;
  } else while (step < timeSteps) emitStep();
  for (const i of states) {
    const final = scope.node.outputs[i]!;
    if (!needed.has(final)) continue;
    const view = slots.get(scope.newStates[i]!)?.at(timeSteps - 1) ?? carried[i]!;
    commands.copy(view, outer.place(final, view.shape));
    commands.release();
  }
  own.forEach(commands.memory.give);
}

const fixedSlot = (view: View): Slot => ({ at: () => view, change: undefined });
const turningSlot = (first: View, second: View): Slot => ({
  at: (step) => (step % 2 === 0 ? first : second),
  change: { turn: second.address - first.address },
});

function timeStepsOf(scope: Scope, needed: Needed, outer: Places): number {
  for (const [source, slice] of scope.slices) if (needed.has(slice)) return outer.view(source).shape[0]!;
  throw new Error('a loop that takes no slices');
}

/** An address that moves, as it is in the step that is repeated. */
interface Moving {
  address: number;
  change: Change;
}

/** Above the stand-ins of templates, and as far apart. */
const [FIRST, ROOM] = [2 ** 52, 2 ** 42];
const standIn = (number: number): number => FIRST + ROOM * number;

/** Puts the true addresses into the commands from there on, and repeats them so many times more. */
function repeatFrom(begin: number, times: number, moving: readonly Moving[], { tape, kernels }: Commands): void {
  const end = tape.length();
  const [sums, turns]: [number[], number[]] = [[], []];
  for (let word = begin; word < end; word++) {
    const value = tape.word(word);
    if (value < FIRST - ROOM / 2) continue;
    const number = Math.round((value - FIRST) / ROOM);
    const { address, change } = moving[number]!;
    tape.setWord(word, value - standIn(number) + address);
    if ('sum' in change) sums.push(WORD * (word - end), change.sum);
    else turns.push(WORD * (word - end), change.turn);
  }
  tape.command(kernels.repeat(), ...repeatWords(times, WORD * (end - begin), sums, turns));
}
