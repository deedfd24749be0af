/** The cell opened at the chosen step, one unit's arithmetic, and two steps subtracted. */
import { arithmetic } from '../drawing/arithmetic.js';
import { cellPicture, cellUnits, LEAST_WIDTH } from '../drawing/cell-picture.js';
import { differencePicture, signsChanged } from '../drawing/difference.js';
import type { Picture } from '../drawing/marks.js';
import { decimals } from '../drawing/numbers.js';
import { levelOf } from '../drawing/palette.js';
import { stored } from '../drawing/png.js';
import { before, rowOf } from '../drawing/scene.js';
import { svg } from '../drawing/svg.js';
import { visible } from '../drawing/text.js';
import { make } from './controls.js';
import { contextNow, element, rowsOf, type State } from './state.js';

/** The picture as markup; `prefix` keeps the ids of several pictures apart. */
export function markup(state: State, picture: Picture, prefix: string, title: string, description: string): string {
  return svg(picture, {
    ...{ prefix, title, description, tokenLanguage: state.settings.tokenLanguage },
    strips: state.view.ink ? { how: 'ink' } : { how: 'image', deflate: stored, theme: 'auto' },
    chosen: state.view.chosen,
  });
}

export function showOpened(state: State): void {
  const { scene, view, words } = state;
  const section = element('opened');
  const lane = scene.lanes.find(({ layer }) => layer === view.layer);
  section.hidden = !lane || scene.cell === undefined;
  if (section.hidden || !lane) return;
  const token = scene.tokens[view.chosen];
  const heading = make('h2', { id: 'opened-title' }, words.inside(view.chosen + 1));
  if (typeof token === 'string')
    heading.append(' · ', make('bdi', { lang: state.settings.tokenLanguage, textContent: visible(token.slice(0, 60)) }));
  if (token === null) {
    section.replaceChildren(heading, make('p', { textContent: words.padding(view.chosen + 1) }));
    return;
  }
  const context = contextNow(state);
  const units = cellUnits(context);
  if (!units.includes(state.unit) && units.length < scene.units && !shownBefore(state)) state.unit = units[0]!;
  const shown = units.includes(state.unit)
    ? units
    : [...units.slice(0, -1), state.unit].sort((a, b) => context.order.indexOf(a) - context.order.indexOf(b));
  const picture = view.width < LEAST_WIDTH ? undefined : cellPicture(context, shown, state.unit);
  const figure = make('div', { className: 'figure' });
  if (picture) figure.innerHTML = markup(state, picture, 'o', heading.textContent, arithmeticInWords(state));
  else if (rowOf(lane.hiddenStates, view.chosen)) figure.append(cellTable(state, shown.slice(0, 8)));
  const parts: Node[] = [heading];
  if (units.length < scene.units) parts.push(make('p', { textContent: words.shownUnits(shown.length, scene.units, view.chosen + 1) }));
  parts.push(figure);
  const lines = arithmetic(scene, lane, view.chosen, state.unit, view.language);
  if (scene.cell !== 'rnn' && lane.gates.length > 0 && !rowOf(lane.gates[0]!.values, view.chosen))
    parts.push(make('p', { textContent: words.notHere }));
  else if (lines.length > 0) parts.push(make('h3', { textContent: words.unitLine(state.unit, scene.units) }), arithmeticTable(state));
  section.replaceChildren(...parts);
}

/** Whether the reader chose the unit: then it stays. */
const shownBefore = (state: State): boolean => state.unit !== (state.view.units?.[0] ?? 0);

