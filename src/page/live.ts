/** The page of `serve`: what is typed goes to the server, and all eight steps of it come back. Older requests are dropped. */
import { FULL_WIDTH, viewOf } from '../drawing/picture.js';
import { sceneOf } from '../drawing/from-record.js';
import { summaryTable } from '../drawing/html.js';
import { TOKEN_KEY } from '../drawing/door-page.js';
import type { LiveModel } from '../drawing/live-page.js';
import { LIVE_WORDS } from '../drawing/live-words.js';
import { visible } from '../drawing/text.js';
import { fromJson } from '../formats/record.js';
import { make } from './controls.js';
import { openPicture, type ShowScene } from './picture-part.js';
import { panels, showPanels, type Traced } from './panels.js';
import { element, stateOf } from './state.js';

/** ms after the last key */
const REST = 120;
const RETRY = 2000;
/** time steps of padding that the slider offers beyond twice the tokens */
const ROOM = 8;

const model = JSON.parse(element('model').textContent) as LiveModel;
const words = LIVE_WORDS[model.language];
const field = {
  text: element('text') as HTMLTextAreaElement,
  segmenter: element('segmenter') as HTMLSelectElement,
  cell: element('cell') as HTMLSelectElement,
  length: element('length') as HTMLInputElement,
};

/** null where the server asks for none, or the browser has it as a cookie */
const token = sessionStorage.getItem(TOKEN_KEY);

/** undefined: two more than there are tokens */
let length: number | undefined;
let asked: AbortController | undefined;
let waiting: ReturnType<typeof setTimeout> | undefined;
let composing = false;
let answeredAt = '';
let before: { traced: Traced; asking: string } | undefined;
let showScene: ShowScene | undefined;

function soon(after = REST): void {
  clearTimeout(waiting);
  if (!composing) waiting = setTimeout(() => void ask(), after);
}

/** What is asked but for the length. */
const asking = (): string => JSON.stringify([field.text.value, field.segmenter.value, field.cell.value]);

async function ask(): Promise<void> {
  asked?.abort();
  const mine = (asked = new AbortController());
  const text = field.text.value;
  history.replaceState(null, '', `#${encodeURIComponent(text.slice(0, 2000).replace(/\p{Cs}/gu, '\uFFFD'))}`);
  if (text.trim() === '') {
    say(words.empty, '');
    dim(true);
    return;
  }
  const own = (value: string, of: string): string | undefined => (value === of ? undefined : value);
  const request = {
    ...{ text, length, sums: true },
    ...{ segmenter: own(field.segmenter.value, model.segmenter), cell: own(field.cell.value, model.cell) },
  };
  try {
    const response = await fetch('trace', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(request),
      signal: mine.signal,
    });
    const answer = (await response.json()) as Traced | Refused;
    if (mine.signal.aborted) return;
    if (response.status === 401 && token !== null) {
      // the server is another one now, and its form asks for another token
      sessionStorage.removeItem(TOKEN_KEY);
      location.reload();
      return;
    }
    if ('error' in answer) {
      say(`${answer.error.message}. ${answer.error.hint}`, 'refused');
      dim(true);
      return;
    }
    show(answer);
  } catch {
    if (mine.signal.aborted) return;
    say(words.away(answeredAt), 'refused');
    dim(true);
    soon(RETRY);
  }
}

interface Refused {
  error: { message: string; hint: string };
}

function say(text: string, look: '' | 'random' | 'refused'): void {
  element('note').textContent = text;
  element('note').className = look;
}

/** What is shown is not of what is typed. */
function dim(stale: boolean): void {
  for (const id of ['picture', ...panels]) element(id).classList.toggle('stale', stale);
}

function show(answer: Traced): void {
  answeredAt = new Date().toLocaleTimeString();
  const record = fromJson(structuredClone(answer.record));
  const labels = record.logits && model.labels?.length === record.logits.data.length ? model.labels : undefined;
  const scene = sceneOf(record, { labels, source: '' });
  const view = viewOf(scene, { language: model.language, width: FULL_WIDTH });
  dim(false);
  const tokens = Math.max(answer.ids.length, 1);
  field.length.max = String(Math.max(Math.min(Math.max(2 * tokens, tokens + ROOM), model.maxLength), answer.record.ids.length));
  field.length.value = String(answer.record.ids.length);
  element('length-told').textContent = String(answer.record.ids.length);
  element('auto').setAttribute('aria-pressed', String(length === undefined));
  showPanels(answer, scene, model, before?.traced);
  element('summary').hidden = false;
  element('summary-body').innerHTML = summaryTable(scene, view, 'zh-Hans');
  if (showScene) showScene(scene, view);
  else showScene = openPicture(stateOf(scene, { view, tokenLanguage: 'zh-Hans' }));
  tell(answer);
  before = { traced: answer, asking: asking() };
}

/** Where the numbers are from, and what the last change did not move. */
function tell(answer: Traced): void {
  const random = answer.weights === 'random';
  const parts = [random ? `${words.random}: ${answer.note}.` : words.trained];
  const cut = answer.ids.length - answer.record.length;
  if (answer.record.tokens.length === 0) parts.push(words.nothing);
  if (cut > 0) parts.push(answer.record.ids.length >= model.maxLength ? words.read(cut, model.maxLength) : words.cutNow(cut));
  if (before?.asking === asking() && before.traced.record.ids.length !== answer.record.ids.length && same(before.traced, answer))
    parts.push(words.unchanged);
  say(parts.join(' '), random ? 'random' : '');
}

/** Whether every number at the real time steps, and all that comes after, is the same. */
function same(a: Traced, b: Traced): boolean {
  const numbers = ({ record }: Traced): string => {
    const { output, logits, probabilities, prediction, tags, numbers: answers, top, said } = record;
    const real = (matrix: readonly unknown[]): readonly unknown[] => matrix.filter((_, t) => record.mask[t] === 1);
    const lanes = record.trace.map(({ hiddenStates, cellStates, gates }) => [
      real(hiddenStates),
      real(cellStates ?? []),
      ...Object.values(gates).map(real),
    ]);
    return JSON.stringify([record.length, lanes, output, logits, probabilities, prediction, tags, answers, top, said]);
  };
  return numbers(a) === numbers(b);
}

for (const example of words.example) {
  const button = make('button', { type: 'button', textContent: visible(example), lang: 'zh-Hans' });
  button.addEventListener('click', () => {
    field.text.value = example;
    soon(0);
  });
  element('examples').append(button);
}
field.text.addEventListener('input', () => soon());
// an input method's letters are no text before it is done with them
field.text.addEventListener('compositionstart', () => (composing = true));
field.text.addEventListener('compositionend', () => {
  composing = false;
  soon();
});
field.segmenter.addEventListener('change', () => soon(0));
field.cell.addEventListener('change', () => soon(0));
field.length.addEventListener('input', () => {
  length = Number(field.length.value);
  element('length-told').textContent = field.length.value;
  soon();
});
element('auto').addEventListener('click', () => {
  length = undefined;
  soon(0);
});

function textOfAddress(): string {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return '';
  }
}
field.text.value = textOfAddress() || words.example[0]!;
void ask();
