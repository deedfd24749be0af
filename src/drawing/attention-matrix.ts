/**
 * For each word that is said a line: what it looked at (the row of an attention matrix, over the source's words), the words that were most
 * probable, and the decoder's state, which begins where the encoder ended and is handed down from line to line.
 */
import { thinBands, type Bands } from './bands.js';
import { BEGIN, BEGIN_SIZE, beginMarks, stateName } from './decoder-columns.js';
import { arrow } from './flow.js';
import { bottom, centreX, right, type Box, type Mark } from './marks.js';
import { decimals } from './numbers.js';
import { rowOf, type Decoder } from './scene.js';
import { strip } from './strips.js';
import { fit, label, LINE_HEIGHT, visible, widthOf } from './text.js';
import type { Context } from './view.js';
import { say, sayToo } from './words.js';

const LINE = 22;
const NAMES = 96;
/** The width of a cell of the matrix, if there are few. */
const MOST_CELL = 44;
/** The least cell with a number in it. */
const NUMBER = 34;
const STATE = { width: 128, height: 12 };
const SOURCE = 74;
/** Size of the source’s words. */
const WORD = 12.5;
const BEST = 250;
export const HEAD = 26;
/** Panels of less have neither the best words nor the states. */
const WIDE = 700;
/** The sum of a line of the matrix. */
const SUM = 44;

export interface DecoderPanel {
  marks: Mark[];
  height: number;
}

/** Where the parts of the matrix stand. */
interface Sheet {
  context: Context;
  decoder: Decoder;
  nodes: Map<string, Box>;
  /** with the sum of each line and the best words right of it */
  best: boolean;
  /** with the states, which else stand in columns of their own */
  states: boolean;
  /** of the matrix: its left and right end, and the width of a cell */
  left: number;
  end: number;
  cell: number;
}

export const title = ({ view: { language } }: Context, word: 'looked' | 'beam', x: number, y: number): Mark =>
  label(`${say(word, language)} ${sayToo(word, language)}`, x, y, { size: 12.5, font: 'bold' });

/** @param under the source's own columns, where the matrix stands beneath them: where they begin, and their pitch */
export function attentionMatrix(
  context: Context,
  decoder: Decoder,
  { x, y, width }: Omit<Box, 'height'>,
  nodes: Map<string, Box>,
  under?: { left: number; pitch: number },
): DecoderPanel {
  const { real } = context;
  const wide = width >= WIDE;
  const room = width - NAMES - (wide ? SUM + BEST + STATE.width + 40 : 64);
  const cell = under?.pitch ?? Math.min(room / real.length, MOST_CELL);
  const left = under?.left ?? x + NAMES;
  const end = left + cell * real.length;
  const best = wide && end + SUM + BEST + 16 <= x + width;
  const sheet: Sheet = { context, decoder, nodes, best, states: wide && !under, left, cell, end };
  const marks: Mark[] = [title(context, 'looked', x, y + 9)];
  let top = y + HEAD;
  if (!wide) {
    marks.push(label(fit(beginInWords(context), width, 11), x, y + 26, { size: 11, look: 'soft' }));
    top += 14;
  }
  if (under) top += 14;
  else if (cell >= 14) {
    const high = sourceHeight(context, cell);
    marks.push(...sourceNames(context, left, top, cell, high));
    top += high + 4;
  }
  if (sheet.states) top = Math.max(top, y + BEGIN_SIZE.height + HEAD);
  marks.push(...columnHeads(sheet, y, top));
  const bands = thinBands(
    Array.from({ length: decoder.states.columns }, (_, unit) => unit),
    STATE.width / 2,
  );
  for (const row of decoder.said.keys()) marks.push(...matrixLine(sheet, row, top + (row + 0.5) * LINE, bands));
  if (sheet.states) marks.push(...handedDown(sheet));
  return { marks, height: top + decoder.said.length * LINE - y };
}

const bestX = ({ end }: Sheet): number => end + SUM + 16;
const statesX = (sheet: Sheet): number => bestX(sheet) + 8 + BEST;

function beginInWords({ view: { language } }: Context): string {
  return language === 'en' ? 'it begins as tanh(h·B + b), h where the encoder ended' : '从 tanh(h·B + b) 开始，h 为编码器的终点';
}

/** The names of the columns right of the matrix, and the box that the encoder's end comes into. */
function* columnHeads(sheet: Sheet, y: number, top: number): Generator<Mark> {
  const { context, end, nodes, best, states } = sheet;
  const english = context.view.language === 'en';
  if (best) {
    yield label(english ? 'sum' : '和', end + SUM, top - 9, { size: 11, align: 'end', look: 'soft' });
    yield label(english ? 'most probable' : '最可能的词', bestX(sheet), top - 9, { size: 11, look: 'soft' });
  }
  if (!states) return;
  yield label(english ? 'decoder’s state' : '解码器状态', statesX(sheet), top - 9, { size: 11, look: 'soft' });
  const box: Box = { x: statesX(sheet), y, width: STATE.width, height: BEGIN_SIZE.height };
  nodes.set(BEGIN, box);
  yield* beginMarks(box);
}

