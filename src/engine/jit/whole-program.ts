/** A whole graph made commands: what is known before any size is, and what is written then. */
import { scopeOf, type Expression, type Scope } from '../graph/expression.js';
import type { InputType } from '../ops.js';
import type { Commands } from './commands.js';
import { newConstants } from './constants.js';
import { emitStage, isConstant, placeWithin, viewed } from './emission.js';
import type { Kernels } from './kernels.js';
import { emitLoop, type OuterPlaces } from './loop.js';
import { neededOf, type Needed } from './needed.js';
import { planOf, type Plan } from './plan.js';
import { standIn } from './template.js';
import { contiguous, countOf, type View } from './view.js';

type Shape = readonly number[];

export interface WholeProgram {
  /** the inputs that its results need, in the order of their stand-ins */
  fed: readonly string[];
  /** the results' names; their stand-ins are behind the inputs' */
  names: readonly string[];
  /** Writes the commands of a run to an empty tape, with stand-ins for all that is fed and for the results. @returns the results' shapes */
  emit: (commands: Commands, shapes: readonly Shape[]) => Shape[];
}

/** @param results by the names that they are to have */
export function wholeProgram(
  kernels: Kernels,
  inputs: Readonly<Record<string, InputType>>,
  results: Readonly<Record<string, Expression>>,
): WholeProgram {
  const names = Object.keys(results);
  const values = Object.values(results);
  const needed = neededOf(values);
  const plan = planOf(undefined, needed, values);
  const loops = new Map(
    plan.stages.flatMap((stage) => (stage.kind === 'loop' ? [[stage.scope, loopPlan(stage.scope, needed)] as const] : [])),
  );
  const lastUses = lastUsesOf(plan, values);
  const constants = newConstants(kernels);
  const inputOf = (name: string): Expression[] => needed.of(undefined).filter(({ node }) => node.attributes['name'] === name);
  const fed = Object.keys(inputs).flatMap(inputOf);
  /** of a value that is several results the first */
  const resultOf = new Map<Expression, number>();
  for (const [i, value] of values.entries()) if (plan.isMade(value) && !resultOf.has(value)) resultOf.set(value, i);

  function emit(commands: Commands, shapes: readonly Shape[]): Shape[] {
    const { memory } = commands;
    const views = new Map<Expression, View>(fed.map((value, i) => [value, contiguous(standIn(i), shapes[i]!)]));
    const owned = new Map<Expression, number>();
    const placed = new Map<number, View>();
    const resultAt = (i: number, shape: readonly number[]): View => {
      const view = contiguous(standIn(fed.length + i), shape);
      placed.set(i, view);
      return view;
    };
    const places: OuterPlaces = {
      view(value) {
        const there = views.get(value);
        if (there) return there;
        return value.node.data ? constants.view(value) : viewed(value, places.view, commands)!;
      },
      place(value, shape) {
        const there = views.get(value);
        if (there) return there;
        const result = resultOf.get(value);
        let view = placeWithin(plan, value, shape, places);
        if (!view && result !== undefined) view = resultAt(result, shape);
        if (!view) {
          view = contiguous(memory.take(countOf(shape)), shape);
          owned.set(value, view.address);
        }
        views.set(value, view);
        return view;
      },
      put: (value, view) => void views.set(value, view),
      packed: (value) => (isConstant(value) ? constants.packed(value) : undefined),
      packedBytes: constants.packedBytes,
    };
    for (const [i, stage] of plan.stages.entries()) {
      if (stage.kind === 'loop') emitLoop(stage.scope, loops.get(stage.scope)!, needed, commands, places);
      else emitStage(stage, commands, places);
      for (const value of lastUses[i]!) {
        const address = owned.get(value);
        if (address !== undefined) memory.give(address);
      }
    }
    for (const [i, value] of values.entries())
      if (!placed.has(i)) {
        const view = places.view(value);
        commands.copy(view, resultAt(i, view.shape));
      }
    return values.map((_, i) => placed.get(i)!.shape);
  }

  return { fed: fed.map(({ node }) => String(node.attributes['name'])), names, emit };
}

/** What a loop carries, and what a stack of is wanted: no other value needs a place where its formula ends. */
function loopPlan(scope: Scope, needed: Needed): Plan {
  const stacked = [...scope.outputs].flatMap(([value, stack]) => (needed.has(stack) ? [value] : []));
  return planOf(
    scope,
    needed,
    [...scope.newStates, ...stacked].filter((value) => needed.has(value) && scopeOf(value) === scope),
  );
}

/** For each stage the values whose memory nothing needs after it. */
function lastUsesOf({ stages, within, isMade }: Plan, results: readonly Expression[]): Expression[][] {
  /** the value whose memory holds the numbers */
  const owner = (value: Expression): Expression => {
    const inside = within.get(value);
    if (inside) return owner(inside.whole);
    return isMade(value) || value.node.inputs.length === 0 ? value : owner(value.node.inputs[0]!);
  };
  const last = new Map<Expression, number>();
  for (const [i, { inputs, outputs }] of stages.entries()) for (const value of [...inputs, ...outputs]) last.set(owner(value), i);
  for (const value of results) last.set(owner(value), Infinity);
  const found: Expression[][] = stages.map(() => []);
  for (const [value, i] of last) found[i]?.push(value);
  return found;
}
