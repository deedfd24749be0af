/** Numbers as the picture writes them: U+2212 for minus, a fixed number of decimals, never "−0.00". */

/** @example decimals(-0.004, 2) // "0.00" */
export function decimals(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A term of a sum after the first: "− 0.1" and not "+ −0.1". */
export function term(value: number, digits: number): string {
  const text = decimals(value, digits);
  return text.startsWith('−') ? `− ${text.slice(1)}` : `+ ${text}`;
}

/** A factor: in brackets where it is negative. */
export function factor(value: number, digits: number): string {
  const text = decimals(value, digits);
  return text.startsWith('−') ? `(${text})` : text;
}

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';
/** @example subscript(12) // "₁₂" */
export const subscript = (number: number): string => String(number).replace(/\d/g, (digit) => SUBSCRIPTS[Number(digit)]!);

/** 1234567 → 1,234,567 */
export const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
