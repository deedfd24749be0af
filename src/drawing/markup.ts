/** Numbers, points and text as they stand in an SVG file. */
import type { Box, Point } from './marks.js';

const DECIMALS = 100;
/** A coordinate with two decimals at most. */
export const at = (value: number): string => String(Math.round(value * DECIMALS) / DECIMALS);

export const escapeXml = (text: string): string =>
  text
    .replace(/[\uFFFE\uFFFF]|\p{Cs}/gu, '\uFFFD')
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '\uFFFD')
    .replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

export const line = (points: readonly Point[]): string => points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('');

/** A closed path about a box. */
export const outlineOf = ({ x, y, width, height }: Box): string => `M${at(x)} ${at(y)}h${at(width)}v${at(height)}h${at(-width)}z`;
