/**
 * Arithmetic on each element whose results take the place of what was read, such as a step of an optimiser: written once, as a function over
 * `Arithmetic`. An engine that has machine code for it brings its own; any other has JavaScript, which is written here as text and compiled
 * by the engine of JavaScript, so that one loop goes over the memory once.
 */

export interface Arithmetic<T> {
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;
  squareRoot(x: T): T;
}

export interface Formula {
  /** arrays whose elements are read and then written, and arrays that are read alone */
  written: readonly string[];
  read: readonly string[];
  /** numbers that serve all elements */
  numbers: readonly string[];
  /** the new elements of what is written, by name */
  build: <T>(ops: Arithmetic<T>, values: Readonly<Record<string, T>>) => Readonly<Record<string, T>>;
}

/** A stretch of all arrays; or rows of one width: of what is written those of these numbers, of what is read alone one after another, from a first one on. */
export type Where = { begin: number; count: number } | { rows: Int32Array; width: number; first: number };

export type InPlace = (arrays: Readonly<Record<string, Float32Array>>, numbers: Readonly<Record<string, number>>, where: Where) => void;

/** The formula in JavaScript. It computes with 64 bits and rounds what it writes. */
export function scripted({ written, read, numbers, build }: Formula): InPlace {
  const lines: string[] = [];
  const value = (text: string): string => `v${lines.push(text) - 1}`;
  const ops: Arithmetic<string> = {
    add: (a, b) => value(`${a} + ${b}`),
    subtract: (a, b) => value(`${a} - ${b}`),
    multiply: (a, b) => value(`${a} * ${b}`),
    divide: (a, b) => value(`${a} / ${b}`),
    squareRoot: (x) => value(`Math.sqrt(${x})`),
  };
  const element = (name: string): string => (written.includes(name) ? `${name}[at + i]` : `${name}[from + i]`);
  const given = [...written, ...read].map((name) => [name, value(element(name))]);
  const results = build(ops, Object.fromEntries([...given, ...numbers.map((name) => [name, name])]) as Record<string, string>);
  const body = [...lines.map((text, i) => `const v${i} = ${text};`), ...written.map((name) => `${element(name)} = ${results[name]};`)];
  const text = `for (let i = 0; i < count; i++) { ${body.join(' ')} }`;
  // the text is made of the names and operations above alone
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const loop = new Function(...written, ...read, ...numbers, 'at', 'from', 'count', text) as (...given: unknown[]) => void;
  return (arrays, values, where) => {
    const common = [...[...written, ...read].map((name) => arrays[name]), ...numbers.map((name) => values[name])];
    if ('begin' in where) loop(...common, where.begin, where.begin, where.count);
    else for (const [i, row] of where.rows.entries()) loop(...common, row * where.width, (where.first + i) * where.width, where.width);
  };
}
