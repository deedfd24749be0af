/** Arithmetic in place as kernels: one for a stretch, one for rows that numbers choose. */
import type { Arithmetic, Formula as Written, InPlace } from '../in-place.js';
import type { Kernels } from './kernels.js';
import { mapWords, type Formula, type Value } from './map.js';
import { newTape } from './tape.js';
import { NUMBER } from './view.js';

export function compiledInPlace(kernels: Kernels, { written, read, numbers, build }: Written): InPlace {
  const arrays = [...written, ...read];
  const values: Value[] = [];
  const value = (one: Value): number => values.push(one) - 1;
  const binary =
    (name: 'add' | 'subtract' | 'multiply' | 'divide') =>
    (a: number, b: number): number =>
      value({ kind: 'binary', name, of: [a, b] });
  const ops: Arithmetic<number> = {
    add: binary('add'),
    subtract: binary('subtract'),
    multiply: binary('multiply'),
    divide: binary('divide'),
    squareRoot: (of) => value({ kind: 'function', name: 'squareRoot', of }),
  };
  // all numbers are one operand, that of the last place
  const given = [
    ...arrays.map((name, operand) => [name, value({ kind: 'input', operand })] as const),
    ...numbers.map((name, at) => [name, value({ kind: 'input', operand: arrays.length, at })] as const),
  ];
  const results = build(ops, Object.fromEntries(given));
  const formula: Formula = {
    values,
    inputs: [...arrays.map(() => 'columns' as const), 'row'],
    outputs: written.map((name) => results[name]!),
  };
  // what is written, as it is read and as it is written
  const chosen = written.flatMap((_, i) => [i, arrays.length + 1 + i]);
  const kernel = once(() => kernels.map(formula));
  const ofRows = once(() => kernels.map({ ...formula, chosen }));
  const held = new Float32Array(numbers.length);
  const tape = newTape();
  return (memory, given, where) => {
    held.set(numbers.map((name) => given[name]!));
    const { addressOf } = kernels.native;
    const [own, others] = [written, read].map((names) => names.map((name) => addressOf(memory[name]!))) as [number[], number[]];
    const numbersAt = [addressOf(held), 0, 0] as const;
    tape.cut(0);
    if ('begin' in where) {
      const at = (address: number): readonly [number, number, number] => [address + NUMBER * where.begin, 0, 0];
      const operands = [...own.map(at), ...others.map(at), numbersAt, ...own.map(at)];
      tape.command(kernel(), ...mapWords(1, 1, kernels.columns(where.count), operands));
    } else {
      const { rows, width, first } = where;
      const most = written.reduce((least, name) => Math.min(least, memory[name]!.length), Infinity) / width;
      if (rows.some((row) => row < 0 || row >= most)) throw new Error('a row is outside of its table');
      const row = NUMBER * width;
      const places = own.map((address) => [address, row, 0] as const);
      const operands = [...places, ...others.map((address) => [address + first * row, row, 0] as const), numbersAt, ...places];
      tape.command(ofRows(), ...mapWords(1, rows.length, kernels.columns(width), operands, addressOf(rows)));
    }
    tape.command(kernels.exit());
    kernels.native.run(tape.bytes());
  };
}

function once(make: () => number): () => number {
  let made: number | undefined;
  return () => (made ??= make());
}
