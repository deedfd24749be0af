/**
 * A decoder beside its encoder, in the same rows: a gap over which the encoder's end and what is looked at come, then a column a step. Into each
 * goes the word that was said before (`<bos>` into the first), its state is level with the encoder's last layer, and above stands what is said.
 * Of the marked word there is a line from every state that it looked at, as broad as its weight.
 */
import { bandsOf, thinBands, type Bands } from './bands.js';
import { planWith, type Plan } from './columns.js';
import { arrow } from './flow.js';
import { bottom, centreX, centreY, right, type ArrowMark, type Box, type Mark, type Picture, type Point } from './marks.js';
import { decimals } from './numbers.js';
import { SAID_CHANCE, tokenBoxWidth, type Row } from './rows.js';
import { rowOf, type Decoder } from './scene.js';
import { heightOf, NUMBER_SIZE, strip } from './strips.js';
import { endOf, hiddenName, tokenText, type System } from './system.js';
import { fit, label } from './text.js';
import { lanesUpwards, type Context } from './view.js';
import { say, sayToo } from './words.js';

/** Between the encoder and the decoder: the zero of a backward reading, the gap itself, and room before the first column. */
const GAP = { zero: 24, width: 128, after: 14 };
/** Where the encoder's end becomes the decoder's first state. */
export const BEGIN = 'decoder.begin';
export const BEGIN_SIZE = { width: 100, height: 22 };
const BEGIN_FORMULA = 'tanh(h·B + b)';
const BEGIN_TOKEN = '<bos>';
/** Below it a weight has no line of its own. */
const LEAST_LOOKED = 0.05;

export const stateName = (step: number): string => `decoder.state.${step}`;
const lower = ({ y, height }: Row): number => y + height;
const inputName = (step: number): string => `decoder.input.${step}`;
const saidName = (step: number): string => `decoder.said.${step}`;

/** px that gap and decoder take right of the encoder's columns. */
export const decoderBreadth = ({ said }: Decoder, pitch: number): number => GAP.zero + GAP.width + GAP.after + said.length * pitch;

/**
 * The plan of encoder and decoder side by side in `area` px; undefined where they do not fit, or where the encoder's states are not in
 * the picture, or its tokens do not stand together.
 */
export function besidePlan(context: Context, area: number): Plan | undefined {
  const { scene, real } = context;
  const { decoder, lanes, ids } = scene;
  const together = real.length > 0 && real.at(-1)! - real[0]! + 1 === real.length;
  if (!decoder || !together || lanes.length === 0 || !ids) return undefined;
  return planWith(context, decoder.said.length, area - decoderBreadth(decoder, 0));
}

