/** A picture that is higher than a page, in parts while it is printed. */
import { descriptionOf, titleOf } from '../drawing/describe.js';
import { PAPER, pagesOf } from '../drawing/paper.js';
import { make } from './controls.js';
import { markup } from './opened.js';
import { element, type State } from './state.js';

const HOST = 'paper';

/** Puts the parts after the picture, which the style then leaves out on paper. */
export function showPaper(state: State): void {
  hidePaper();
  const { picture, scene, view } = state;
  if (!picture || picture.height <= PAPER.first) return;
  const pages = pagesOf(picture);
  const host = make('div', { id: HOST });
  host.innerHTML = pages
    .map((page, i) => markup(state, page, `p${i + 1}`, `${titleOf(scene)} ${i + 1}/${pages.length}`, descriptionOf(scene, view.language)))
    .join('\n');
  element('picture').append(host);
}

export const hidePaper = (): void => document.getElementById(HOST)?.remove();
