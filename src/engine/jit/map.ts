/**
 * A kernel for each formula: operations on each element that follow one another become one pass over memory, with what is between them in
 * registers. The gates of a cell are such a formula, and so is their way back.
 */
import { R10, R11, R12, R13, R14, R15, R8, R9, RAX, RBP, RBX, RCX, RDX, RSI, RSP, type Assembler, type Memory } from './assembler.js';
import { FUNCTIONS, SPARE } from './functions.js';
import { newRegisters } from './registers.js';
import { argument, next } from './tape.js';
import { vectors, type Operand, type VectorSet, type Vectors } from './vectors.js';

/** One value of a formula; what it is made from are values before it, by their places. */
export type Value =
  /** of an operand that is read by the row the number at that place */
  | { kind: 'input'; operand: number; at?: number }
  | { kind: 'number'; value: number }
  | { kind: 'function'; name: string; of: number }
  | { kind: 'binary'; name: Binary; of: readonly [number, number] };

export type Binary = 'add' | 'subtract' | 'multiply' | 'divide' | 'atLeast';

/** What a kernel computes, as plain data. */
export interface Formula {
  values: readonly Value[];
  /** what is read: by columns, or some numbers a row */
  inputs: readonly ('columns' | 'row')[];
  /** which values are written, each by columns */
  outputs: readonly number[];
  /** operands, the outputs behind the inputs, whose rows are chosen by 32-bit integers: there is one group of rows then */
  chosen?: readonly number[];
}

/** Words of the command before those of the operands: groups of rows, rows, bytes of whole vectors in a row, the mask's address or 0, where the integers are that choose rows or 0. */
const HEAD = 5;
/** Words of an operand, the inputs' before the outputs': address, distance from row to row and from group to group, in bytes. */
const EACH = 3;

/** Registers for the addresses of operands; for those beyond them they are loaded at each use. */
const POINTERS = [RSI, RBX, RBP, R8, R9, R10, R11, R12, R13, R14, R15];
const [COLUMN, LIMIT] = [RCX, RDX];

// the frame: of each operand where its group and its row begin, the rows and groups that are left, and vectors that registers cannot hold
const groupAt = (operand: number): Memory => ({ base: RSP, offset: 16 * operand });
const rowAt = (operand: number): Memory => ({ base: RSP, offset: 16 * operand + 8 });
const [ROWS, GROUPS, CHOICE] = [2048, 2056, 2064].map((offset): Memory => ({ base: RSP, offset })) as [Memory, Memory, Memory];
const SPILLED = 2112;
const MOST_OPERANDS = 128;

/** Command: a formula, of each element. */
export function map(set: VectorSet, formula: Formula): (code: Assembler) => void {
  const operands = formula.inputs.length + formula.outputs.length;
  const { chosen = [] } = formula;
  if (operands > MOST_OPERANDS) throw new Error(`a formula of ${operands} operands`);
  return (code) => {
    const v = vectors(code, set);
    const mask = code.label();
    const [group, row, column, tail, rowDone, groupDone, done] = Array.from({ length: 7 }, () => code.label());
    for (let i = 0; i < operands; i++) {
      code.load(RAX, argument(HEAD + EACH * i));
      code.store(groupAt(i), RAX);
    }
    code.load(RAX, argument(3));
    code.isZero(RAX);
    code.jump(mask, 'equal');
    v.setTail({ base: RAX }, RAX);
    code.bind(mask);
    code.load(RAX, argument(0));
    code.store(GROUPS, RAX);

    code.bind(group!);
    code.subtract(GROUPS, { number: 1 });
    code.jump(done!, 'less');
    for (let i = 0; i < operands; i++) {
      code.load(RAX, groupAt(i));
      code.store(rowAt(i), RAX);
    }
    code.load(RAX, argument(1));
    code.store(ROWS, RAX);
    if (chosen.length > 0) {
      code.load(RAX, argument(4));
      code.store(CHOICE, RAX);
    }

    code.bind(row!);
    code.subtract(ROWS, { number: 1 });
    code.jump(groupDone!, 'less');
    for (const i of chosen) {
      code.load(RAX, CHOICE);
      code.loadShort(RAX, { base: RAX });
      code.multiply(RAX, argument(HEAD + EACH * i + 1));
      code.addFrom(RAX, groupAt(i));
      code.store(rowAt(i), RAX);
    }
    for (let i = 0; i < Math.min(operands, POINTERS.length); i++) code.load(POINTERS[i]!, rowAt(i));
    code.clear(COLUMN);
    code.load(LIMIT, argument(2));
    code.bind(column!);
    code.compare(COLUMN, LIMIT);
    code.jump(tail!, 'atLeast');
    elements(code, v, formula, false);
    code.add(COLUMN, { number: v.size });
    code.jump(column!);
    code.bind(tail!);
    code.load(RAX, argument(3));
    code.isZero(RAX);
    code.jump(rowDone!, 'equal');
    elements(code, v, formula, true);
    code.bind(rowDone!);
    if (chosen.length > 0) code.add(CHOICE, { number: 4 });
    for (let i = 0; i < operands; i++) {
      code.load(RAX, argument(HEAD + EACH * i + 1));
      code.add(rowAt(i), RAX);
    }
    code.jump(row!);

    code.bind(groupDone!);
    for (let i = 0; i < operands; i++) {
      code.load(RAX, argument(HEAD + EACH * i + 2));
      code.add(groupAt(i), RAX);
    }
    code.jump(group!);
    code.bind(done!);
    next(code, HEAD + EACH * operands);
  };
}