/** @returns marks, and the box of each step; the system's nodes get those of the decoder */
export function decoderColumns(system: System, room: number): { marks: Mark[]; said: NonNullable<Picture['said']> } {
  const { context, rows, pitch, nodes } = system;
  const { decoder } = context.scene;
  if (!decoder) return { marks: [], said: [] };
  const row = (kind: Row['kind']): Row => rows.find((one) => one.kind === kind)!;
  const states = rows.find(({ kind }) => kind === 'hidden' || kind === 'thin')!;
  const bands = stateBands(decoder, row('token').y - states.y - 40);
  const gap = { x: endOf(system) + GAP.zero, y: states.y - 8, width: GAP.width, height: lower(row('time')) - states.y + 12 };
  const middle = states.y + heightOf(bands) / 2;
  const marks: Mark[] = [...gapMarks(system, gap, middle)];
  const said: { index: number; box: Box }[] = [];
  for (const [step, { token, probability }] of decoder.said.entries()) {
    const column = { x: right(gap) + GAP.after + step * pitch, y: row('said').y - 4, width: pitch, height: 0 };
    column.height = lower(row('time')) - column.y + 4;
    const input = step === 0 ? BEGIN_TOKEN : decoder.said[step - 1]!.token;
    const place = columnPlaces(system, column, row('token'), row('said'), states.y, heightOf(bands));
    nodes.set(inputName(step), place.input);
    nodes.set(stateName(step), place.state);
    nodes.set(saidName(step), { ...place.said, height: place.said.height + SAID_CHANCE });
    const look = step === context.view.said ? 'span' : 'token';
    marks.push({ kind: 'shape', box: place.input, look: 'token', radius: 5, name: inputName(step) });
    marks.push(...tokenText(input, place.input, pitch));
    marks.push({ kind: 'shape', box: place.said, look, radius: 5, name: saidName(step) });
    marks.push(...tokenText(token, place.said, pitch));
    const chance = label(decimals(probability, 2), centreX(column), bottom(place.said) + SAID_CHANCE / 2, {
      ...{ size: NUMBER_SIZE, font: 'mono', align: 'middle', look: 'soft' },
    });
    marks.push({ ...chance, value: probability, tensor: { what: 'said' } });
    marks.push(label(String(step + 1), centreX(column), row('time').y + 9, { align: 'middle', look: 'soft' }));
    marks.push(stateStrip(system, decoder, step, bands, place.state));
    said.push({ index: step, box: column });
  }
  marks.push(...links(system, row('id'), said));
  const units = say('units', context.view.language);
  const note = bands.size > 1 ? `, ${bands.size} ${say('aBand', context.view.language)} ${say('furthest', context.view.language)}` : '';
  const name = `${say('decoder', context.view.language)} ${sayToo('decoder', context.view.language)}`;
  const x = right(gap) + GAP.after;
  const text = `${name}, ${decoder.states.columns} ${units}${note}`;
  marks.push(label(fit(text, room - x, 12.5, 'bold'), x + 4, row('said').y - 16, { size: 12.5, font: 'bold' }));
  return { marks, said };
}

/** The cells of a state, as high as the rows let it be. */
function stateBands({ states }: Decoder, height: number): Bands {
  const all = Array.from({ length: states.columns }, (_, unit) => unit);
  const bands = bandsOf(all);
  return heightOf(bands) <= height ? bands : thinBands(all, Math.floor(height));
}

function stateStrip({ context, pitch, index }: System, { states }: Decoder, step: number, bands: Bands, box: Box): Mark {
  const { view } = context;
  return strip({
    ...{ name: stateName(step), tensor: { what: 'decoderStates' }, row: rowOf(states, step)!, scale: 'signed' },
    ...{ limit: view.ranges.h.limit, bands, box, digits: view.numbers ? 2 : undefined },
    lane: { name: `${index}.decoder`, pitch, column: step },
  });
}

/** Where the boxes and the strip of one column stand. */
function columnPlaces({ pitch, stripWidth }: System, column: Box, token: Row, said: Row, top: number, height: number): Places {
  const width = tokenBoxWidth(pitch);
  const x = centreX(column) - width / 2;
  return {
    input: { x, y: token.y, width, height: token.height },
    said: { x, y: said.y, width, height: said.height - SAID_CHANCE },
    state: { x: Math.round(centreX(column) - stripWidth / 2), y: top, width: stripWidth, height },
  };
}

interface Places {
  input: Box;
  said: Box;
  state: Box;
}

