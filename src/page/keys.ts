/** The keys. Arrows left and right also act when nothing has the focus; letters only where the picture or the slider has it. */
import type { Actions } from './controls.js';
import { element, rowsOf, type State } from './state.js';

const MANY = 10;

export function listen(state: State, actions: Actions): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.isComposing) return;
    const { target, key, altKey, shiftKey } = event;
    if (key === 'Escape') {
      actions.help(false);
      return;
    }
    const onSlider = target === element('slider');
    const onPicture = element('picture').contains(target as Node);
    const nowhere = target === document.body || target === document.documentElement;
    if (!onSlider && !onPicture && !nowhere) return;
    if (act(key, { altKey, shiftKey, letters: !nowhere, onSlider })) event.preventDefault();
  });

  interface How {
    altKey: boolean;
    shiftKey: boolean;
    letters: boolean;
    onSlider: boolean;
  }

  /** @returns whether the key was ours */
  function act(key: string, { altKey, shiftKey, letters, onSlider }: How): boolean {
    const { real, scene } = state;
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      if (altKey) return false;
      actions.walk(key === 'ArrowRight' ? 1 : -1, shiftKey);
      return true;
    }
    if (!letters) return false;
    if (key === 'Home') actions.step(real[0] ?? 0);
    else if (key === 'End') actions.step(real.at(-1) ?? scene.mask.length - 1);
    else if (key === 'PageUp' || key === 'PageDown') actions.walk(key === 'PageDown' ? MANY : -MANY, false);
    else if ((key === 'ArrowUp' || key === 'ArrowDown') && !onSlider) {
      const by = key === 'ArrowDown' ? 1 : -1;
      // the rows stand upside down: the first is at the bottom
      if (altKey) actions.row(Math.min(Math.max(state.row - by, 0), rowsOf(state).length - 1));
      else actions.unit(state.unit + by);
    } else if (altKey) return false;
    else if (key === 'p' || key === 'P') actions.pin();
    else if (key === 'c' || key === 'C') actions.copy();
    else if (key === 'n' || key === 'N') actions.numbers();
    else if (key === 'b' || key === 'B') actions.mono();
    else if (key === 't' || key === 'T') (element('summary').querySelector('.scroll') as HTMLElement).focus();
    else if (key === '?') actions.help();
    else return false;
    return true;
  }
}
