/** The task of classification: one label a text. */
import { PipeError, show } from '../../errors.js';
import type { HeadDefinition } from '../../formats/model.js';
import { byCodePoint } from '../../text/counts.js';
import { share } from '../options.js';
import { TAKE, type Labelled, type Task } from './task.js';

type Definition = Extract<HeadDefinition, { task: 'classify' }>;

export const classify: Task<Definition> = {
  name: 'classify',
  about: 'one label a text',
  options: [
    TAKE,
    {
      flags: '--label-smoothing <p>',
      about: 'share of probability that is spread over all labels',
      default: 0,
      parse: share('--label-smoothing'),
    },
    {
      flags: '--class-weights <how>',
      about: 'balanced: rare labels weigh more, so that each counts alike',
      choices: ['none', 'balanced'],
      default: 'none',
    },
  ],
  define: (texts, options) => {
    const labels = [...new Set(texts.map(labelOf))].sort(byCodePoint);
    if (labels.length < 2)
      throw new PipeError('data', 'all texts have one label', {
        place: { file: texts[0]!.file },
        expected: 'at least two labels',
        found: labels[0]!,
        hint: 'which column is the label? --label-key names it',
      });
    return { task: 'classify', take: options['take'] as Definition['take'], labels };
  },
  per: 'sentence',
  width: () => 1,
  targets: (text, { labels }) => {
    const label = labels.indexOf(labelOf(text));
    if (label >= 0) return [label];
    throw new PipeError('data', 'the label is none of the training data', {
      place: { file: text.file, line: text.line },
      expected: labels.slice(0, 8).join(', '),
      found: labelOf(text),
      hint: 'train with texts of that label, or take this one out',
    });
  },
  lossOptions: (texts, { labels }, options) => ({
    labelSmoothing: Number(options['labelSmoothing']),
    ...(options['classWeights'] === 'balanced' ? { classWeights: balanced(texts, labels) } : {}),
  }),
};

function labelOf({ record, file, line }: Labelled): string {
  const { label } = record;
  if (typeof label === 'string' || typeof label === 'number') return String(label);
  throw new PipeError('data', label === undefined ? 'the text has no label' : 'the text has several labels', {
    place: { file, line },
    expected: 'one label',
    found: show(label),
    hint: 'label<TAB>text, text<TAB>label, __label__x text, or --label-key',
  });
}

/** texts / (labels × texts of the label) */
function balanced(texts: readonly Labelled[], labels: readonly string[]): Float32Array {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(labelOf(text), (counts.get(labelOf(text)) ?? 0) + 1);
  return Float32Array.from(labels, (label) => texts.length / (labels.length * counts.get(label)!));
}
