/**
 * The decoder of a sequence-to-sequence model (Sutskever et al. 2014; Luong et al. 2015): a recurrent network that begins where the
 * encoder ended, attention over the encoder's states, and the next token:
 *
 *     (h₀, c₀) = tanh(end·B + b)    o = tanh([h, context]·M + m)    logits = o·V + v
 *
 * The loop over time holds the recurrent cells alone: attention and output need no time step before, and are done for all of them at once.
 */
import type { Ops } from '../engine/ops.js';
import type { HeadDefinition } from '../formats/model.js';
import { asked, attend, attentionParameters, type Memory } from './attention.js';
import { cellOf } from './cells/index.js';
import { linear, type Parameter } from './parameter.js';
import type { NetworkShape } from './shape.js';

export type Seq2seq = Extract<HeadDefinition, { task: 'seq2seq' }>;

type Values<T> = Readonly<Record<string, T>>;

/** Of the decoder beside its recurrent layers. @param width of an encoder's state */
export function decoderParameters({ attention, decoder, answers }: Seq2seq, width: number): Parameter[] {
  const { units } = decoder;
  return [
    ...linear('bridge', width, decoder.layers * statesOf(decoder) * units),
    ...attentionParameters(attention, units, width),
    ...linear('mix', units + width, units),
    ...linear('output', units, answers.rows),
  ];
}

const statesOf = ({ cell, resetAfter }: NetworkShape): number => cellOf(cell, resetAfter).states.length;

const dense = <T>(ops: Ops<T>, weights: Values<T>, name: string, x: T): T =>
  ops.add(ops.matmul(x, weights[`${name}.kernel`]!), weights[`${name}.bias`]!);

/** The decoder's states before its first time step, by layer: [batch, units] each. @param end [batch, width] */
export function firstStates<T>(ops: Ops<T>, { decoder }: Seq2seq, weights: Values<T>, end: T): T[][] {
  const count = statesOf(decoder);
  const all = ops.split(ops.tanh(dense(ops, weights, 'bridge', end)), decoder.layers * count, 1);
  return Array.from({ length: decoder.layers }, (_, layer) => all.slice(layer * count, (layer + 1) * count));
}

/**
 * What is said at all time steps of the decoder.
 *
 * @param states [steps, batch, units]
 * @param dropped dropout of o
 * @returns `said` o [steps, batch, units], `logits` [steps, batch, tokens]
 */
export function say<T>(
  ops: Ops<T>,
  { attention: kind }: Seq2seq,
  weights: Values<T>,
  memory: Memory<T>,
  states: T,
  dropped?: (o: T) => T,
): { said: T; logits: T } {
  const turned = (x: T): T => ops.transpose(x, [1, 0, 2]);
  const { context } = attend(ops, kind, weights, memory, turned(asked(ops, weights, states)));
  return output(ops, weights, ops.concat([states, turned(context)], 2), dropped);
}

/**
 * What is said at one time step by hypotheses, which are rows; those of a sentence ask its memory together.
 *
 * @param states [rows, units]
 * @param rowAt which row stands at each place of a sentence, [batch, beam]: any row where none does
 * @param placeOf where each row stands, counted through that, [rows]
 * @returns `logits` [rows, tokens], `attention` [rows, timeSteps]
 */
export function sayNext<T>(
  ops: Ops<T>,
  { attention: kind }: Seq2seq,
  weights: Values<T>,
  memory: Memory<T>,
  states: T,
  { rowAt, placeOf }: { rowAt: T; placeOf: T },
): { logits: T; attention: T } {
  const { context, attention } = attend(ops, kind, weights, memory, ops.gather(asked(ops, weights, states), rowAt));
  const { logits } = output(ops, weights, ops.concat([states, ops.selectRows(context, placeOf)], 1));
  return { logits, attention: ops.selectRows(attention, placeOf) };
}

/** @param seen [h, context], […, units + width] */
function output<T>(ops: Ops<T>, weights: Values<T>, seen: T, dropped: (o: T) => T = (o) => o): { said: T; logits: T } {
  const said = dropped(ops.tanh(dense(ops, weights, 'mix', seen)));
  return { said, logits: dense(ops, weights, 'output', said) };
}
