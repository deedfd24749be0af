/**
 * Functions of each number of a vector, by polynomials (Moshier's Cephes library for exp and log, and the quotient of polynomials that
 * Eigen and ONNX Runtime have for tanh): within a few units of the last digit. What is not a number stays so: an operand of `min` and
 * `max` that may be none stands last, since these give their last one then.
 */
import type { Vectors } from './vectors.js';

/** Writes a function of `x` to another register; `spare` are registers that may be lost. */
export type VectorFunction = (v: Vectors, to: number, x: number, spare: readonly number[]) => void;

/** How many spare registers the functions take at the most. */
export const SPARE = 2;

const number = (value: number): { value: number } => ({ value });
/** to = ((c₀x + c₁)x + …), by Horner's rule */
function polynomial(v: Vectors, to: number, x: number, coefficients: readonly number[]): void {
  const [first, ...others] = coefficients;
  v.broadcast(to, number(first!));
  for (const coefficient of others) v.multiplyByAdd(to, x, number(coefficient));
}

/** Beyond these exp is 0, and infinite. */
const [EXP_LEAST, EXP_MOST] = [-88, 89];
const EXPONENT_BIAS = 127;
const MANTISSA_BITS = 23;
/** ln 2 in two parts, of which the first has few digits, so that its products are exact */
const [LN2_HIGH, LN2_LOW] = [0.693359375, -2.1219444e-4];
const EXP = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1, 1];

/** exp of what is in r: 2ⁿ·p(r - n·ln 2) with n = round(r / ln 2) */
function expOf(v: Vectors, to: number, r: number, n: number): void {
  v.broadcast(n, number(EXP_LEAST));
  v.max(r, n, r);
  v.broadcast(n, number(EXP_MOST));
  v.min(r, n, r);
  v.multiply(n, r, number(Math.LOG2E));
  v.round(n, n);
  v.subtractProduct(r, n, number(LN2_HIGH));
  v.subtractProduct(r, n, number(LN2_LOW));
  polynomial(v, to, r, EXP);
  v.add(n, n, number(EXPONENT_BIAS));
  v.toIntegers(n, n);
  v.shiftLeft(n, n, MANTISSA_BITS);
  v.multiply(to, to, n);
}

const exp: VectorFunction = (v, to, x, [r, n]) => {
  v.move(r!, x);
  expOf(v, to, r!, n!);
};

/** 1 / (1 + exp -x) */
const sigmoid: VectorFunction = (v, to, x, [r, n]) => {
  v.xor(r!, x, number(-0));
  expOf(v, to, r!, n!);
  v.add(to, to, number(1));
  v.broadcast(n!, number(1));
  v.divide(to, n!, to);
};

/** Beyond it tanh is 1. */
const TANH_MOST = 9;
const TANH_ABOVE = [
  -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8, 1.48572235717979e-5, 6.37261928875436e-4,
  4.89352455891786e-3,
];
const TANH_BELOW = [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3];

/** x·p(x²) / q(x²) */
const tanh: VectorFunction = (v, to, x, [square, q]) => {
  v.broadcast(q!, number(TANH_MOST));
  v.min(to, q!, x);
  v.broadcast(q!, number(-TANH_MOST));
  v.max(to, q!, to);
  v.multiply(square!, to, to);
  polynomial(v, q!, square!, TANH_ABOVE);
  v.multiply(to, to, q!);
  polynomial(v, q!, square!, TANH_BELOW);
  v.divide(to, to, q!);
};

const SMALLEST = 2 ** -126;
const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1,
  3.3333331174e-1, -0.5,
];

/** x = m·2ᵉ with m about 1: e·ln 2 + log m; -∞ of 0, and no number of negative ones */
const log: VectorFunction = (v, to, x, [e, m]) => {
  // the mantissa as a number of ½ … 1, the exponent as a float
  v.broadcast(m!, number(SMALLEST));
  v.max(m!, m!, x);
  v.shiftRight(e!, m!, MANTISSA_BITS);
  v.fromIntegers(e!, e!);
  v.and(m!, m!, { bits: 0x007f_ffff });
  v.or(m!, m!, number(0.5));
  // below √½ twice the mantissa and one less of the exponent
  v.atLeast(to, m!, number(Math.SQRT1_2));
  v.add(e!, e!, to);
  v.subtract(e!, e!, number(EXPONENT_BIAS));
  v.multiply(to, to, m!);
  v.add(m!, m!, m!);
  v.subtract(m!, m!, to);
  v.subtract(m!, m!, number(1));
  // p(m)·m² + m, and e·ln 2 in its two parts
  polynomial(v, to, m!, LOG);
  v.multiply(to, to, m!);
  v.multiply(to, to, m!);
  v.multiplyAdd(to, e!, number(LN2_LOW));
  v.add(to, to, m!);
  v.multiplyAdd(to, e!, number(LN2_HIGH));
  // 1/1 - 1 is nothing to take away, and 1/0 - 1 all
  v.atLeast(e!, x, number(SMALLEST));
  v.broadcast(m!, number(1));
  v.divide(e!, m!, e!);
  v.subtract(e!, e!, m!);
  v.subtract(to, to, e!);
  v.min(m!, m!, x);
  v.squareRoot(m!, m!);
  v.multiplyAdd(to, m!, number(0));
};

const abs: VectorFunction = (v, to, x, [negative]) => {
  v.xor(negative!, x, number(-0));
  v.max(to, negative!, x);
};

/** -1, 0 or 1 */
const sign: VectorFunction = (v, to, x, [negative]) => {
  v.xor(negative!, x, number(-0));
  v.atLeast(negative!, negative!, number(SMALLEST));
  v.atLeast(to, x, number(SMALLEST));
  v.subtract(to, to, negative!);
};

const squareRoot: VectorFunction = (v, to, x) => v.squareRoot(to, x);

/** By the name of the operation. */
export const FUNCTIONS: Readonly<Record<string, VectorFunction>> = { exp, log, sigmoid, tanh, abs, sign, squareRoot };
