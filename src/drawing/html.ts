/**
 * The page: the picture, a table of every time step, the numbers and the script, in one file that asks for nothing.
 */
import { descriptionOf, meanOf, subtitleOf, titleOf } from './describe.js';
import { decimals } from './numbers.js';
import { CODE, LOADER, NUMBERS, packedCode, packedNumbers } from './loader.js';
import { packScene } from './pack.js';
import { pictureOf } from './picture.js';
import type { Deflate } from './png.js';
import { rowOf, type Scene } from './scene.js';
import { pageStyle, type Theme } from './style.js';
import { escapeXml } from './markup.js';
import { svg } from './svg.js';
import { visible } from './text.js';
import type { View } from './view.js';
import { signOf } from './words.js';
import { pageHead } from './page-head.js';
import { CHROME } from './page-style.js';
import { WORDS } from './page-words.js';

interface PageParts {
  theme: Theme;
  tokenLanguage: string;
  script: string;
  deflate: Deflate;
  hash: (text: string) => string;
  full: boolean;
}

/** What the page's script is told besides the scene. */
export interface PageSettings {
  view: View;
  tokenLanguage: string;
  /** time steps [from, to) that are there whole, where not all are */
  only?: readonly [number, number] | undefined;
}

export function page(scene: Scene, view: View, { theme, tokenLanguage, script, deflate, hash, full }: PageParts): string {
  const style = pageStyle(theme) + CHROME;
  const { language } = view;
  const packed = packScene(scene, view.chosen, full);
  const settings: PageSettings = { view, tokenLanguage, only: packed.only };
  const words = WORDS[language];
  const picture = svg(pictureOf(scene, view), {
    prefix: 'p',
    strips: view.ink ? { how: 'ink' } : { how: 'image', deflate, theme },
    title: titleOf(scene),
    description: descriptionOf(scene, language),
    chosen: view.chosen,
    tokenLanguage,
  });
  const title = escapeXml(titleOf(scene));
  return `${pageHead({ title: titleOf(scene), language, theme, style, scripts: [LOADER, script], hash })}
<body>
<a class="skip" href="#picture">${words.skip}</a>
<header>
<h1 id="sentence" lang="${tokenLanguage}" tabindex="0"><bdi>${title}</bdi></h1>
<p>${escapeXml(subtitleOf(scene, language))}</p>
${packed.only ? `<p>${escapeXml(words.only(packed.only[0] + 1, packed.only[1]))}</p>` : ''}
</header>
<div id="controls" role="group" aria-label="${words.controls}" hidden></div>
<main>
<div id="picture" role="group" tabindex="0" aria-label="${words.picture}">
${picture}
</div>
<section id="opened" aria-labelledby="opened-title" hidden></section>
<section id="pins" aria-labelledby="pins-title" hidden></section>
<section id="summary" aria-labelledby="summary-title">
<h2 id="summary-title">${words.summary}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="summary-title">
${summaryTable(scene, view, tokenLanguage)}
</div>
</section>
<section id="tensors" aria-labelledby="tensors-title" hidden></section>
</main>
<p id="live" class="unseen" role="status" aria-live="polite"></p>
<script type="application/json" id="scene">${forScript(packed.json)}</script>
<script type="application/json" id="settings">${forScript(JSON.stringify(settings))}</script>
<script type="application/octet-stream" id="${NUMBERS}">${packedNumbers(packed.bytes, deflate)}</script>
<script type="application/octet-stream" id="${CODE}">${packedCode(script, deflate)}</script>
<script>${LOADER}</script>
</body>
</html>
`;
}

/** JSON that may stand between script tags, whatever strings are in it. */
const forScript = (json: string): string =>
  json.replace(/[<\u2028\u2029]|\p{Cs}/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

const norm = (row: Float32Array | undefined): string => (row ? decimals(Math.hypot(...row), 3) : '');

/** Every time step as a row: what the picture shows, for those who do not see it. */
export function summaryTable(scene: Scene, view: View, tokenLanguage: string): string {
  const words = WORDS[view.language];
  const lane = scene.lanes.find(({ layer }) => layer === view.layer);
  const gates = lane?.gates ?? [];
  const head = [
    words.timeStep,
    words.token,
    ...(scene.ids ? [words.id] : []),
    words.mask,
    ...(lane ? ['‖h‖'] : []),
    ...(lane?.cellStates ? ['‖c‖'] : []),
    ...gates.map(({ name }) => `${signOf(name, scene.cell)} ${words.mean}`),
  ];
  const rows = scene.mask.map((real, t) => {
    const token = scene.tokens[t];
    const cells = [
      token === null || token === undefined ? `<td>‹pad›</td>` : `<td lang="${tokenLanguage}"><bdi>${escapeXml(visible(token))}</bdi></td>`,
      ...(scene.ids ? [`<td>${scene.ids[t] ?? ''}</td>`] : []),
      `<td>${real ? 1 : 0}</td>`,
      ...(lane ? [`<td>${real ? norm(rowOf(lane.hiddenStates, t)) : ''}</td>`] : []),
      ...(lane?.cellStates ? [`<td>${real ? norm(rowOf(lane.cellStates, t)) : ''}</td>`] : []),
      ...gates.map(({ values }) => {
        const row = real ? rowOf(values, t) : undefined;
        return `<td>${row ? decimals(meanOf(row), 3) : ''}</td>`;
      }),
    ];
    return `<tr${real ? '' : ' class="padding"'}><th scope="row">${t + 1}</th>${cells.join('')}</tr>`;
  });
  const columns = head.map((name) => `<th scope="col">${name}</th>`).join('');
  return `<table id="steps"><caption class="unseen">${words.summary}</caption><thead><tr>${columns}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}
