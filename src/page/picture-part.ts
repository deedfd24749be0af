/** The picture with its controls: laid out for the width there is, it does what keys and buttons ask. The scene may be another one later. */
import { descriptionOf, stepInWords, titleOf } from '../drawing/describe.js';
import { FULL_WIDTH, pictureOf } from '../drawing/picture.js';
import { inset } from '../drawing/svg.js';
import { shortest } from '../formats/shortest.js';
import { make, makeControls, showControls, type Actions } from './controls.js';
import { paintTables } from './grounds.js';
import { listen } from './keys.js';
import { markup, showOpened, showPins } from './opened.js';
import { pointAt } from './pointing.js';
import type { Scene } from '../drawing/scene.js';
import { NARROW, type View } from '../drawing/view.js';
import { hidePaper, showPaper } from './paper.js';
import { chosenRow, element, rowsOf, withScene, type State } from './state.js';
import { showTensors } from './tables.js';

/** Time that must pass without a key before the step is said. */
const REST = 300;
const PACE = 700;

/** Another scene in the place of the one that is shown. */
export type ShowScene = (scene: Scene, view: View) => void;

/** Shows the scene of the state, and listens. */
export function openPicture(state: State): ShowScene {
  /** What the picture depends on but for the chosen step: when it is the same, only the mark moves. */
  let drawn = '';
  /** the theme that black and white took the place of */
  let coloured: string | undefined;

  function showPicture(width = available()): void {
    const { view } = state;
    view.width = width;
    const kind = `${width} ${view.layer} ${view.order} ${view.numbers} ${view.ink} ${view.said}`;
    const moves = width < NARROW || state.picture?.overview !== undefined;
    const key = moves ? `${kind} ${view.chosen} ${state.pinned}` : kind;
    const host = element('picture');
    if (key !== drawn) {
      state.picture = pictureOf(state.scene, view);
      host.querySelector('svg')?.remove();
      const holder = make('div');
      holder.innerHTML = markup(state, state.picture, 'p', titleOf(state.scene), descriptionOf(state.scene, view.language));
      host.prepend(holder.firstElementChild!);
      drawn = key;
    }
    moveMarks();
  }

  /** The boxes about the chosen and the pinned time step. */
  function moveMarks(): void {
    const { picture, view, pinned } = state;
    const place = (id: string, look: string, timeStep: number | undefined): void => {
      const column = picture?.columns.find((one) => one.timeStep === timeStep);
      let box = document.getElementById(id);
      if (!column) return box?.remove();
      if (!box) {
        box = document.createElementNS('http://www.w3.org/2000/svg', 'rect') as unknown as HTMLElement;
        box.id = id;
        box.setAttribute('class', look);
        box.setAttribute('rx', '5');
        // in front of the hatching, behind all else
        const svg = element('picture').querySelector('svg')!;
        svg.insertBefore(box, svg.querySelector('.hatch ~ :not(.hatch)') ?? svg.querySelector('defs')!.nextSibling);
      }
      const { x, y, width, height } = inset(column.box, look === 'chosen' ? 1.5 : 3.5);
      for (const [name, value] of Object.entries({ x, y, width, height })) box.setAttribute(name, String(value));
    };
    place('p-chosen', 'chosen', view.chosen);
    place('p-pinned', 'pinned', pinned);
  }

  function available(): number {
    return Math.min(Math.floor(element('picture').clientWidth), FULL_WIDTH);
  }

  let saying: ReturnType<typeof setTimeout> | undefined;

  /** Everything says the same: picture, slider, words, opened cell, table. */
  function show(): void {
    showPicture();
    showControls(state);
    showOpened(state);
    showControls(state);
    showPins(state);
    for (const [i, row] of [...element('steps').querySelectorAll('tbody tr')].entries())
      row.classList.toggle('current', i === state.view.chosen);
    clearTimeout(saying);
    saying = setTimeout(
      () => (element('live').textContent = stepInWords(state.scene, state.view.chosen, state.view.layer, state.view.language)),
      REST,
    );
  }

  let playing: ReturnType<typeof setInterval> | undefined;

  function stop(): void {
    clearInterval(playing);
    playing = undefined;
    element('play').textContent = state.words.play;
  }

  const actions: Actions = {
    step: (timeStep) => {
      state.view.chosen = Math.min(Math.max(timeStep, 0), state.scene.mask.length - 1);
      show();
    },
    walk: (by, padding) => {
      const steps = padding ? state.scene.mask.map((_, t) => t) : state.real;
      const { chosen } = state.view;
      // from padding, a step back goes to the last real one before it
      const at = steps.findIndex((t) => t >= chosen);
      const here = at < 0 ? steps.length - (by < 0 ? 0 : 1) : steps[at] === chosen ? at : by > 0 ? at - 1 : at;
      const next = steps[Math.min(Math.max(here + by, 0), steps.length - 1)];
      if (next !== undefined) actions.step(next);
    },
    unit: (unit) => {
      state.unit = Math.min(Math.max(Math.floor(unit) || 0, 0), Math.max(state.scene.units - 1, 0));
      show();
    },
    row: (row) => {
      state.row = row;
      showControls(state);
    },
    layer: (layer) => {
      state.view.layer = layer;
      state.row = rowsOf(state).length - 1;
      show();
      showTensors(state);
    },
    said: (index) => {
      state.view.said = index;
      show();
    },
    pin: () => {
      state.pinned = state.pinned === state.view.chosen ? undefined : state.view.chosen;
      show();
    },
    copy: () => void copyRow(state),
    order: () => {
      state.view.order = state.view.order === 'value' ? 'index' : 'value';
      show();
    },
    numbers: () => {
      state.view.numbers = !state.view.numbers;
      show();
    },
    theme: () => {
      const root = document.documentElement;
      const dark =
        root.dataset['theme'] === 'dark' || (root.dataset['theme'] === undefined && matchMedia('(prefers-color-scheme: dark)').matches);
      root.dataset['theme'] = dark ? 'light' : 'dark';
      state.view.ink = false;
      show();
    },
    mono: () => {
      const root = document.documentElement;
      if (state.view.ink) {
        if (coloured === undefined) delete root.dataset['theme'];
        else root.dataset['theme'] = coloured;
      } else {
        coloured = root.dataset['theme'];
        root.dataset['theme'] = 'mono';
      }
      state.view.ink = !state.view.ink;
      show();
    },
    help: (open) => {
      const there = document.getElementById('keys');
      if (there) {
        there.remove();
        return;
      }
      if (open === false) return;
      const list = make('dl');
      for (const [key, does] of state.words.keys)
        list.append(make('dt', {}, make('kbd', { textContent: key! })), make('dd', { textContent: does! }));
      element('controls').after(make('div', { id: 'keys', role: 'note' }, list));
    },
    play: () => {
      if (playing !== undefined) {
        stop();
        return;
      }
      if (state.view.chosen >= (state.real.at(-1) ?? 0)) actions.step(state.real[0] ?? 0);
      element('play').textContent = state.words.stop;
      playing = setInterval(() => {
        actions.walk(1, false);
        if (state.view.chosen >= (state.real.at(-1) ?? 0)) stop();
      }, PACE);
    },
  };

  paintTables();
  makeControls(state, actions);
  pointAt(state, actions);
  listen(state, actions);
  show();
  showTensors(state);

  let waiting: number | undefined;
  new ResizeObserver(() => {
    cancelAnimationFrame(waiting ?? 0);
    waiting = requestAnimationFrame(() => {
      if (available() !== state.view.width) show();
    });
  }).observe(element('picture'));
  addEventListener('beforeprint', () => {
    showPicture(FULL_WIDTH);
    showPaper(state);
  });
  addEventListener('afterprint', () => {
    hidePaper();
    show();
  });

  return (scene, view) => {
    stop();
    withScene(state, scene, view);
    drawn = '';
    element('controls').replaceChildren();
    makeControls(state, actions);
    show();
    showTensors(state);
  };
}

/** The chosen row at the chosen step, with all its digits. */
async function copyRow(state: State): Promise<void> {
  const chosen = chosenRow(state);
  if (!chosen?.values) return;
  const { what, lane } = chosen.row;
  const place = lane ? { layer: lane.layer, direction: lane.direction } : {};
  const text = JSON.stringify({ tensor: what, ...place, timeStep: state.view.chosen + 1, values: Array.from(chosen.values, shortest) });
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // a file that was opened from a disk may not have the clipboard
    const area = make('textarea', { value: text });
    document.body.append(area);
    area.select();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- what there is where the other is refused
    document.execCommand('copy');
    area.remove();
  }
  const button = element('copy');
  button.textContent = state.words.copied;
  button.dataset['copied'] = text;
  setTimeout(() => (button.textContent = state.words.copy), 1500);
}
