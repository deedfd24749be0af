/** The list of cells. One line a cell. */
import type { Cell } from './cell.js';
import { gruResetAfter, gruResetBefore } from './gru.js';
import { lstm } from './lstm.js';
import { rnn } from './rnn.js';

export type { Cell, RecurrentWeights } from './cell.js';
export const CELL_NAMES = ['rnn', 'lstm', 'gru'] as const;
export type CellName = (typeof CELL_NAMES)[number];

/** The cell of that name; a GRU whose reset gate acts after the recurrent product, or before. */
export function cellOf(name: CellName, resetAfter: boolean): Cell {
  return { rnn, lstm, gru: resetAfter ? gruResetAfter : gruResetBefore }[name];
}
