/**
 * A loop through time made commands. The first steps are written out; those after them do the same at other addresses, so the second one is
 * repeated, with its addresses moved on (`repeat`), and a loop of any length takes as much to write.
 *
 * A state is where it was made: in the stack of all time steps if there is one, else in one of two places by turns. A stack of the states
 * before each step is that of the states after it, with the first state before them.
 */
import { scopeOf, type Expression, type Scope } from '../graph/expression.js';
import type { Commands, Packed } from './commands.js';
import { emitStage, placeWithin, viewed, type Places } from './emission.js';
import type { Needed, Plan } from './plan.js';
import { at, contiguous, countOf, part, type View } from './view.js';

/** The places outside, in which a loop may also put what it gives. */
export interface OuterPlaces extends Places {
  put: (value: Expression, view: View) => void;
}

type Slot = (step: number) => View;

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
    slots.set(after, (step) => at(afters, timeOf(step)));
    const begin = at(all, scope.reverse ? timeSteps : 0);
    commands.copy(first, begin);
    commands.release();
    return begin;
  }

  let step = 0;
  const made = new Map<Expression, View>();
  const places: Places = {
    view(value) {
      if (scopeOf(value) !== scope) return outer.view(value);
      const there = made.get(value);
      if (there) return there;
      const source = scope.sources.get(value);
      if (source) return at(outer.view(source), timeOf(step));
      const state = scope.states.indexOf(value);
      return state >= 0 ? carried[state]! : viewed(value, places.view, commands)!;
    },
    place(value, shape) {
      const there = made.get(value) ?? placeWithin(plan, value, shape, places) ?? slotOf(value, shape)(step);
      made.set(value, there);
      return there;
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
    const stacked = stack && outer.place(stack, [timeSteps, ...shape]);
    const turns = !stacked && scope.newStates.includes(value) ? [take(shape), take(shape)] : undefined;
    const fixed = stacked || turns ? undefined : take(shape);
    const slot: Slot = (now) => (stacked ? at(stacked, timeOf(now)) : turns ? turns[now % 2]! : fixed!);
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
      commands.copy(view, slotOf(value, view.shape)(step));
      commands.release();
    }
    for (const [i, view] of states.map((i) => [i, places.view(scope.newStates[i]!)] as const)) carried[i] = view;
    step++;
  }

  const canRepeat = states.every((i) => plan.isMade(scope.newStates[i]!));
  emitSteps(timeSteps, canRepeat, commands, emitStep, () => {
    step = timeSteps - 1;
    made.clear();
  });
  for (const i of states) {
    const last = scope.newStates[i]!;
    const view = slots.has(last) ? slots.get(last)!(timeSteps - 1) : carried[i]!;
    const final = scope.node.outputs[i]!;
    if (!needed.has(final)) continue;
    const to = outer.place(final, view.shape);
    commands.copy(view, to);
    commands.release();
  }
  own.forEach(commands.memory.give);
}

function timeStepsOf(scope: Scope, needed: Needed, outer: Places): number {
  for (const [source, slice] of scope.slices) if (needed.has(slice)) return outer.view(source).shape[0]!;
  throw new Error('a loop that takes no slices');
}

/** Steps that must be written out before it shows how addresses move. */
const WRITTEN = 4;

/** @param repeated is called when the other steps are repeats */
function emitSteps(timeSteps: number, canRepeat: boolean, { tape, kernels }: Commands, emitStep: () => void, repeated: () => void): void {
  if (!canRepeat || timeSteps <= WRITTEN) {
    for (let step = 0; step < timeSteps; step++) emitStep();
    return;
  }
  emitStep();
  const ends = [tape.length()];
  for (let step = 1; step < WRITTEN; step++) {
    emitStep();
    ends.push(tape.length());
  }
  const changes = changesOf(tape.word, ends);
  if (!changes) {
    for (let step = WRITTEN; step < timeSteps; step++) emitStep();
    return;
  }
  tape.cut(ends[1]!);
  const length = ends[1]! - ends[0]!;
  const words = (list: readonly (readonly [word: number, by: number])[]): number[] =>
    list.flatMap(([word, by]) => [8 * (word - length), by]);
  const { sums, turns } = changes;
  tape.command(kernels.repeat(), timeSteps - 2, 8 * length, sums.length, turns.length, ...words(sums), ...words(turns));
  repeated();
}

interface Changes {
  sums: (readonly [word: number, by: number])[];
  turns: (readonly [word: number, by: number])[];
}

/** How the words of three steps change from one to the next; undefined: in no way that could go on. */
function changesOf(wordAt: (at: number) => number, [first, second, third, end]: readonly number[]): Changes | undefined {
  const length = second! - first!;
  if (third! - second! !== length || end! - third! !== length) return undefined;
  const changes: Changes = { sums: [], turns: [] };
  for (let word = 0; word < length; word++) {
    const [a, b, c] = [first!, second!, third!].map((begin) => wordAt(begin + word)) as [number, number, number];
    if (b - a === c - b) {
      if (b !== a) changes.sums.push([word, b - a]);
    } else if (c === a) changes.turns.push([word, exclusiveOr(a, b)]);
    else return undefined;
  }
  return changes;
}

const HIGH = 2 ** 32;
const exclusiveOr = (a: number, b: number): number => ((Math.floor(a / HIGH) ^ Math.floor(b / HIGH)) >>> 0) * HIGH + ((a ^ b) >>> 0);
