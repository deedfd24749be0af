/** The search as a tree: the hypotheses of each step, each with its log probability, and which goes on from which. */
import { HEAD, type DecoderPanel } from './attention-matrix.js';
import { arrow } from './flow.js';
import { centreX, centreY, right, type Box, type Mark } from './marks.js';
import { decimals } from './numbers.js';
import type { Decoder } from './scene.js';
import { fit, label, visible } from './text.js';
import type { Context } from './view.js';

const BOX = { width: 84, height: 36, gapX: 26, gapY: 8 };

/** The hypotheses of each step in a column; lines from those they go on from. As many columns as fit, then the next line of them. */
export function beamTree(
  { view: { language } }: Context,
  { steps }: Decoder,
  { x, y, width }: Omit<Box, 'height'>,
  nodes: Map<string, Box>,
): DecoderPanel {
  const across = Math.max(Math.floor((width + BOX.gapX) / (BOX.width + BOX.gapX)), 1);
  const marks: Mark[] = [];
  let top = y + HEAD;
  for (let from = 0; from < steps.length; from += across) {
    const line = steps.slice(from, from + across);
    for (const [i, hypotheses] of line.entries())
      for (const [place, one] of hypotheses.entries()) {
        const box = { x: x + i * (BOX.width + BOX.gapX), y: top + place * (BOX.height + BOX.gapY), width: BOX.width, height: BOX.height };
        const names: Names = [hypothesisName(from + i - 1, one.parent), hypothesisName(from + i, place)];
        nodes.set(names[1], box);
        marks.push(...hypothesis(one, box, names[1]));
        const parent = nodes.get(names[0]);
        if (i > 0 && parent) marks.push(branch(parent, box, names, one.chosen));
      }
    top += Math.max(...line.map(({ length }) => length)) * (BOX.height + BOX.gapY) + 10;
  }
  const note = language === 'en' ? 'beneath each word: log probability of the text so far' : '词下：到此为止的文本的对数概率';
  marks.push(label(fit(note, width, 10.5), x, top + 2, { size: 10.5, look: 'soft' }));
  return { marks, height: top + 12 - y };
}

type Names = [parent: string, own: string];
const hypothesisName = (step: number, place: number): string => `hypothesis.${step}.${place}`;

function* hypothesis({ token, logProbability, chosen }: Decoder['steps'][number][number], box: Box, name: string): Generator<Mark> {
  const font = chosen ? 'bold' : 'plain';
  yield { kind: 'shape', box, look: chosen ? 'span' : 'token', radius: 5, name };
  const word = fit(visible(token), BOX.width - 10, 12, font);
  yield { ...label(word, centreX(box), box.y + 11, { size: 12, align: 'middle', font }), foreign: true };
  const number = label(decimals(logProbability, 2), centreX(box), box.y + 27, { size: 10.5, font: 'mono', align: 'middle', look: 'soft' });
  yield { ...number, value: logProbability, tensor: { what: 'hypotheses' } };
}

function branch(parent: Box, child: Box, [from, to]: Names, chosen: boolean): Mark {
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
