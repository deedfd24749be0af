/** The style of a picture as CSS: one class a step of each scale, one a kind of mark; colours by name, so that a theme is a list of names. */
import { DARK, INK, LIGHT, numberOn, type Palette } from './palette.js';

export const SANS = `system-ui,-apple-system,"Segoe UI","PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","WenQuanYi Micro Hei",sans-serif`;
export const MONO = `ui-monospace,Consolas,"DejaVu Sans Mono",monospace`;

/** Every colour of a palette by the name that rules use. */
function coloursOf(palette: Palette): Record<string, string> {
  const colours: Record<string, string> = {};
  const { signed, share, kinds, ...named } = palette;
  for (const [i, colour] of signed.entries()) Object.assign(colours, { [`s${i}`]: colour, [`n${i}`]: numberOn(colour) });
  for (const [i, colour] of share.entries()) Object.assign(colours, { [`g${i}`]: colour, [`m${i}`]: numberOn(colour) });
  for (const [i, colour] of kinds.entries()) colours[`q${i}`] = colour;
  return { ...colours, ...named };
}

const steps = (letter: string, count: number, rule: (name: string) => string): string =>
  Array.from({ length: count }, (_, i) => `.${rule(`${letter}${i}`)}`).join('');

/** The rules of marks; `--name` stands for a colour. */
const RULES = [
  steps('s', 21, (name) => `${name}{fill:var(--${name})}`),
  steps('g', 11, (name) => `${name}{fill:var(--${name})}`),
  steps('n', 21, (name) => `${name}{fill:var(--${name})}`),
  steps('m', 11, (name) => `${name}{fill:var(--${name})}`),
  `text{font-family:${SANS}}`,
  `.mono{font-family:${MONO}}.bold{font-weight:700}.middle{text-anchor:middle}.end{text-anchor:end}.f{unicode-bidi:isolate}`,
  `.ink{fill:var(--ink)}.soft{fill:var(--soft)}.hidden-text{fill:var(--hidden)}.cell-text{fill:var(--cell)}`,
  `.page{fill:var(--page)}.page-plate{fill:var(--page)}.ground-plate{fill:none}`,
  `.outline{fill:none;stroke:var(--soft);stroke-width:.75}.separators{fill:none;stroke:var(--page);stroke-width:.75;opacity:.7}`,
  `.token{fill:var(--panel);stroke:var(--soft)}.frame{fill:none;stroke:var(--ink)}`,
  `.dashed{fill:var(--page);stroke:var(--soft);stroke-width:1;stroke-dasharray:4 3}`,
  `.dots{fill:none;stroke:var(--soft);stroke-width:1.25;stroke-dasharray:4 3}`,
  `.decade{fill:var(--faint)}.missing{fill:none;stroke:var(--faint)}.hatch-line{stroke:var(--faint);stroke-width:1.5}`,
  `.bar{fill:var(--bar)}.best{fill:var(--answer)}.trough{fill:none;stroke:var(--bar)}.axis{fill:var(--soft)}.rule{fill:var(--ink)}`,
  `.span{fill:var(--panel);stroke:var(--answer);stroke-width:1.5}.answer-box{fill:var(--panel);stroke:var(--answer);stroke-width:1.5}.lens{fill:none;stroke:var(--chosenEdge);stroke-width:2.5}`,
  `.chosen{fill:var(--chosen);stroke:var(--chosenEdge);stroke-width:2}.pinned{fill:none;stroke:var(--ink);stroke-width:1.5}`,
  `${steps('q', 6, (name) => `${name}{fill:var(--${name})}`)}.qother{fill:none;stroke:var(--bar);stroke-width:1.25}`,
  `.a{fill:none;stroke-linejoin:round}.within{stroke:var(--soft)}.output{stroke:var(--ink)}.hidden{stroke:var(--hidden)}.loop{stroke:var(--soft)}.looked{stroke:var(--answer)}.cell{stroke:var(--cell)}`,
  `.h-within{fill:var(--soft)}.h-output{fill:var(--ink)}.h-loop{fill:var(--soft)}.h-hidden{fill:var(--hidden)}.h-cell{fill:var(--cell)}.halo{fill:none;stroke:var(--page)}`,
  `.notch{fill:var(--page);stroke:var(--ink);stroke-width:.5}.operation{fill:var(--page);stroke:var(--ink);stroke-width:1.5}.inside{fill:var(--panel);stroke:var(--soft)}`,
  `.ink-plus{fill:var(--ink)}.ink-minus{fill:var(--page);stroke:var(--ink)}.ink-left{fill:var(--bar)}.ink-zero{stroke:var(--bar);stroke-width:.5}`,
  `image{image-rendering:pixelated}`,
].join('');

/** Strips of an SVG file are strokes. */
const STROKES = steps('s', 21, (name) => `k${name}{stroke:var(--${name})}`) + steps('g', 11, (name) => `k${name}{stroke:var(--${name})}`);
const named = (rules: string, palette: Palette): string => {
  const colours = coloursOf(palette);
  return rules.replace(/var\(--(\w+)\)/g, (_, name: string) => colours[name]!);
};

/** `mono`: black and white, for paper. */
export const THEMES = ['auto', 'light', 'dark', 'mono'] as const;
export type Theme = (typeof THEMES)[number];

/** The style of an SVG file: plain colours, which every program that opens SVG understands. */
export function svgStyle(theme: Theme): string {
  const base = named(RULES + STROKES, { auto: LIGHT, light: LIGHT, dark: DARK, mono: INK }[theme]);
  if (theme !== 'auto') return base;
  return `${base}.dark{display:none}@media (prefers-color-scheme:dark){${named(RULES + STROKES, DARK)}.light{display:none}.dark{display:inline}}`;
}

const variables = (palette: Palette): string =>
  Object.entries(coloursOf(palette))
    .map(([name, colour]) => `--${name}:${/^[nm]\d/.test(name) ? colour.slice(0, 4) : colour}`)
    .join(';');

/** Only what is drawn in black and white: cells have no colours there, numbers stand on the page. */
function monoTheme(): string {
  const colours = Object.entries(coloursOf(INK)).filter(([name]) => !/^[sgnm]\d/.test(name));
  const mono = ':root[data-theme=mono]';
  const plain = `${mono} .mono text{fill:var(--ink)}${mono} .cells td{background:none;color:var(--ink)}`;
  return `${mono}{${colours.map(([name, colour]) => `--${name}:${colour}`).join(';')}}${plain}`;
}

/** The style of a page: colours as variables, dark where the reader's system or the page's own switch says so, light on paper. */
export function pageStyle(theme: Theme): string {
  const dark = `${variables(DARK)};color-scheme:dark`;
  const switched = (start: string): string => `${start} .light{display:none}${start} .dark{display:inline}`;
  const off = ':root[data-theme=dark]';
  const system = ':root:not([data-theme=light],[data-theme=mono])';
  return [
    `:root{${variables(LIGHT)};color-scheme:light}.dark{display:none}${monoTheme()}`,
    `@media screen{${off}{${dark}}${switched(off)}}`,
    theme === 'auto' ? `@media screen and (prefers-color-scheme:dark){${system}{${dark}}${switched(system)}}` : '',
    RULES,
    `@media (forced-colors:active){svg{forced-color-adjust:none}}`,
  ].join('');
}
