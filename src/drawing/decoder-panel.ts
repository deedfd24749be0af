/**
 * What a model says of a sentence: for each word that is said a line with what it looked at (the row of an attention matrix, over the
 * source's words), the words that were most probable, and the decoder's state; then the search as a tree of hypotheses.
 */
import { thinBands } from './bands.js';
import { arrow } from './flow.js';
import { centreX, centreY, right, type Box, type Mark } from './marks.js';
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
const STATE = 128;
const SOURCE = 74;
/** Size of the source’s words. */
const WORD = 12.5;
const BEST = 250;
const BOX = { width: 84, height: 36, gapX: 26, gapY: 8 };
const HEAD = 26;

export interface DecoderPanel {
  marks: Mark[];
  height: number;
}

/** @param nodes places that arrows start and end at are put into it */
export function decoderPanel(context: Context, x: number, y: number, width: number, nodes: Map<string, Box>): DecoderPanel {
  const { decoder } = context.scene;
  if (!decoder) return { marks: [], height: 0 };
  const matrix = attentionMatrix(context, decoder, x, y, width);
  const tree = beamTree(context, decoder, x, y + matrix.height + 24, width, nodes);
  return { marks: [...matrix.marks, ...tree.marks], height: matrix.height + 24 + tree.height };
}

const title = ({ view: { language } }: Context, word: 'looked' | 'said' | 'beam', x: number, y: number): Mark =>
  label(`${say(word, language)} ${sayToo(word, language)}`, x, y, { size: 12.5, font: 'bold' });

function attentionMatrix(context: Context, decoder: Decoder, x: number, y: number, width: number): DecoderPanel {
  const { view, scene, real } = context;
  const wide = width >= 700;
  const room = width - NAMES - (wide ? BEST + STATE + 40 : 64);
  const cell = Math.min(room / real.length, MOST_CELL);
  const left = x + NAMES;
  const marks: Mark[] = [title(context, 'looked', x, y + 9)];
  let top = y + HEAD;
  const named = cell >= 14;
  if (named) {
    const high = sourceHeight(context, cell);
    marks.push(...sourceNames(context, left, top, cell, high));
    top += high + 4;
  }
  const matrixEnd = left + cell * real.length;
  if (wide) {
    const language = view.language;
    marks.push(label(language === 'en' ? 'most probable' : '最可能的词', matrixEnd + 16, top - 9, { size: 11, look: 'soft' }));
    marks.push(label(language === 'en' ? 'decoder’s state' : '解码器状态', matrixEnd + 24 + BEST, top - 9, { size: 11, look: 'soft' }));
  }
  const states = thinBands(
    Array.from({ length: decoder.states.columns }, (_, unit) => unit),
    STATE / 2,
  );
  for (const [row, said] of decoder.said.entries()) {
    const middle = top + row * LINE + LINE / 2;
    const token = fit(visible(said.token), NAMES - 12, 13, 'bold');
    marks.push({ ...label(token, left - 8, middle, { size: 13, font: 'bold', align: 'end' }), foreign: true });
    const weights = Float32Array.from(real, (t) => rowOf(decoder.attention, row)![t]!);
    marks.push(
      strip({
        ...{
          name: `decoder.attention.${row}`,
          tensor: { what: 'decoderAttention' },
          row: weights,
          scale: 'share',
          limit: 1,
          axis: 'right',
        },
        bands: { units: real.map((_, i) => [i]), size: 1, cellHeight: LINE - 4 },
        box: { x: left, y: middle - (LINE - 4) / 2, width: cell * real.length, height: LINE - 4 },
        digits: view.numbers && cell >= NUMBER ? 2 : undefined,
      }),
    );
    if (wide) {
      marks.push(...bestWords(said, matrixEnd + 16, middle));
      marks.push(
        strip({
          ...{ name: `decoder.state.${row}`, tensor: { what: 'decoderStates' }, row: rowOf(decoder.states, row)!, scale: 'signed' },
          ...{ limit: scene.lanes.length > 0 ? view.ranges.h.limit : 1, axis: 'right', bands: states },
          box: { x: matrixEnd + 24 + BEST, y: middle - 6, width: STATE, height: 12 },
        }),
      );
    } else {
      const text = label(percent(said.probability), matrixEnd + 8, middle, { size: 11, font: 'mono' });
      marks.push({ ...text, value: said.probability, tensor: { what: 'said' } });
    }
  }
  return { marks, height: top + decoder.said.length * LINE - y };
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

/** The hypotheses of each step in a column, each with what it said last and its log probability; lines from those it goes on from. */
function beamTree(context: Context, { steps }: Decoder, x: number, y: number, width: number, nodes: Map<string, Box>): DecoderPanel {
  const marks: Mark[] = [title(context, 'beam', x, y + 9)];
  const across = Math.max(Math.floor((width + BOX.gapX) / (BOX.width + BOX.gapX)), 1);
  let top = y + HEAD;
  for (let from = 0; from < steps.length; from += across) {
    const line = steps.slice(from, from + across);
    const high = Math.max(...line.map(({ length }) => length));
    for (const [i, hypotheses] of line.entries())
      for (const [k, one] of hypotheses.entries()) {
        const step = from + i;
        const box = { x: x + i * (BOX.width + BOX.gapX), y: top + k * (BOX.height + BOX.gapY), width: BOX.width, height: BOX.height };
        nodes.set(hypothesisName(step, k), box);
        marks.push({ kind: 'shape', box, look: one.chosen ? 'span' : 'token', radius: 5, name: hypothesisName(step, k) });
        const word = fit(visible(one.token), BOX.width - 10, 12, one.chosen ? 'bold' : 'plain');
        marks.push({
          ...label(word, centreX(box), box.y + 11, { size: 12, align: 'middle', font: one.chosen ? 'bold' : 'plain' }),
          foreign: true,
        });
        const number = label(decimals(one.logProbability, 2), centreX(box), box.y + 27, {
          size: 10.5,
          font: 'mono',
          align: 'middle',
          look: 'soft',
        });
        marks.push({ ...number, value: one.logProbability, tensor: { what: 'hypotheses' } });
        const parent = nodes.get(hypothesisName(step - 1, one.parent));
        if (i > 0 && parent) marks.push(branch(parent, box, [hypothesisName(step - 1, one.parent), hypothesisName(step, k)], one.chosen));
      }
    top += high * (BOX.height + BOX.gapY) + 10;
  }
  const { language } = context.view;
  const note = language === 'en' ? 'beneath each word: log probability of the text so far' : '词下：到此为止的文本的对数概率';
  marks.push(label(fit(note, width, 10.5), x, top + 2, { size: 10.5, look: 'soft' }));
  return { marks, height: top + 12 - y };
}

const hypothesisName = (step: number, place: number): string => `hypothesis.${step}.${place}`;

function branch(parent: Box, child: Box, [from, to]: [string, string], chosen: boolean): Mark {
  const turn = right(parent) + BOX.gapX / 2;
  return arrow(
    'output',
    from,
    to,
    [
      [right(parent), centreY(parent)],
      [turn, centreY(parent)],
      [turn, centreY(child)],
      [child.x, centreY(child)],
    ],
    chosen ? 2 : 0.75,
    chosen,
  );
}
