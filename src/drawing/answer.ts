/** The answer: output vector, logits, softmax and the label; then the legends and the key to the arrows. As panels that a layout places. */
import { thinBands, bandsOf } from './bands.js';
import type { Box, Mark, ShapeMark, TextMark } from './marks.js';
import { decimals, subscript } from './numbers.js';
import type { Scale } from './palette.js';
import { heightOf, strip } from './strips.js';
import { fit, label, visible, widthOf, wrap } from './text.js';
import { NARROW, type Context } from './view.js';
import { say, sayToo } from './words.js';

export interface Panel {
  marks: Mark[];
  width: number;
  height: number;
}

/** Labels that have bars at most: the most probable ones, in their own order. */
const MOST_BARS = 8;
const BAR = 18;
const STRIP = 52;

/** The output vector and what became of it. `outputBox` is where arrows to it end. */
export function answerPanel(context: Context, x: number, y: number, width: number): Panel & { outputBox?: Box } {
  const { scene, view, real } = context;
  const { language } = view;
  const marks: Mark[] = [];
  if (!scene.output && !scene.logits && scene.prediction === undefined) return { marks, width, height: 0 };
  let stripBottom = y;
  let outputBox: Box | undefined;
  const from = (): string => {
    const { taken } = scene;
    if (!taken || scene.directions.length > 1 || taken.timeSteps.length !== 1) return '';
    return ` = h${subscript((taken.timeSteps[0] ?? real.at(-1)!) + 1)}`;
  };
  if (scene.output) {
    const size = scene.output.length;
    const all = Array.from({ length: size }, (_, i) => i);
    const bands = size <= 16 ? bandsOf(all) : thinBands(all, Math.min(size, 128));
    const box = { x, y: y + 22, width: STRIP, height: heightOf(bands) };
    const title = `${say('output', language)} ${sayToo('output', language)}${from()}`;
    marks.push(label(title, x + STRIP / 2 + 10, y + 9, { size: 12.5, font: 'bold' }));
    marks.push(
      strip({
        ...{ name: 'output', tensor: { what: 'output' }, row: scene.output, bands, scale: 'signed', limit: view.ranges.h.limit, box },
        digits: view.numbers ? 2 : undefined,
      }),
    );
    if (scene.directions.length > 1) marks.push(halves(box));
    if (size > 16) {
      const note =
        bands.size > 1
          ? `${size} ${say('units', language)}, ${bands.size} ${say('aBand', language)} ${say('furthest', language)}`
          : `${size} ${say('units', language)}`;
      for (const [i, line] of wrap(note, STRIP + 20, 10.5)
        .slice(0, 5)
        .entries())
        marks.push(label(line, x, box.y + box.height + 9 + i * 13.5, { size: 10.5, look: 'soft' }));
      stripBottom = box.y + box.height + 14 * Math.min(wrap(note, STRIP + 20, 10.5).length, 5) + 4;
    } else stripBottom = box.y + box.height;
    outputBox = box;
  }
  const beside = scene.output ? STRIP + 24 : 0;
  const bars = barsOf(context, x + beside, scene.output ? y + 24 : y, width - beside);
  marks.push(...bars.marks);
  let bottomY = Math.max(stripBottom, bars.height > 0 ? y + 24 + bars.height : y);
  if (scene.prediction !== undefined) {
    const box = answerBox(scene.prediction, context, { x, y: bottomY === y ? y : bottomY + 16, width });
    marks.push(...box.marks);
    bottomY = box.bottom;
  }
  return { marks, width, height: bottomY - y, ...(outputBox ? { outputBox } : {}) };
}

/** Lines of a long answer that are shown. */
const MOST_LINES = 5;

/** The answer in its box: large where it is short, else in lines beneath its name. */
function answerBox(text: string, { view: { language } }: Context, { x, y, width }: Omit<Box, 'height'>): { marks: Mark[]; bottom: number } {
  const name = `${say('answer', language)} ${sayToo('answer', language)}`;
  const room = width - 40 - widthOf(name, 12.5, 'bold');
  const whole = visible(text.slice(0, 2000));
  const title = (middle: number): TextMark => label(name, x + 14, middle, { size: 12.5, font: 'bold' });
  const shape = (height: number): Mark => ({ kind: 'shape', box: { x, y, width, height }, look: 'answer-box', radius: 5 });
  if (widthOf(whole, 18, 'bold') <= room)
    return {
      marks: [
        shape(40),
        title(y + 20),
        { ...label(whole, x + width - 14, y + 20, { size: 18, font: 'bold', align: 'end' }), foreign: true },
      ],
      bottom: y + 40,
    };
  const lines = wrap(whole, width - 28, 14, 'bold').map((line) => fit(line, width - 28, 14, 'bold'));
  const shown =
    lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES - 1), fit(`${lines[MOST_LINES - 1]!} …`, width - 28, 14, 'bold')] : lines;
  const height = 34 + shown.length * 20;
  const words = shown.map((line, i): Mark => ({ ...label(line, x + 14, y + 36 + i * 20, { size: 14, font: 'bold' }), foreign: true }));
  return { marks: [shape(height), title(y + 16), ...words], bottom: y + height };
}

