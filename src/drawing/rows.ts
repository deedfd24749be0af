/** The rows of a system, from the output lane down to the time steps, in the order of computing read from below. */
import { ATTENTION_HEIGHT, chancesHeight, tagNames, TAG_CHANCE, TAG_HEIGHT } from './answer-rows.js';
import { GRADIENT_HEIGHT, gradientLanes, gradientNote } from './gradient-row.js';
import { heightOf } from './strips.js';
import type { Bands } from './bands.js';
import type { Lane } from './scene.js';
import { charactersOf, label, visible, widthOf, wrap } from './text.js';
import type { TextMark } from './marks.js';
import { lanesUpwards, THIN, type Context } from './view.js';
import { say, sayToo, signOf, type Word } from './words.js';

export interface Row {
  kind:
    | 'output'
    | 'said'
    | 'tag'
    | 'chances'
    | 'attention'
    | 'hidden'
    | 'cell'
    | 'gates'
    | 'thin'
    | 'x'
    | 'token'
    | 'id'
    | 'time'
    | 'skipped'
    | 'gradient';
  y: number;
  height: number;
  lane?: Lane;
  bands?: Bands;
  /** layers that a `skipped` row stands for */
  layers?: readonly [number, number];
}

/** Space between strips, for the arrows that go up. */
const GAP = 26;
/** The letters under the gates. */
export const LETTERS = 13;
/** Gates narrower than this have no letters. */
export const LETTER_PITCH = 50;
const OUTPUT_LANE = 44;
/** Under a said word: how probable it was. */
export const SAID_CHANCE = 16;
/** Room for the lines from the states that a said word looked at. */
const LOOKED = 46;
const STACKED = 15;

/** How tokens stand in their row: across, upright, or on their side. */
export interface TokenRow {
  size: number;
  height: number;
}

/** Layers that are more than this stand as one line but for the first, the last and the chosen one. */
const MOST_LAYERS = 4;

type Spec = Omit<Row, 'y'> & { gap: number };

/** All rows with their places, the first at `top`; and where the last one ends. */
export function rowsOf(context: Context, pitch: number, top: number, withOutput: boolean): { rows: Row[]; bottom: number } {
  const specs = [...upwards(context, pitch)].reverse();
  const rows: Row[] = [];
  let y = top;
  if (withOutput) rows.push({ kind: 'output', y, height: OUTPUT_LANE });
  y += withOutput ? OUTPUT_LANE : 12;
  for (const { gap, ...row } of specs) {
    rows.push({ ...row, y });
    y += row.height + gap;
  }
  return { rows, bottom: y };
}

/** The rows from below, each with the gap beneath it. */
function* upwards(context: Context, pitch: number): Generator<Spec> {
  const { scene, view, bands } = context;
  for (const lane of gradientLanes(context)) yield { kind: 'gradient', height: GRADIENT_HEIGHT, lane, gap: 6 };
  yield { kind: 'time', height: 18, gap: gradientLanes(context).length > 0 ? 4 : 0 };
  if (scene.ids) yield { kind: 'id', height: scene.ids.some((id, t) => id === 1 && scene.mask[t]) ? 34 : 20, gap: 2 };
  yield { kind: 'token', height: tokenRow(context, pitch).height, gap: 4 };
  if (scene.embeddings) yield { kind: 'x', height: heightOf(bands.x), bands: bands.x, gap: GAP };
  const skipped = skippedLayers(context);
  for (const lane of lanesUpwards(scene)) {
    if (skipped && lane.layer >= skipped[0] && lane.layer <= skipped[1]) {
      if (lane.layer === skipped[0] && lane.direction === scene.lanes.find(({ layer }) => layer === skipped[0])!.direction)
        yield { kind: 'skipped', height: 18, layers: skipped, gap: GAP };
      continue;
    }
    if (lane.layer !== view.layer) yield { kind: 'thin', height: THIN, lane, bands: bands.thin, gap: GAP };
    else {
      if (lane.gates.length > 0) {
        const letters = pitch >= LETTER_PITCH ? LETTERS : 0;
        yield { kind: 'gates', height: heightOf(bands.gate), lane, bands: bands.gate, gap: GAP + letters };
      }
      if (lane.cellStates) yield { kind: 'cell', height: heightOf(bands.state), lane, bands: bands.state, gap: GAP };
      yield { kind: 'hidden', height: heightOf(bands.state), lane, bands: bands.state, gap: GAP };
    }
  }
  if (scene.taken?.weights) yield { kind: 'attention', height: ATTENTION_HEIGHT, gap: GAP };
  const { tagging } = scene;
  if (tagging?.chances) yield { kind: 'chances', height: chancesHeight(tagging), gap: GAP };
  if (context.decoderBeside) yield { kind: 'said', height: tokenRow(context, pitch).height + SAID_CHANCE, gap: LOOKED };
  // the boxes stand above the name of the row beneath them
  if (tagging) yield { kind: 'tag', height: TAG_HEIGHT + (tagging.chances ? TAG_CHANCE : 0), gap: GAP };
}

