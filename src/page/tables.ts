/** Every tensor as a table, made when it is opened: the numbers of the picture for those who do not see it. */
import { shortest } from '../formats/shortest.js';
import { rowOf } from '../drawing/scene.js';
import { make } from './controls.js';
import { element, rowsOf, type Row, type State } from './state.js';

export function showTensors(state: State): void {
  const { words, scene } = state;
  const section = element('tensors');
  section.hidden = scene.lanes.length === 0 && !scene.embeddings;
  if (section.hidden) return;
  const list = rowsOf(state).map((row) => {
    const details = make(
      'details',
      {},
      make('summary', { textContent: `${row.sign} ${row.what}: ${row.matrix.rows} × ${row.matrix.columns}` }),
    );
    details.addEventListener('toggle', () => {
      if (details.open && details.children.length === 1) details.append(tableOf(state, row));
    });
    return details;
  });
  section.replaceChildren(make('h2', { id: 'tensors-title', textContent: words.tensors }), ...list);
}

function tableOf({ scene, words }: State, { sign, what, matrix }: Row): Node {
  const units = Array.from({ length: matrix.columns }, (_, unit) => make('th', { scope: 'col', textContent: String(unit) }));
  const head = make('thead', {}, make('tr', {}, make('th', { scope: 'col', textContent: 't' }), ...units));
  const body = make('tbody');
  for (let t = matrix.from; t < matrix.to; t++) {
    if (!scene.mask[t]) continue;
    const cells = Array.from(rowOf(matrix, t)!, (value) => make('td', { textContent: String(shortest(value)) }));
    body.append(make('tr', {}, make('th', { scope: 'row', textContent: String(t + 1) }), ...cells));
  }
  const table = make(
    'table',
    {},
    make('caption', { className: 'unseen', textContent: `${sign} ${what}, ${words.timeStep} × ${words.unit}` }),
    head,
    body,
  );
  const box = make('div', { className: 'scroll', tabIndex: 0 }, table);
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', `${sign} ${what}`);
  return box;
}