/** The rule between the two directions' halves of the output. */
const halves = ({ x, y, width, height }: Box): ShapeMark => ({
  kind: 'shape',
  box: { x: x - 3, y: y + height / 2 - 0.75, width: width + 6, height: 1.5 },
  look: 'rule',
  level: 'plate',
});

/** Logits as bars about zero, probabilities as bars from zero. */
function barsOf({ scene, view }: Context, x: number, y: number, width: number): Panel {
  const { logits, probabilities, labels } = scene;
  const { language } = view;
  const marks: Mark[] = [];
  if (!logits && !probabilities) return { marks, width, height: 0 };
  const count = logits?.length ?? probabilities!.length;
  const order = Array.from({ length: count }, (_, i) => i);
  const strength = probabilities ?? logits!;
  const best = [...order].sort((a, b) => strength[b]! - strength[a]! || a - b);
  const shown = best.slice(0, MOST_BARS).sort((a, b) => a - b);
  const nameOf = (i: number): string => visible(labels[i] ?? `#${i + 1}`);
  const names = Math.min(Math.max(...shown.map((i) => widthOf(nameOf(i).slice(0, 40), 11.5)), 20), width * 0.32);
  const numbers = widthOf('100.0 %', 11, 'mono');
  const room = { x: x + names + 8, width: width - names - 16 - numbers };
  let at = y;
  const head = (word: 'logits' | 'softmax' | 'sigmoid' | 'chances'): void => {
    marks.push(label(say(word, language), x, at + 8, { size: 12.5, font: 'bold' }));
    at += 20;
  };
  const row = (i: number, bar: Box, text: string, look: string, value: number, what: string): void => {
    const name = fit(nameOf(i), names, 11.5);
    marks.push({ ...label(name, x, at + BAR / 2, { size: 11.5 }), foreign: true });
    marks.push({ kind: 'shape', box: bar, look, value, tensor: { what }, unit: i });
    const number = label(text, x + width, at + BAR / 2, { size: 11, font: 'mono', align: 'end' });
    marks.push({ ...number, value, tensor: { what }, unit: i });
    at += BAR;
  };
  if (logits) {
    head('logits');
    const most = Math.max(...Array.from(logits, Math.abs), 1e-9);
    const zero = room.x + room.width / 2;
    const top = at;
    for (const i of shown) {
      const length = (Math.abs(logits[i]!) / most) * (room.width / 2);
      const box = { x: logits[i]! < 0 ? zero - length : zero, y: at + 3, width: length, height: BAR - 6 };
      row(i, box, decimals(logits[i]!, 3), i === best[0] ? 'bar best' : 'bar', logits[i]!, 'logits');
    }
    marks.push({ kind: 'shape', box: { x: zero - 0.5, y: top, width: 1, height: at - top }, look: 'axis' });
    at += 8;
  }
  if (probabilities) {
    head(logits ? scene.squash : 'chances');
    for (const i of shown) {
      const value = probabilities[i]!;
      const frame = { x: room.x, y: at + 3, width: room.width, height: BAR - 6 };
      marks.push({ kind: 'shape', box: frame, look: 'trough' });
      row(
        i,
        { ...frame, width: value * room.width },
        `${(100 * value).toFixed(1)} %`,
        i === best[0] ? 'bar best' : 'bar',
        value,
        'probabilities',
      );
    }
  }
  if (count > shown.length) {
    const left = count - shown.length;
    marks.push(label(language === 'en' ? `${left} more` : `另有 ${left} 个`, x, at + 9, { size: 11, look: 'soft' }));
    at += BAR;
  }
  return { marks, width, height: at - y };
}

