/** The page of `serve` before anything is typed: fields, a panel a step, and the places that the picture's script fills. */
import { LIVE_WORDS } from './live-words.js';
import { CHROME } from './page-style.js';
import { WORDS } from './page-words.js';
import { MONO, pageStyle } from './style.js';
import { escapeXml } from './markup.js';
import { servedHead } from './page-head.js';
import type { Language } from './words.js';

/** What of the model the page is told. */
export interface LiveModel {
  segmenter: string;
  segmenters: readonly string[];
  cell: string;
  cells: readonly string[];
  maxLength: number;
  task: string;
  labels: readonly string[] | undefined;
  language: Language;
  /** in words, for the head */
  about: string;
}

export function livePage(model: LiveModel): string {
  const { language, segmenters, segmenter, cells, cell } = model;
  const [words, page] = [LIVE_WORDS[language], WORDS[language]];
  const select = (id: string, label: string, all: readonly string[], own: string): string =>
    `<label>${label} <select id="${id}">${all
      .map((one) => `<option value="${one}"${one === own ? ' selected' : ''}>${one}${one === own ? ` (${words.ofModel})` : ''}</option>`)
      .join('')}</select></label>`;
  const head = (step: number): string => {
    const [name, why] = words.steps[step - 1]!;
    return `<h2 id="step${step}-title"><span class="number">${step}</span> ${name}</h2><p class="why">${why}</p>`;
  };
  const foot = (step: number): string =>
    `<p class="told"><span id="shape${step}"></span> <code id="command${step}" tabindex="0"></code></p>`;
  const panel = (step: number): string =>
    `<section class="step" id="step${step}" aria-labelledby="step${step}-title">${head(step)}<div class="body" id="body${step}"></div>${foot(step)}</section>`;
  const inPicture = (step: number): string =>
    `<section class="step" id="step${step}" aria-labelledby="step${step}-title">${head(step)}${foot(step)}</section>`;
  return `${servedHead(words.title, language)}
<body>
<a class="skip" href="#picture">${words.skip}</a>
<header><h1>${words.title}</h1><p>${escapeXml(model.about)}</p></header>
<div id="ask" role="group" aria-label="${words.title}">
<label class="text">${words.text} <textarea id="text" rows="2" lang="zh-Hans" spellcheck="false" autocomplete="off"></textarea></label>
<div class="fields"><span id="examples" role="group" aria-label="${words.examples}"></span>
${select('segmenter', words.segmenter, segmenters, segmenter)}
${select('cell', words.cell, cells, cell)}
<span class="length"><label>${words.length} <input id="length" type="range" min="1" max="8" value="8"></label> <output id="length-told" for="length"></output> <button id="auto" type="button" aria-pressed="true">${words.auto}</button></span></div>
</div>
<p id="note" role="status"></p>
<div class="steps">
${[1, 2, 3, 4].map(panel).join('\n')}
</div>
<div class="steps three">
${[5, 6, 7].map(inPicture).join('\n')}
</div>
<div id="controls" role="group" aria-label="${page.controls}" hidden></div>
<main>
<div id="picture" role="group" tabindex="0" aria-label="${page.picture}"></div>
${panel(8)}
<section id="opened" aria-labelledby="opened-title" hidden></section>
<section id="pins" aria-labelledby="pins-title" hidden></section>
<section id="summary" aria-labelledby="summary-title" hidden>
<h2 id="summary-title">${page.summary}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="summary-title" id="summary-body"></div>
</section>
<section id="tensors" aria-labelledby="tensors-title" hidden></section>
</main>
<p id="live" class="unseen" role="status" aria-live="polite"></p>
<script type="application/json" id="model">${JSON.stringify(model).replaceAll('<', String.raw`\u003c`)}</script>
<script src="page.js"></script>
</body>
</html>
`;
}

export const liveStyle = (): string => pageStyle('auto') + CHROME + LIVE;

const LIVE = `
#ask label.text{display:block;font-weight:600}
textarea{display:block;width:100%;font:inherit;font-size:20px;font-weight:400;color:var(--ink);background:var(--panel);border:1px solid var(--soft);border-radius:6px;padding:6px 10px;resize:vertical;margin:4px 0 10px}
.fields{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center}#examples{display:flex;flex-wrap:wrap;gap:6px}
.length{display:flex;flex-wrap:wrap;align-items:center;gap:8px}.length label{display:flex;white-space:nowrap;align-items:center;gap:8px}.length input{flex:0 1 180px}#length-told{min-width:2em;font-variant-numeric:tabular-nums}
#note{min-height:1.5em;margin:12px 0 8px;padding:4px 12px;border-left:4px solid var(--answer);background:var(--panel)}
#note.random{border-color:var(--chosenEdge);background:var(--chosen)}#note.refused{border-color:var(--hidden)}
.steps{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:10px}.steps.three{grid-template-columns:repeat(3,minmax(0,1fr));margin-top:10px}
.step{border:1px solid var(--faint);border-radius:8px;padding:8px 12px;min-width:0;display:flex;flex-direction:column}.step h2{font-size:16px;margin:0}
.step .number{display:inline-block;min-width:1.5em;text-align:center;background:var(--panel);border:1px solid var(--faint);border-radius:4px;margin-right:4px}
.why{margin:2px 0 6px;color:var(--soft);font-size:14px}.told{margin:auto 0 0;padding-top:6px;font-size:13px;color:var(--soft);display:flex;flex-wrap:wrap;gap:2px 12px;justify-content:space-between}
.told code{font:12.5px ${MONO};overflow-wrap:anywhere;user-select:all}
.body{display:flex;flex-wrap:wrap;gap:4px;align-items:stretch;max-height:260px;overflow:auto;overflow-wrap:anywhere}
.chip{display:inline-flex;flex-direction:column;align-items:center;border:1px solid var(--soft);border-radius:4px;background:var(--panel);padding:1px 7px;max-width:100%;line-height:1.35}
.chip small{font-size:12px;color:var(--soft);font-variant-numeric:tabular-nums}.chip.unknown{border:2px solid var(--hidden)}.chip.cut{text-decoration:line-through;color:var(--soft);background:none}
.chip.pad{border-style:dashed;background:none;color:var(--soft)}.chip.last{border-color:var(--answer);border-width:2px}
.chance{display:grid;grid-template-columns:minmax(4em,auto) 1fr 4.5em;gap:8px;align-items:center;width:100%}
.chance svg{width:100%;height:14px;display:block}.chance output{text-align:right;font-variant-numeric:tabular-nums}
.said{font-size:20px;font-weight:600;width:100%}#step8{margin-top:12px}
.changed{outline:1px solid var(--answer);outline-offset:1px}
.stale{opacity:.5}
@media (max-width:999px){.steps.three{grid-template-columns:minmax(0,1fr)}}
@media (max-width:719px){.steps{grid-template-columns:minmax(0,1fr)}textarea{font-size:18px}.fields{gap:8px}.length{width:100%}#controls{position:static}}
@media print{#ask,#note{display:none}}
`.replaceAll('\n', '');