/** The gap: what comes over it, and the box that the encoder's end comes into. */
function* gapMarks({ context, nodes, rows }: System, gap: Box, middle: number): Generator<Mark> {
  const { view, scene, real } = context;
  for (const x of [gap.x, right(gap) - 1]) yield { kind: 'shape', box: { ...gap, x, width: 1 }, look: 'decade', level: 'ground' };
  const box: Box = { x: centreX(gap) - BEGIN_SIZE.width / 2, y: middle - BEGIN_SIZE.height / 2, ...BEGIN_SIZE };
  nodes.set(BEGIN, box);
  yield* beginMarks(box);
  const lines = [
    { text: say('context', view.language), bold: true },
    { text: sayToo('context', view.language), bold: false },
  ];
  for (const [i, { text, bold }] of lines.entries())
    yield label(text, centreX(gap), bottom(box) + 14 + i * 15, {
      ...{ size: bold ? 12.5 : 11.5, font: bold ? 'bold' : 'plain', align: 'middle', look: bold ? 'ink' : 'soft' },
    });
  const said = rows.find(({ kind }) => kind === 'said')!;
  const weights = rowOf(scene.decoder!.attention, view.said)!;
  const rest = real.reduce((sum, t) => (weights[t]! < LEAST_LOOKED ? sum + weights[t]! : sum), 0);
  // left of the line that comes down
  if (rest >= 0.005)
    yield label(`${say('rest', view.language)} ${decimals(rest, 2)}`, centreX(gap) - 6, said.y + 20, { size: NUMBER_SIZE, align: 'end' });
}

/** The box in which the encoder's end becomes the decoder's first state. */
export function* beginMarks(box: Box): Generator<Mark> {
  yield { kind: 'shape', box, look: 'token', radius: 5, name: BEGIN };
  yield label(BEGIN_FORMULA, centreX(box), centreY(box), { size: 11, font: 'mono', align: 'middle' });
}

/** The lines of the decoder: up through each column, its state from step to step, and the said word into the next column. */
function* links({ nodes, pitch }: System, id: Row, steps: NonNullable<Picture['said']>): Generator<Mark> {
  const node = (name: string): Box => nodes.get(name)!;
  for (const { index: step, box: column } of steps) {
    const [input, state, said] = [node(inputName(step)), node(stateName(step)), node(saidName(step))];
    const x = centreX(column);
    yield arrow('within', inputName(step), stateName(step), [
      [x, input.y],
      [x, bottom(state)],
    ]);
    yield arrow('within', stateName(step), saidName(step), [
      [x, state.y],
      [x, bottom(said)],
    ]);
    const from = step === 0 ? BEGIN : stateName(step - 1);
    yield arrow('hidden', from, stateName(step), [
      [right(node(from)), centreY(state)],
      [state.x, centreY(state)],
    ]);
    if (step + 1 < steps.length) {
      // down between the columns, and from beneath into the next one
      const [next, between] = [node(inputName(step + 1)), right(column)];
      yield arrow('loop', saidName(step), inputName(step + 1), [
        [right(said), said.y + (said.height - SAID_CHANCE) / 2],
        [between, said.y + (said.height - SAID_CHANCE) / 2],
        [between, id.y + id.height / 2],
        [x + pitch, id.y + id.height / 2],
        [x + pitch, bottom(next)],
      ]);
    }
  }
}

/** From the states that the marked word looked at to that word, when the encoder's columns have their places. */
export function* looked({ scene, view, real }: Context, nodes: ReadonlyMap<string, Box>): Generator<ArrowMark> {
  const lane = lanesUpwards(scene).at(-1)!;
  const weights = rowOf(scene.decoder!.attention, view.said)!;
  const to = nodes.get(saidName(view.said))!;
  for (const t of real) {
    const from = nodes.get(hiddenName(lane, t));
    if (!from || weights[t]! < LEAST_LOOKED) continue;
    const points = curve([centreX(from), from.y], [centreX(to) - 8, bottom(to)]);
    yield arrow('looked', hiddenName(lane, t), saidName(view.said), points, 6 * weights[t]!, false);
  }
}

const PIECES = 12;

/** A curve that leaves upwards and arrives upwards, as points on it. */
function curve([x0, y0]: Point, [x1, y1]: Point): Point[] {
  return Array.from({ length: PIECES + 1 }, (_, i): Point => {
    const t = i / PIECES;
    const s = 1 - t;
    const mix = (a: number, b: number, c: number, d: number): number =>
      s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
    return [mix(x0, x0, x1, x1), mix(y0, y1, y0, y1)];
  });
}
