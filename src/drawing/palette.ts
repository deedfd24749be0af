/**
 * Colours, and the steps of the scales: 21 for signed values, 11 for shares from 0 to 1. Discrete, so that a legend can be read off
 * and a CSS class carries each. The choice of the hues, and what they are held to, is tested in test/drawing/palette.test.ts.
 */

export interface Palette {
  /** 21 steps from the most negative over zero to the most positive, of equal lightness both sides */
  signed: readonly string[];
  /** 11 steps from 0 to 1 */
  share: readonly string[];
  page: string;
  panel: string;
  ink: string;
  soft: string;
  /** frames, hatching: no text, and never the only sign of anything */
  faint: string;
  hidden: string;
  cell: string;
  chosen: string;
  chosenEdge: string;
  /** kinds of points */
  kinds: readonly string[];
  /** the probable answer's bar and box, and the other bars */
  answer: string;
  bar: string;
}

const words = (text: string): string[] => text.trim().split(/\s+/);

export const LIGHT: Palette = {
  signed: words(`#024e9a #105daf #2d6db9 #447dc3 #5a8dce #709dd8 #86aee2 #9cbfeb #b3d0f5 #cce2ff #f6f3f1
    #fad8c5 #efc3ab #e4af92 #d89b79 #cd8861 #c17549 #b5622f #a84f0b #944302 #7e3903`),
  share: words('#eef5f2 #d3e4dd #b9d3c9 #9ec3b5 #83b2a1 #68a28d #4b917a #2a8168 #007057 #005d47 #014a39'),
  page: '#ffffff',
  panel: '#f4f6f8',
  ink: '#15191e',
  soft: '#4b5563',
  faint: '#c3cad3',
  hidden: '#a8124a',
  cell: '#4a3a8c',
  chosen: '#fff6d6',
  chosenEdge: '#8a6d00',
  kinds: words('#0b5fa5 #b4540a #00765a #a0246a #6a4bb5 #7a5c00'),
  answer: '#007057',
  bar: '#6b7684',
};

export const DARK: Palette = {
  signed: words(`#91c1ff #77b2fe #63a3f4 #5c95de #5487c7 #4d79b0 #456a9a #3d5c84 #354e6d #2d3f56 #302d2c
    #523727 #67422e #7c4e33 #915939 #a5643e #ba6f43 #cf7a48 #e4854d #f99152 #ffa571`),
  share: words('#252a28 #2d3a35 #354a42 #3c5b50 #446d5f #4b7f6d #52927c #59a58c #60b89b #67ccab #6ee0bc'),
  page: '#14171b',
  panel: '#1c2127',
  ink: '#eef1f4',
  soft: '#b4bdc8',
  faint: '#454d57',
  hidden: '#ff7aa8',
  cell: '#b9a8ff',
  chosen: '#2c2710',
  chosenEdge: '#e0c24a',
  kinds: words('#6fb1f2 #f0a05a #4fc79f #f07ab8 #b79cf5 #d9bd4a'),
  answer: '#60b89b',
  bar: '#8b97a5',
};

/** For paper without colour: cells are white, and what is drawn into them says sign and size (`ink.ts`). */
export const INK: Palette = {
  signed: Array<string>(21).fill('#ffffff'),
  share: Array<string>(11).fill('#ffffff'),
  page: '#ffffff',
  panel: '#f6f6f6',
  ink: '#000000',
  soft: '#444444',
  faint: '#bbbbbb',
  hidden: '#000000',
  cell: '#545454',
  chosen: '#ffffff',
  chosenEdge: '#000000',
  kinds: words('#000000 #767676 #444444 #8a8a8a #222222 #606060'),
  answer: '#000000',
  bar: '#8a8a8a',
};

export type Scale = 'signed' | 'share';
const MIDDLE = 10;

/** The step of the scale for a value: 0 … 20 about a fixed zero, or 0 … 10 for a share, whose limit is 1. */
export function levelOf(value: number, scale: Scale, limit: number): number {
  const level = scale === 'share' ? Math.round(value * MIDDLE) : MIDDLE + Math.round((value / limit) * MIDDLE);
  return Math.min(Math.max(level, 0), scale === 'share' ? MIDDLE : 2 * MIDDLE);
}

/** Relative luminance of #rrggbb (WCAG 2). */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** Contrast ratio of two colours (WCAG 2): 1 … 21. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (high! + 0.05) / (low! + 0.05);
}

/** Black or white, whichever is the better to read on this ground. */
export const numberOn = (ground: string): string => (contrast(ground, '#000000') >= contrast(ground, '#ffffff') ? '#000000' : '#ffffff');
