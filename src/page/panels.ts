/** The panels of the steps that are not in the picture, and what is told of those that are. Text is put in as text, never as markup. */
import type { LiveModel } from '../drawing/live-page.js';
import { LIVE_WORDS } from '../drawing/live-words.js';
import { decimals } from '../drawing/numbers.js';
import type { Scene } from '../drawing/scene.js';
import { visible } from '../drawing/text.js';
import { signOf } from '../drawing/words.js';
import { make } from './controls.js';
import { element } from './state.js';

/** What /trace gives. */
export interface Traced {
  weights: 'trained' | 'random';
  note: string;
  commands: readonly string[];
  sentences: readonly string[];
  ids: readonly number[];
  record: {
    text: string;
    tokens: readonly string[];
    ids: readonly number[];
    mask: readonly number[];
    length: number;
    trace: readonly { hiddenStates: number[][]; cellStates?: number[][]; gates: Record<string, number[][]> }[];
    output?: readonly number[];
    logits?: readonly number[];
    probabilities?: readonly number[];
    prediction?: string;
    tags?: readonly string[];
    words?: readonly string[];
    labels?: readonly string[];
    numbers?: readonly number[];
    top?: readonly { label: string; probability: number }[];
    said?: readonly { text: string; logProbability: number }[];
  };
}

const STEPS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
export const panels = STEPS.map((step) => `step${step}`);

const UNKNOWN = 1;
/** Chips of a panel at most: of a very long text the rest is counted. */
const MOST = 300;
const MARKED = 600;

let marked: ReturnType<typeof setTimeout> | undefined;

/** @param before what was shown last: panels that differ from it are marked for a moment */
export function showPanels(traced: Traced, scene: Scene, model: LiveModel, before: Traced | undefined): void {
  const words = LIVE_WORDS[model.language];
  const { record, sentences, ids } = traced;
  const shapes = [
    words.sentences(sentences.length, Array.from(record.text).length),
    words.tokens(record.tokens.length),
    words.ids(ids.length, ids.filter((id) => id === UNKNOWN).length),
    words.padded(record.ids.length, record.length),
    words.vectors(record.ids.length, scene.embeddings?.columns ?? 0),
    words.states(record.ids.length, scene.units * scene.directions.length, gatesOf(scene)),
    record.output ? words.output(record.output.length, from(scene)) : words.outputAll,
    traced.weights === 'random' ? words.notTrained : '',
  ];
  const bodies = new Map([
    [1, sentences.map((sentence) => chip(sentence))],
    [2, record.tokens.map((token) => chip(token))],
    [
      3,
      ids.map((id, i) =>
        chip(record.tokens[i] ?? '', id === UNKNOWN ? `${id} · ${words.unknown}` : String(id), id === UNKNOWN ? 'unknown' : ''),
      ),
    ],
    [4, padded(traced)],
    [8, answer(traced, model)],
  ]);
  const changed: HTMLElement[] = [];
  for (const step of STEPS) {
    const panel = element(`step${step}`);
    const [was, command] = [panel.textContent, traced.commands[step - 1]!];
    element(`shape${step}`).textContent = shapes[step - 1]!;
    element(`command${step}`).textContent = command;
    const body = bodies.get(step);
    if (body) element(`body${step}`).replaceChildren(...few(body));
    const moved = step >= 5 && step <= 7 && before && numbersOf(before, step) !== numbersOf(traced, step);
    if (before && (moved || panel.textContent !== was)) changed.push(panel);
  }
  for (const panel of document.querySelectorAll('.changed')) panel.classList.remove('changed');
  for (const panel of changed) panel.classList.add('changed');
  clearTimeout(marked);
  marked = setTimeout(() => changed.forEach((panel) => panel.classList.remove('changed')), MARKED);
}

