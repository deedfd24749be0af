/** The style of the page around its pictures: on a screen, on a phone, on paper. */
import { MONO, SANS } from './style.js';

export const CHROME = `
*{box-sizing:border-box}
html{background:var(--page);color:var(--ink);font:16px/1.5 ${SANS}}
body{margin:0 auto;max-width:1280px;padding:16px 20px 40px}
h1{font-size:24px;line-height:1.3;margin:0;overflow-wrap:anywhere}h2{font-size:19px;margin:32px 0 8px}h3{font-size:16px;margin:20px 0 6px}
header p{margin:2px 0;color:var(--soft)}
[hidden]{display:none!important}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-9999px}.skip:focus{left:20px;top:8px;background:var(--page);padding:6px 10px;z-index:3}
#controls{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:12px 0;position:sticky;top:0;background:var(--page);padding:6px 0;z-index:2}
button,select,input[type=number]{font:inherit;font-size:15px;color:var(--ink);background:var(--panel);border:1px solid var(--soft);border-radius:5px;min-height:32px;padding:2px 8px}
input[type=number]{width:4.5em}#said{max-width:5.5em}input[type=range]{flex:1 1 120px;min-width:120px;accent-color:var(--answer);min-height:28px}
button[aria-pressed=true]{background:var(--chosen);border-color:var(--chosenEdge)}
:focus-visible{outline:2px solid var(--ink);outline-offset:2px;box-shadow:0 0 0 2px var(--page)}
#where{min-width:9em;font-variant-numeric:tabular-nums}
#picture{position:relative}#picture svg,#opened svg,#pins svg{display:block;max-width:none}
#card{position:absolute;pointer-events:none;background:var(--page);border:1px solid var(--ink);border-radius:4px;padding:3px 8px;font:13px/1.4 ${MONO};z-index:2;white-space:pre}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:3px 10px;text-align:right;border-bottom:1px solid var(--faint)}
thead th{position:sticky;top:0;background:var(--page)}
td:nth-child(2),th:nth-child(2){text-align:left}#steps th{white-space:nowrap}#steps td:nth-child(2){min-width:5em}
tr.padding{color:var(--soft)}tr.current{background:var(--chosen)}tbody tr{cursor:default}
.scroll{overflow:auto;max-height:420px}
#arithmetic td,#arithmetic th{text-align:left;font-family:${MONO};font-size:14px;white-space:nowrap}
#arithmetic th{font-family:inherit}
.cells{width:100%;table-layout:fixed;font:10.5px ${MONO}}.cells th{width:3.2em;padding:2px;text-align:left;font-size:12px;white-space:nowrap}.cells thead th+th{width:auto;text-align:center;font:10.5px ${MONO};padding:2px 1px}.cells td{padding:2px 1px;text-align:center;border:0;height:22px}
.cells text,.cells tspan{pointer-events:none}
details{margin:6px 0}summary{cursor:pointer;min-height:28px;padding:3px 0}
#keys{border:1px solid var(--soft);border-radius:6px;padding:10px 16px;margin:8px 0}#keys dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:0}#keys dd{margin:0}kbd{font:13px ${MONO}}
@media (max-width:719px){body{padding:10px 8px 30px}h1{font-size:20px}#controls{gap:6px}#where{flex:1 1 100%;order:-1}button,select,input[type=number]{min-height:34px;padding:2px 8px}.scroll{max-width:calc(100vw - 16px)}}
@media screen and (max-width:999px){#arithmetic td,#arithmetic th{display:block;white-space:normal;border:0;padding:1px 0;overflow-wrap:anywhere}#arithmetic tr{display:block;border-bottom:1px solid var(--faint);padding:6px 0}}
@media (prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important;scroll-behavior:auto!important}}
@media (forced-colors:active){button,select,input{forced-color-adjust:auto}}
@page{size:A4 landscape;margin:10mm}
#paper{display:none}@media print{#paper{display:block}body{max-width:none;padding:0}h1{font-size:18px}#summary td,#summary th{padding:1px 8px;font-size:12px}#controls,.skip,#card,#keys,#tensors{display:none!important}#picture svg,#opened svg{max-width:100%;max-height:165mm;width:auto;height:auto}#picture:has(#paper)>svg{display:none}#picture #paper svg{width:100%;max-height:none;break-inside:avoid}#opened{break-before:page}#summary{break-inside:avoid-page}h2,h3{break-after:avoid}svg,tr{break-inside:avoid}.scroll{max-height:none;overflow:visible}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@media (scripting:none){#picture{overflow-x:auto}}
`.replaceAll('\n', '');
