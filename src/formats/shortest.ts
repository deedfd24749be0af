/** 32-bit floats as the decimals of the fewest digits that read back as the same float. */

/** 10^0 to 10^22, which are exact: so a quotient by one is the double that a reader of the decimal gets. */
export const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * The double whose shortest decimal text reads back as the float `x`: 0.1 for 0.10000000149011612.
 * Nine significant digits always suffice for a 32-bit float; the fewest from six on that do are taken.
 *
 * @example shortest(Math.fround(0.1)) // 0.1
 */
export function shortest(x: number): number {
  if (Number.isInteger(x)) return x === 0 ? 0 : x;
  if (isUsual(x)) {
    const power = POWERS[decimalsOf(x)]!;
    return Math.round(x * power) / power;
  }
  const exponent = Math.floor(Math.log10(Math.abs(x)));
  for (let digits = 6; digits <= 9; digits++) {
    const power = POWERS[digits - 1 - exponent];
    const value = power === undefined ? Number(x.toPrecision(digits)) : Math.round(x * power) / power;
    if (Math.fround(value) === x) return value;
  }
  return Number(x.toPrecision(9));
}

/** Whether `decimalsOf` and JavaScript's decimals without an exponent are for numbers of this size. */
export const isUsual = (x: number): boolean => Math.abs(x) >= 1e-6 && Math.abs(x) < 1e6;

/** How many digits behind the point the shortest decimal of a usual float has, zeros at its end among them; all its digits are at most nine. */
export function decimalsOf(x: number): number {
  let decimals = 7 - exponentOf(Math.abs(x));
  if (!readsBack(x, POWERS[decimals]!)) return decimals + 1;
  const least = decimals - 2;
  while (decimals > least && readsBack(x, POWERS[decimals - 1]!)) decimals--;
  return decimals;
}

const readsBack = (x: number, power: number): boolean => Math.fround(Math.round(x * power) / power) === x;

/** The largest e with 10^e ≤ size, of sizes that are usual. A logarithm would take as long as all the rest. */
function exponentOf(size: number): number {
  if (size >= 1) return size < 10 ? 0 : size < 1e2 ? 1 : size < 1e3 ? 2 : size < 1e4 ? 3 : size < 1e5 ? 4 : 5;
  return size >= 0.1 ? -1 : size >= 0.01 ? -2 : size >= 1e-3 ? -3 : size >= 1e-4 ? -4 : size >= 1e-5 ? -5 : -6;
}