/** Where the columns of time steps begin: above the strips, beneath what stands above them. */
export const columnTop = (rows: readonly Row[]): number => rows.find(({ kind }) => kind !== 'output' && kind !== 'said')!.y - 8;

/** The layers in the middle of a deep network that stand as one line. */
export function skippedLayers({ scene, view }: Context): readonly [number, number] | undefined {
  if (scene.layers <= MOST_LAYERS) return undefined;
  const [from, to] = view.layer <= 2 ? [view.layer + 1, scene.layers - 1] : [2, view.layer - 1];
  return to > from ? [from, to] : undefined;
}

const HAN = /^[\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFFEF\u3000-\u303F\u{20000}-\u{3FFFF}]/u;

export interface TokenPlace {
  how: 'across' | 'upright' | 'turned';
  /** characters or the whole text; shortened where it does not fit */
  lines: string[];
}

const MOST_UPRIGHT = 4;
export const MOST_TURNED = 64;

/** How one token is written into a box of `width` px. */
export function placeToken(token: string, width: number, size: number): TokenPlace {
  const text = visible(token.slice(0, 400));
  if (text.length < 200 && widthOf(text, size) <= width) return { how: 'across', lines: [text] };
  const characters = charactersOf(text.slice(0, 200));
  if (characters.every((one) => HAN.test(one)) && characters.length <= 100) {
    const shown = characters.length > MOST_UPRIGHT ? [...characters.slice(0, MOST_UPRIGHT - 1), '…'] : characters;
    return { how: 'upright', lines: shown };
  }
  return { how: 'turned', lines: [text] };
}

export const tokenSize = (pitch: number): number => (pitch >= 72 ? 18 : 14);
export const tokenBoxWidth = (pitch: number): number => pitch - (pitch >= 72 ? 20 : 4);
export const tokenTextWidth = (pitch: number): number => tokenBoxWidth(pitch) - 4;

/** The height of the row of tokens: that of the tallest among those that stand across, upright or on their side. */
function tokenRow({ scene, decoderBeside }: Context, pitch: number): TokenRow {
  const size = tokenSize(pitch);
  let height = 28;
  for (const token of [...scene.tokens, ...(decoderBeside ? scene.decoder!.said : []).map((said) => said.token)]) {
    if (token === null) continue;
    const { how, lines } = placeToken(token, tokenTextWidth(pitch), size);
    if (how === 'upright') height = Math.max(height, lines.length * STACKED + 8);
    if (how === 'turned') height = Math.max(height, Math.min(widthOf(lines[0]!.slice(0, 60), 14), MOST_TURNED) + 8);
  }
  return { size, height };
}

const NAME_SIZE = 12.5;
const NOTE_SIZE = 11.5;

const WORD_OF: Record<Row['kind'], Word | undefined> = {
  output: undefined,
  said: 'said',
  tag: 'tag',
  chances: undefined,
  attention: 'attention',
  gradient: 'gradient',
  hidden: 'h',
  thin: 'h',
  cell: 'c',
  gates: 'gates',
  x: 'x',
  token: 'token',
  id: 'id',
  time: 'timeStep',
  skipped: undefined,
};

