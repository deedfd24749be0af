/** A scatter as a page that stands alone, without script: the picture for broad and for narrow windows, and all points as a table. */
import { pageHead } from './page-head.js';
import { CHROME } from './page-style.js';
import { scatterPicture, type Scatter } from './scatter-picture.js';
import { pageStyle, type Theme } from './style.js';
import { escapeXml } from './markup.js';
import { svg } from './svg.js';
import { visible } from './text.js';

export interface ScatterPageOptions {
  title: string;
  theme: Theme;
  /** SHA-256 in base64, which the page's policy names its style by */
  hash: (text: string) => string;
}

const WIDTHS = { broad: 1240, middle: 780, narrow: 374 } as const;

const STYLE = `
.middle-window,.narrow-window{display:none}.plot svg{display:block;max-width:100%}td:first-child,th:first-child{text-align:left}td{overflow-wrap:anywhere}
@media screen and (max-width:1279px){.broad-window{display:none}.middle-window{display:block}}
@media screen and (max-width:819px){.middle-window{display:none}.narrow-window{display:block;max-width:374px}}
`.replaceAll('\n', '');

export function scatterPage(scatter: Scatter, { title, theme, hash }: ScatterPageOptions): string {
  const style = pageStyle(theme) + CHROME + STYLE;
  const drawn = Object.entries(WIDTHS).map(([name, width]) => {
    const { picture } = scatterPicture(scatter, width);
    const description = `${scatter.points.length} points; all of them are in the table below`;
    const markup = svg(picture, { prefix: name, strips: { how: 'vector' }, title, description, tokenLanguage: 'zh-Hans' });
    return `<div class="${name}-window">\n${markup}\n</div>`;
  });
  const shown = escapeXml(visible(title));
  return `${pageHead({ title: visible(title), language: 'en', theme, style, scripts: [], hash })}
<body>
<header><h1><bdi>${shown}</bdi></h1></header>
<main>
<div class="plot">
${drawn.join('\n')}
</div>
<section aria-labelledby="points-title">
<h2 id="points-title">Every point</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="points-title">
${table(scatter)}
</div>
</section>
</main>
</body>
</html>
`;
}

function table({ points, kinds }: Scatter): string {
  const rows = points.map(({ name, kind, x, y }) => {
    const text = (value: string): string => `<td lang="zh-Hans"><bdi>${escapeXml(visible(value))}</bdi></td>`;
    return `<tr>${text(name)}${kinds.length > 0 ? text(kind === undefined ? '' : kinds[kind]!) : ''}<td>${x.toPrecision(6)}</td><td>${y.toPrecision(6)}</td></tr>`;
  });
  const head = ['name', ...(kinds.length > 0 ? ['label'] : []), 'x', 'y'].map((name) => `<th scope="col">${name}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}