/** What a panel of the picture's steps stands for, at the real time steps. */
function numbersOf({ record }: Traced, step: number): string {
  if (step === 7) return JSON.stringify(record.output ?? record.trace.map(({ hiddenStates }) => hiddenStates.slice(0, record.length)));
  const real = (matrix: readonly number[][]): readonly number[][] => matrix.filter((_, t) => record.mask[t] === 1);
  return step === 5
    ? JSON.stringify([record.ids, record.mask])
    : JSON.stringify(record.trace.map(({ hiddenStates }) => real(hiddenStates)));
}

const few = (chips: Node[]): Node[] =>
  chips.length <= MOST ? chips : [...chips.slice(0, MOST), make('span', { textContent: `… ${chips.length - MOST}` })];

function chip(text: string, below?: string, look = ''): HTMLElement {
  const made = make('span', { className: `chip ${look}` }, make('bdi', { lang: 'zh-Hans', textContent: shown(text) }));
  if (below !== undefined) made.append(make('small', { textContent: below }));
  return made;
}

/** White space is seen, and a token of 10,000 characters has its end. */
const shown = (text: string): string => {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return visible(short).replaceAll(' ', '␣') || '∅';
};

/** A slot a time step: ids, then padding; behind them what did not fit. */
function padded({ record, ids }: Traced): HTMLElement[] {
  const slots = record.ids.map((id, t) =>
    record.mask[t] === 1 ? chip(String(id), 'mask 1', t === record.mask.lastIndexOf(1) ? 'last' : '') : chip('‹pad›', 'mask 0', 'pad'),
  );
  return [...slots, ...ids.slice(record.length).map((id) => chip(String(id), undefined, 'cut'))];
}

const from = ({ taken }: Scene): string =>
  taken === undefined
    ? ''
    : taken.timeSteps.length > 4
      ? `1 … ${taken.timeSteps.at(-1)! + 1}`
      : taken.timeSteps.map((t) => t + 1).join(', ');

const gatesOf = ({ lanes, cell }: Scene): string => (lanes[0]?.gates ?? []).map(({ name }) => signOf(name, cell)).join(' ');

function answer({ record }: Traced, { labels }: LiveModel): Node[] {
  const { probabilities = [], prediction, tags, words, numbers, top = [], said: attempts = [] } = record;
  const said = prediction ?? record.labels?.join(', ');
  return [
    ...(said === undefined ? [] : [make('div', { className: 'said' }, make('bdi', { textContent: shown(said) }))]),
    ...(labels && probabilities.length === labels.length ? chances(labels, probabilities) : []),
    ...chances(
      top.map(({ label }) => label),
      top.map(({ probability }) => probability),
    ),
    ...attempts.map(({ text, logProbability }) => chip(text, `log p ${decimals(logProbability, 2)}`)),
    ...(words ?? []).map((word) => chip(word)),
    ...(tags ?? []).map((tag, i) => chip(record.tokens[i] ?? '', tag)),
    ...(numbers ?? []).map((number) => make('div', { className: 'said', textContent: decimals(number, 4) })),
  ];
}

const MOST_BARS = 12;

/** Bars in the order of the labels; of many the most probable ones. */
function chances(labels: readonly string[], probabilities: readonly number[]): Node[] {
  const order = probabilities.map((_, i) => i);
  if (labels.length > MOST_BARS) order.sort((a, b) => probabilities[b]! - probabilities[a]!);
  const best = Math.max(...probabilities);
  return order.slice(0, MOST_BARS).map((i) => {
    const share = probabilities[i]!;
    const bar = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    bar.setAttribute('viewBox', '0 0 100 10');
    bar.setAttribute('preserveAspectRatio', 'none');
    bar.setAttribute('aria-hidden', 'true');
    for (const [look, width] of [
      ['decade', 100],
      [share === best ? 'best' : 'bar', 100 * share],
    ] as const) {
      const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
      for (const [name, value] of Object.entries({ class: look, width, height: 10, x: 0, y: 0 })) rect.setAttribute(name, String(value));
      bar.append(rect);
    }
    const told = make('output', { textContent: `${(100 * share).toFixed(1)} %` });
    return make('div', { className: 'chance' }, make('bdi', { textContent: shown(labels[i]!) }), bar as unknown as Node, told);
  });
}