/** The formula for one vector of columns; the last one of a row may be cut. */
function elements(code: Assembler, v: Vectors, { values, inputs, outputs }: Formula, cut: boolean): void {
  const uses = usesOf(values, outputs);
  const fused = productsWithin(values, outputs, uses);
  const registers = newRegisters(v, uses, SPILLED);
  const pointer = (operand: number): number => {
    if (operand < POINTERS.length) return POINTERS[operand]!;
    code.load(RAX, rowAt(operand));
    return RAX;
  };
  const at = (operand: number): Memory => ({ base: pointer(operand), index: COLUMN });
  const fetch = (place: number, to: number): void => {
    const value = values[place]!;
    if (value.kind === 'number') v.broadcast(to, { value: value.value });
    else if (value.kind !== 'input') throw new Error('it is computed and not fetched');
    else if (inputs[value.operand] === 'row') v.broadcast(to, { base: pointer(value.operand), offset: 4 * (value.at ?? 0) });
    else if (cut) v.loadTail(to, at(value.operand));
    else v.load(to, at(value.operand));
  };
  const isFetched = (place: number): boolean => ['input', 'number'].includes(values[place]!.kind);
  /** a register that holds the value */
  const held = (place: number, now: number): number => registers.hold(place, now, isFetched(place) ? (to) => fetch(place, to) : undefined);
  /** a number need not be in a register */
  const operandOf = (place: number, now: number): Operand => {
    const value = values[place]!;
    return value.kind === 'number' ? { value: value.value } : held(place, now);
  };

  for (const [place, value] of values.entries()) {
    if (isFetched(place) || fused.has(place)) continue;
    if (value.kind === 'function') {
      const x = held(value.of, place);
      const to = registers.take(place, place);
      const spare = Array.from({ length: SPARE }, () => registers.spare(place));
      FUNCTIONS[value.name]!(v, to, x, spare);
      spare.forEach(registers.give);
    } else if (value.kind === 'binary') {
      const [a, b] = value.of;
      const product =
        value.name === 'add' || value.name === 'subtract'
          ? [b, ...(value.name === 'add' ? [a] : [])].find((one) => fused.has(one))
          : undefined;
      if (product === undefined) {
        const [first, third] = [held(a, place), operandOf(b, place)];
        v[value.name](registers.take(place, place), first, third);
      } else {
        // other ± first · second, rounded once
        const [first, second] = (values[product] as Extract<Value, { kind: 'binary' }>).of;
        const other = held(product === b ? a : b, place);
        const [x, y] = [held(first, place), operandOf(second, place)];
        const to = registers.take(place, place);
        v.move(to, other);
        v[value.name === 'add' ? 'multiplyAdd' : 'subtractProduct'](to, x, y);
      }
    }
    for (const [i, output] of outputs.entries()) if (output === place) write(i, place);
    registers.dropAfter(place);
  }
  // what is handed on as it was read
  for (const [i, output] of outputs.entries())
    if (isFetched(output)) {
      write(i, values.length);
      registers.dropAfter(values.length);
    }

  function write(i: number, now: number): void {
    const from = held(outputs[i]!, now);
    const to = at(inputs.length + i);
    if (cut) v.storeTail(to, from);
    else v.store(to, from);
  }
}

/** For each value the places that need it, in order; an output is needed where it is made, or at the end. */
function usesOf(values: readonly Value[], outputs: readonly number[]): number[][] {
  const uses: number[][] = values.map(() => []);
  for (const [place, value] of values.entries()) {
    if (value.kind === 'function') uses[value.of]!.push(place);
    if (value.kind === 'binary') for (const of of value.of) uses[of]!.push(place);
  }
  for (const output of outputs) if (['input', 'number'].includes(values[output]!.kind)) uses[output]!.push(values.length);
  return uses;
}

/** Products that nothing but one sum or difference needs: they are part of it. Their factors are needed there, then. */
function productsWithin(values: readonly Value[], outputs: readonly number[], uses: number[][]): Set<number> {
  const fused = new Set<number>();
  for (const [place, value] of values.entries()) {
    if (value.kind !== 'binary' || (value.name !== 'add' && value.name !== 'subtract')) continue;
    const candidates = value.name === 'add' ? [value.of[1], value.of[0]] : [value.of[1]];
    const within = candidates.find((of) => {
      const one = values[of]!;
      return one.kind === 'binary' && one.name === 'multiply' && uses[of]!.length === 1 && !outputs.includes(of);
    });
    if (within === undefined) continue;
    fused.add(within);
    for (const factor of (values[within] as Extract<Value, { kind: 'binary' }>).of) {
      const own = uses[factor]!;
      own[own.indexOf(within)] = place;
      own.sort((a, b) => a - b);
    }
  }
  return fused;
}

/** The words of a command: sizes of the domain, then of each operand its address and distances. @param choice where the integers are that choose rows */
export function mapWords(
  groups: number,
  rows: number,
  columns: { whole: number; mask: number },
  operands: readonly (readonly [address: number, row: number, group: number])[],
  choice = 0,
): number[] {
  return [groups, rows, columns.whole, columns.mask, choice, ...operands.flat()];
}