function* matrixLine(sheet: Sheet, row: number, middle: number, bands: Bands): Generator<Mark> {
  const { context, decoder, best, states, left, cell, end, nodes } = sheet;
  const { view, real } = context;
  const said = decoder.said[row]!;
  const token = fit(visible(said.token), NAMES - 12, 13, 'bold');
  yield { ...label(token, left - 8, middle, { size: 13, font: 'bold', align: 'end' }), foreign: true };
  const weights = Float32Array.from(real, (t) => rowOf(decoder.attention, row)![t]!);
  yield strip({
    ...{ name: `decoder.attention.${row}`, tensor: { what: 'decoderAttention' }, scale: 'share', limit: 1, axis: 'right' },
    row: weights,
    bands: { units: real.map((_, i) => [i]), size: 1, cellHeight: LINE - 4 },
    box: { x: left, y: middle - (LINE - 4) / 2, width: cell * real.length, height: LINE - 4 },
    digits: view.numbers && cell >= NUMBER ? 2 : undefined,
  });
  if (row === view.said)
    yield { kind: 'shape', box: { x: left - 2, y: middle - LINE / 2, width: end - left + 4, height: LINE }, look: 'frame', radius: 3 };
  if (!best) {
    const text = label(percent(said.probability), end + 8, middle, { size: 11, font: 'mono' });
    yield { ...text, value: said.probability, tensor: { what: 'said' } };
    return;
  }
  const sum = weights.reduce((all, weight) => all + weight, 0);
  yield label(decimals(sum, 2), end + SUM, middle, { size: 10.5, font: 'mono', align: 'end', look: 'soft' });
  yield* bestWords(said, bestX(sheet), middle);
  if (!states) return;
  const box: Box = { x: statesX(sheet), y: middle - STATE.height / 2, ...STATE };
  nodes.set(stateName(row), box);
  yield strip({
    ...{ name: stateName(row), tensor: { what: 'decoderStates' }, row: rowOf(decoder.states, row)!, scale: 'signed' },
    ...{ limit: context.scene.lanes.length > 0 ? view.ranges.h.limit : 1, axis: 'right', bands, box },
  });
}

/** The arrows of the decoder's state: from its beginning into the first line, and from each line into the next. */
function* handedDown({ decoder, nodes }: Sheet): Generator<Mark> {
  const [begin, first] = [nodes.get(BEGIN)!, nodes.get(stateName(0))];
  if (!first) return;
  // beside the name of the column
  const x = right(first) - 12;
  yield arrow('hidden', BEGIN, stateName(0), [
    [x, bottom(begin)],
    [x, first.y],
  ]);
  for (let row = 1; row < decoder.said.length; row++) {
    const [from, to] = [nodes.get(stateName(row - 1))!, nodes.get(stateName(row))!];
    yield arrow('hidden', stateName(row - 1), stateName(row), [
      [centreX(from), bottom(from)],
      [centreX(to), to.y],
    ]);
  }
}

const percent = (probability: number): string => `${(100 * probability).toFixed(1)} %`;

/** How high the longest word of the source stands. */
function sourceHeight({ scene, real }: Context, cell: number): number {
  const widths = real.map((t) => widthOf(visible((scene.tokens[t] ?? '').slice(0, 100)), WORD));
  return widths.every((one) => one <= cell - 4) ? 18 : Math.min(Math.max(...widths) + 6, SOURCE);
}

/** The words of the source above their columns: across where they fit, else on their side. */
function* sourceNames({ scene, real }: Context, left: number, top: number, cell: number, high: number): Generator<Mark> {
  const size = WORD;
  for (const [i, t] of real.entries()) {
    const middle = left + (i + 0.5) * cell;
    const text = visible((scene.tokens[t] ?? '').slice(0, 100));
    if (widthOf(text, size) <= cell - 4) {
      yield { ...label(text, middle, top + high - 9, { size, align: 'middle' }), foreign: true, timeStep: t };
      continue;
    }
    const shown = fit(text, high - 4, size);
    const [long, short] = [widthOf(shown, size), Math.min(size * LINE_HEIGHT, cell)];
    const box = { x: middle - short / 2, y: top + high - 2 - long, width: short, height: long };
    yield { ...label(shown, middle, 0, { size, align: 'middle' }), box, foreign: true, turned: true, timeStep: t };
  }
}

/** As many of the best next words as the line holds, with their probabilities; the one that was said is bold. */
function* bestWords({ token, best }: Decoder['said'][number], x: number, middle: number): Generator<Mark> {
  let at = x;
  for (const one of best) {
    const chance = decimals(one.probability, 2);
    const font = one.token === token ? 'bold' : 'plain';
    const word = fit(visible(one.token), 84, 12, font);
    const width = widthOf(word, 12, font) + 6 + widthOf(chance, 10.5, 'mono');
    if (at + width > x + BEST) return;
    yield { ...label(word, at, middle, { size: 12, font }), foreign: true };
    const number = label(chance, at + width, middle, { size: 10.5, font: 'mono', align: 'end', look: 'soft' });
    yield { ...number, value: one.probability, tensor: { what: 'said' } };
    at += width + 16;
  }
}