/** What stands left of a row: its name in both languages where they fit, of which layer, and what a cell of it shows. */
export function rowLabels(context: Context, row: Row, x: number, width: number): TextMark[] {
  const { scene, view } = context;
  if (row.kind === 'chances') return [...tagNames(context, row, x, width)];
  const word = WORD_OF[row.kind];
  if (!word) return [];
  const lines: { text: string; bold: boolean; spare?: boolean }[] = [];
  const add = (text: string, bold = false): void => {
    for (const line of wrap(text, width, bold ? NAME_SIZE : NOTE_SIZE, bold ? 'bold' : 'plain')) lines.push({ text: line, bold });
  };
  const signs = row.kind === 'gates' ? ` ${row.lane!.gates.map(({ name }) => signOf(name, scene.cell)).join(' ')}` : '';
  add(say(word, view.language) + signs, true);
  const small = row.kind === 'token' || row.kind === 'id' || row.kind === 'time';
  const both = `${say(word, view.language)} ${sayToo(word, view.language)}`;
  if (small && row.height < 26) lines[0]!.text = widthOf(both, NAME_SIZE, 'bold') <= width ? both : say(word, view.language);
  else if (row.kind !== 'thin' && row.kind !== 'gradient') lines.push({ text: sayToo(word, view.language), bold: false, spare: true });
  if (row.kind === 'gradient') add(gradientNote(context));
  if (row.lane && scene.lanes.length > 1) add(laneName(context, row.lane));
  if (row.bands && row.kind !== 'thin') for (const note of notesOf(context, row)) add(note);
  const most = Math.max(Math.floor((row.kind === 'gradient' ? row.height : row.height + GAP - 4) / (NOTE_SIZE * 1.25)), 1);
  // the name in the other language gives way to what the cells show
  const shown = lines.filter(({ spare }) => !spare || lines.length <= most).slice(0, most);
  const heights = shown.map(({ bold }) => (bold ? NAME_SIZE : NOTE_SIZE) * 1.25);
  let y = row.y + row.height / 2 - heights.reduce((sum, height) => sum + height, 0) / 2;
  return shown.map(({ text, bold }, i) => {
    const mark = label(text, x, y + heights[i]! / 2, {
      size: bold ? NAME_SIZE : NOTE_SIZE,
      font: bold ? 'bold' : 'plain',
      align: 'end',
      look: bold ? 'ink' : 'soft',
    });
    y += heights[i]!;
    return mark;
  });
}

/** "layer 2, ← reads backward" */
export function laneName({ scene, view }: Context, { layer, direction }: Lane): string {
  const parts = [
    ...(scene.layers > 1 ? [view.language === 'en' ? `layer ${layer}` : `第 ${layer} 层`] : []),
    ...(scene.directions.length > 1 || direction === 'backward' ? [say(direction, view.language)] : []),
  ];
  return parts.join(view.language === 'en' ? ', ' : '，');
}

/** How many units there are and what a cell shows of them. */
function notesOf({ scene, view, order }: Context, { kind, bands }: Row): string[] {
  const { language } = view;
  if (!bands) return [];
  const gap = language === 'en' ? ' ' : '';
  const all = kind === 'x' ? (scene.embeddings?.columns ?? 0) : scene.units;
  const shown = kind === 'x' ? all : order.length;
  const what = say(kind === 'x' ? 'numbers' : 'units', language);
  const count = shown < all ? `${shown}${gap}${say('shownOf', language)}${gap}${all}${gap}${what}` : `${all}${gap}${what}`;
  const notes: string[] = [];
  if (kind === 'gates') {
    if (bands.size > 1) notes.push(language === 'en' ? `mean of ${bands.size} units a band` : `每格为 ${bands.size} 个单元的平均`);
  } else if (bands.size > 1)
    notes.push(
      language === 'en' ? `${count}, ${bands.size} a band: the one furthest from 0` : `${count}，${bands.size} 个一格：取离 0 最远的`,
    );
  else if (bands.units.length > 16 || shown < all) notes.push(count);
  if (kind === 'hidden' && view.order === 'value') notes.push(say('sorted', language));
  return notes;
}
