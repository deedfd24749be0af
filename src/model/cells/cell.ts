/** What a recurrent cell is: its gates in the order in which kernels hold them, and its equations for one time step. */
import type { Ops } from '../../engine/ops.js';

/** The recurrent weights of one direction of a layer, as values of the engine. */
export interface RecurrentWeights<T> {
  /** [units, gates × units] */
  recurrentKernel: T;
  /** [gates × units]; read by a cell with an inner bias alone */
  recurrentBias: T;
}

/** What one time step makes; every value is [batch, units]. */
export interface Advance<T> {
  /** the hidden state first, then what else is carried */
  state: T[];
  /** in the order of `gates` */
  gates: T[];
}

export interface Cell {
  name: string;
  /** the blocks of the kernels, in our (Keras's) order; a single unnamed one for a cell without gates */
  gates: readonly string[];
  /** whether the gates are worth showing: a simple cell has one block and no gate */
  hasGates: boolean;
  /** hidden state, and for an LSTM cell state */
  states: readonly ('hiddenStates' | 'cellStates')[];
  /** whether the recurrent bias c stands within the equations; else it is added to x·W + b before */
  innerBias: boolean;
  /**
   * @param input x·W + b of all gates, and + c of a cell without an inner bias, [batch, gates × units]
   * @param state of the time step before
   */
  advance: <T>(input: T, state: readonly T[], weights: RecurrentWeights<T>, ops: Ops<T>) => Advance<T>;
}
