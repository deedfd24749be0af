/** The controls above the picture: made by the script, since without it they would do nothing. */
import { visible } from '../drawing/text.js';
import { element, rowsOf, type State } from './state.js';

export interface Actions {
  step: (timeStep: number) => void;
  walk: (by: number, padding: boolean) => void;
  unit: (unit: number) => void;
  row: (row: number) => void;
  layer: (layer: number) => void;
  said: (index: number) => void;
  pin: () => void;
  copy: () => void;
  order: () => void;
  numbers: () => void;
  theme: () => void;
  mono: () => void;
  help: (open?: boolean) => void;
  play: () => void;
}

export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export function makeControls(state: State, actions: Actions): void {
  const { scene, words } = state;
  const button = (id: string, text: string, label: string, act: () => void): HTMLButtonElement => {
    const made = make('button', { id, type: 'button', textContent: text });
    if (label !== text) made.setAttribute('aria-label', label);
    made.addEventListener('click', act);
    return made;
  };
  const slider = make('input', { id: 'slider', type: 'range', min: '1', max: String(scene.mask.length), step: '1' });
  slider.setAttribute('aria-label', words.slider);
  slider.addEventListener('input', () => actions.step(Number(slider.value) - 1));
  const bar = element('controls');
  bar.append(
    button('back', '◀', words.previous, () => actions.walk(-1, false)),
    slider,
    button('next', '▶', words.next, () => actions.walk(1, false)),
    button('play', words.play, words.play, actions.play),
    make('output', { id: 'where' }),
    button('pin', words.pin, words.pin, actions.pin),
    button('copy', words.copy, words.copy, actions.copy),
  );
  if (scene.lanes.length > 0) {
    const unit = make('input', { id: 'unit', type: 'number', min: '0', max: String(Math.max(scene.units - 1, 0)) });
    unit.addEventListener('change', () => actions.unit(Number(unit.value)));
    const row = make('select', { id: 'row' });
    row.addEventListener('change', () => actions.row(row.selectedIndex));
    bar.append(make('label', {}, `${words.row} `, row), make('label', {}, `${words.unit} `, unit));
    if (scene.layers > 1) {
      const layer = make('select', { id: 'layer' });
      for (let one = 1; one <= scene.layers; one++) layer.append(make('option', { value: String(one), textContent: String(one) }));
      layer.addEventListener('change', () => actions.layer(Number(layer.value)));
      bar.append(make('label', {}, `${words.layer} `, layer));
    }
    if (scene.decoder) {
      const said = make('select', { id: 'said' });
      for (const [index, { token }] of scene.decoder.said.entries())
        said.append(make('option', { value: String(index), textContent: `${index + 1} ${visible(token.slice(0, 20))}` }));
      said.addEventListener('change', () => actions.said(said.selectedIndex));
      bar.append(make('label', {}, `${words.said} `, said));
    }
    bar.append(button('order', words.order, words.order, actions.order), button('digits', words.numbers, words.numbers, actions.numbers));
  }
  bar.append(
    button('theme', '◐', words.theme, actions.theme),
    button('mono', '▣', words.mono, actions.mono),
    button('help', '?', words.help, () => actions.help()),
  );
  bar.hidden = false;
}

/** Slider, words and buttons say what the state is. */
export function showControls(state: State): void {
  const { scene, view, words } = state;
  const { chosen } = view;
  const token = scene.tokens[chosen];
  const name = token === null || token === undefined ? '‹pad›' : visible(token.slice(0, 60));
  const slider = element('slider') as HTMLInputElement;
  slider.value = String(chosen + 1);
  slider.setAttribute(
    'aria-valuetext',
    state.settings.view.language === 'en'
      ? `time step ${chosen + 1} of ${scene.mask.length}, ${name}${scene.ids ? `, id ${scene.ids[chosen]}` : ''}`
      : `时间步 ${chosen + 1}，共 ${scene.mask.length}，${name}${scene.ids ? `，编号 ${scene.ids[chosen]}` : ''}`,
  );
  element('where').textContent = [`t = ${chosen + 1}`, name, ...(scene.ids ? [`id ${scene.ids[chosen]}`] : [])].join(' · ');
  const pressed = (id: string, value: boolean): void => document.getElementById(id)?.setAttribute('aria-pressed', String(value));
  pressed('pin', state.pinned === chosen);
  pressed('order', view.order === 'value');
  pressed('digits', view.numbers);
  pressed('mono', view.ink);
  element('pin').textContent =
    state.pinned === chosen ? words.unpin : state.pinned === undefined ? words.pin : `${words.pin} (${state.pinned + 1})`;
  const unit = document.getElementById('unit') as HTMLInputElement | null;
  if (unit) unit.value = String(state.unit);
  const row = document.getElementById('row') as HTMLSelectElement | null;
  if (row) {
    row.replaceChildren(...rowsOf(state).map(({ sign }) => make('option', { textContent: sign })));
    row.selectedIndex = state.row;
  }
  const layer = document.getElementById('layer') as HTMLSelectElement | null;
  if (layer) layer.value = String(view.layer);
  const said = document.getElementById('said') as HTMLSelectElement | null;
  if (said) said.selectedIndex = view.said;
}