/** One legend for each scale that the picture has, then the arrows. */
export function legendPanel({ scene, view }: Context, x: number, y: number, width: number): Panel {
  const { language, ranges } = view;
  const marks: Mark[] = [];
  let at = y;
  const scale = (title: string, kind: Scale, ends: readonly [string, string, string]): void => {
    const count = kind === 'signed' ? 21 : 11;
    marks.push(label(title, x, at + 8, { size: 11.5, font: 'bold' }));
    for (let i = 0; i < count; i++)
      marks.push({
        kind: 'shape',
        box: { x: x + (i * width) / count, y: at + 18, width: width / count, height: 12 },
        look: `${kind === 'signed' ? 's' : 'g'}${i}`,
      });
    const line = at + 39;
    marks.push(label(ends[0], x, line, { size: 10.5, look: 'soft' }));
    marks.push(label(ends[1], x + width / 2, line, { size: 10.5, align: 'middle', look: 'soft' }));
    marks.push(label(ends[2], x + width, line, { size: 10.5, align: 'end', look: 'soft' }));
    at += 50;
  };
  const signed = (title: string, limit: number): void => scale(title, 'signed', [`−${limit}`, '0', `+${limit}`]);
  const hasGates = scene.lanes.some(({ gates }) => gates.length > 0);
  const letters = scene.cell === 'gru' ? 'z r' : 'i f o';
  const candidate = scene.cell === 'gru' ? 'h\u0303' : 'c\u0303';
  if (scene.lanes.length > 0) signed(hasGates ? (language === 'en' ? `h and ${candidate}` : `h 与 ${candidate}`) : 'h', ranges.h.limit);
  if (scene.lanes.some(({ cellStates }) => cellStates)) signed('c', ranges.c.limit);
  if (scene.embeddings) signed('x', ranges.x.limit);
  const shares = [
    ...(scene.taken?.weights || scene.decoder ? [say('attention', language)] : []),
    ...(scene.tagging?.chances ? [say('tag', language)] : []),
  ];
  if (!hasGates && shares.length > 0) scale(shares.join(', '), 'share', ['0', '0.5', '1']);
  if (hasGates) scale(`${say('ofGates', language)} ${letters}`, 'share', [say('shut', language), '0.5', say('open', language)]);
  const beyond = ranges.x.beyond + ranges.c.beyond + ranges.h.beyond;
  if (scene.lanes.length > 0 || scene.embeddings) {
    const notes = [
      ...(view.ink ? [say('inkSquares', language), say(view.width < NARROW ? 'inkBarsUp' : 'inkBars', language)] : []),
      say(view.rangeGiven ? 'rangeGiven' : 'rangeNote', language),
      ...(beyond > 0 ? [`${beyond} ${say(beyond === 1 ? 'beyondOne' : 'beyond', language)}`] : []),
      ...(scene.lanes.length > 0 && !hasGates && scene.cell !== 'rnn' ? [say('noTrace', language)] : []),
    ];
    for (const line of notes.flatMap((note) => wrap(note, width, 10.5))) {
      marks.push(label(line, x, at + 7, { size: 10.5, look: 'soft' }));
      at += 14;
    }
    at += 8;
  }
  return { marks, width, height: at - y };
}

export function keyPanel({ scene, view, decoderBeside }: Context, x: number, y: number, width: number): Panel {
  const { language } = view;
  const marks: Mark[] = [];
  let at = y;
  const entry = (text: string, draw: (middle: number) => ShapeMark): void => {
    for (const [i, line] of wrap(text, width - 52, 11.5).entries()) {
      if (i === 0) marks.push(draw(at + 9));
      marks.push(label(line, x + 48, at + 9, { size: 11.5, look: 'soft' }));
      at += i === 0 ? 20 : 15;
    }
  };
  const line =
    (look: string) =>
    (middle: number): ShapeMark => ({
      kind: 'shape',
      box: { x, y: middle - 4, width: 38, height: 8 },
      look: `${look} key`,
      path: [
        [x, middle],
        [x + 36, middle],
      ],
    });
  if (scene.lanes.length > 0) {
    entry(say('hiddenArrow', language), line('hidden'));
    if (scene.lanes.some(({ cellStates }) => cellStates)) entry(say('cellArrow', language), line('cell'));
  }
  if (scene.lanes.length > 0 || scene.embeddings) entry(say('withinArrow', language), line('within'));
  if (decoderBeside) {
    entry(say('loopKey', language), line('loop'));
    entry(say('lookedKey', language), line('looked'));
  }
  const box =
    (look: string) =>
    (middle: number): ShapeMark => ({ kind: 'shape', box: { x, y: middle - 7, width: 36, height: 14 }, look });
  if (scene.mask.includes(false)) entry(say('paddingKey', language), box('hatch'));
  if (scene.ids?.some((id, t) => id === 1 && scene.mask[t])) entry(say('unknownKey', language), box('frame'));
  if (scene.cut > 0) {
    const text = language === 'en' ? `${scene.cut} tokens were cut (pad --length)` : `${scene.cut} 个词被截去（pad --length）`;
    for (const part of wrap(text, width, 11.5)) {
      marks.push(label(part, x, at + 9, { size: 11.5, look: 'soft' }));
      at += 16;
    }
  }
  return { marks, width, height: at - y };
}
