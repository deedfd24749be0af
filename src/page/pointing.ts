/** The mouse on the picture: a card with the exact number under it, a click that chooses the time step. Where things are is known, not looked up. */
import { shortest } from '../formats/shortest.js';
import type { Box, StripMark } from '../drawing/marks.js';
import { rowOf, type Matrix } from '../drawing/scene.js';
import { signOf } from '../drawing/words.js';
import { make, type Actions } from './controls.js';
import { element, type State } from './state.js';

const SIGNS: Readonly<Record<string, string>> = { embeddings: 'x', cellStates: 'c', hiddenStates: 'h', output: 'output' };

const within = ({ x, y, width, height }: Box, px: number, py: number): boolean => px >= x && px < x + width && py >= y && py < y + height;

export function pointAt(state: State, actions: Actions): void {
  const host = element('picture');
  const card = make('div', { id: 'card', hidden: true });
  card.setAttribute('aria-hidden', 'true');
  host.append(card);
  const place = (event: MouseEvent): [number, number] => {
    const box = host.querySelector('svg')!.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  host.addEventListener('mousemove', (event) => {
    const [x, y] = place(event);
    const text = textAt(state, x, y);
    card.hidden = text === undefined;
    if (text === undefined) return;
    card.textContent = text;
    const left = Math.min(x + 14, host.clientWidth - card.offsetWidth - 4);
    card.style.left = `${Math.max(left, 0)}px`;
    card.style.top = `${y + 16}px`;
  });
  host.addEventListener('mouseleave', () => (card.hidden = true));
  host.addEventListener('click', (event) => {
    const [x, y] = place(event);
    const { picture, scene } = state;
    const { overview } = picture ?? {};
    if (overview && within(overview.box, x, y)) {
      const column = (x - overview.box.x) / overview.box.width;
      actions.step(Math.min(Math.floor(column * scene.mask.length), scene.mask.length - 1));
      return;
    }
    const strip = stripAt(state, x, y);
    const { tensor, timeStep } = strip ?? {};
    if (timeStep !== undefined && tensor?.layer !== undefined && tensor.layer !== state.view.layer) actions.layer(tensor.layer);
    const cell = strip && cellAt(strip, x, y);
    if (strip && cell !== undefined && tensor?.layer !== undefined && strip.units[cell]?.length === 1) actions.unit(strip.units[cell][0]!);
    const said = picture?.said?.find(({ box }) => within(box, x, y));
    if (said) actions.said(said.index);
    const column = picture?.columns.find(({ box }) => within(box, x, y));
    if (column) actions.step(column.timeStep);
  });
}

function stripAt({ picture }: State, x: number, y: number): StripMark | undefined {
  return picture?.marks.find((mark): mark is StripMark => mark.kind === 'strip' && within(mark.box, x, y));
}

function cellAt({ box, axis, levels }: StripMark, x: number, y: number): number {
  const share = axis === 'down' ? (y - box.y) / box.height : (x - box.x) / box.width;
  return Math.min(Math.floor(share * levels.length), levels.length - 1);
}

/** "h, t = 5, 好看, unit 3: -0.12345678" */
function textAt(state: State, x: number, y: number): string | undefined {
  const { scene, words } = state;
  const strip = stripAt(state, x, y);
  if (!strip) return undefined;
  const { tensor, timeStep } = strip;
  const units = strip.units[cellAt(strip, x, y)]!;
  const row = tensor.what === 'output' ? scene.output : timeStep === undefined ? undefined : matrixOf(state, tensor)?.row(timeStep);
  if (!row) return undefined;
  const sign = SIGNS[tensor.what] ?? signOf(tensor.what, scene.cell);
  const name = timeStep === undefined ? sign : `${sign} t = ${timeStep + 1}`;
  const number = (unit: number): string => `${words.unit} ${unit}: ${shortest(row[unit]!)}`;
  const shown = units.slice(0, 8).map(number);
  return [name, ...shown, ...(units.length > shown.length ? ['…'] : [])].join('\n');
}

function matrixOf(
  { scene }: State,
  { what, layer, direction }: StripMark['tensor'],
): { row: (timeStep: number) => Float32Array | undefined } | undefined {
  const lane = scene.lanes.find((one) => one.layer === layer && one.direction === direction);
  const matrix: Matrix | undefined =
    what === 'embeddings'
      ? scene.embeddings
      : what === 'hiddenStates'
        ? lane?.hiddenStates
        : what === 'cellStates'
          ? lane?.cellStates
          : lane?.gates.find(({ name }) => name === what)?.values;
  return matrix && { row: (timeStep) => rowOf(matrix, timeStep) };
}