function arithmeticTable(state: State): Node {
  const { scene, view, words } = state;
  const lane = scene.lanes.find(({ layer }) => layer === view.layer)!;
  const lines = arithmetic(scene, lane, view.chosen, state.unit, view.language);
  const body = make('tbody');
  for (const { sign, name, equation, numbers, value, tensor } of lines) {
    const row = make('tr', {}, make('th', { scope: 'row', textContent: `${sign} ${name}` }), make('td', { textContent: `= ${equation}` }));
    row.append(make('td', { textContent: numbers === undefined ? '' : `= ${numbers}` }));
    const result = make('td', { textContent: `= ${decimals(value, 4)}` });
    Object.assign(result.dataset, { tensor, step: String(view.chosen + 1), unit: String(state.unit) });
    row.append(result);
    body.append(row);
  }
  const box = make('div');
  box.append(
    make(
      'table',
      { id: 'arithmetic' },
      make('caption', { className: 'unseen', textContent: words.unitLine(state.unit, scene.units) }),
      body,
    ),
  );
  if (lines.some(({ numbers }) => numbers === undefined)) box.append(make('p', { textContent: words.noSums }));
  return box;
}

function arithmeticInWords(state: State): string {
  const { scene, view } = state;
  const lane = scene.lanes.find(({ layer }) => layer === view.layer)!;
  return arithmetic(scene, lane, view.chosen, state.unit, view.language)
    .map(({ name, value }) => `${name} ${decimals(value, 3)}`)
    .join(', ');
}

/** On a phone: quantities by units, in the scales' colours. */
function cellTable(state: State, units: readonly number[]): Node {
  const { scene, view, words } = state;
  const { ranges } = view;
  const lane = scene.lanes.find(({ layer }) => layer === view.layer)!;
  const previous = before(scene, view.chosen, lane.direction);
  // numbers of x are no units: it stands in the picture
  const rows = rowsOf(state).filter((row) => row.lane === lane);
  const body = make('tbody');
  const add = (sign: string, values: Float32Array | undefined, scale: 'signed' | 'share', limit: number): void => {
    const row = make('tr', {}, make('th', { scope: 'row', textContent: sign }));
    for (const unit of units) {
      const value = values?.[unit];
      const cell = make('td', { textContent: value === undefined ? '' : decimals(value, 2) });
      if (value !== undefined) {
        const level = levelOf(value, scale, limit);
        // the classes of the picture's cells are of SVG: here the same colours as a ground
        cell.className = `${scale === 'signed' ? 'b' : 'd'}${level}`;
      }
      row.append(cell);
    }
    body.append(row);
  };
  for (const { sign, what, matrix } of rows) {
    const limit = what === 'cellStates' ? ranges.c.limit : ranges.h.limit;
    const isGate = what.endsWith('Gate');
    if ((what === 'cellStates' || what === 'hiddenStates') && previous !== undefined)
      add(`${sign}′`, rowOf(matrix, previous), 'signed', limit);
    add(sign, rowOf(matrix, view.chosen), isGate ? 'share' : 'signed', isGate ? 1 : limit);
  }
  const names = units.map((unit) => make('th', { scope: 'col', textContent: String(unit) }));
  const head = make('thead', {}, make('tr', {}, make('th', { scope: 'col', textContent: words.unit }), ...names));
  return make('table', { className: 'cells' }, head, body);
}

export function showPins(state: State): void {
  const { pinned, view, words } = state;
  const section = element('pins');
  const lane = state.scene.lanes.find(({ layer }) => layer === view.layer);
  section.hidden = pinned === undefined || pinned === view.chosen || !lane || !state.scene.mask[view.chosen] || !state.scene.mask[pinned];
  if (section.hidden || pinned === undefined) return;
  const context = contextNow(state);
  const units = cellUnits(context);
  const heading = make('h2', { id: 'pins-title', textContent: words.pins(pinned + 1, view.chosen + 1) });
  const figure = make('div', { className: 'figure' });
  figure.innerHTML = markup(state, differencePicture(context, units, pinned, view.chosen), 'd', heading.textContent, '');
  const signs = signsChanged(context, pinned, view.chosen);
  section.replaceChildren(
    heading,
    ...(signs ? [make('p', { textContent: words.signs(signs.what, signs.changed, signs.units) })] : []),
    figure,
  );
}
