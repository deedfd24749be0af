/** The task of several labels a text, or none. */
import { PipeError, show } from '../../errors.js';
import type { HeadDefinition } from '../../formats/model.js';
import { byCodePoint } from '../../text/counts.js';
import { TAKE, type Labelled, type Task } from './task.js';

type Definition = Extract<HeadDefinition, { task: 'multilabel' }>;

export const multilabel: Task<Definition> = {
  name: 'multilabel',
  about: 'any number of labels a text',
  options: [
    TAKE,
    {
      flags: '--label-separator <text>',
      about: 'what stands between the labels of a text; __label__a __label__b and JSON arrays need none',
    },
  ],
  define: (texts, options) => {
    const separator = options['labelSeparator'] as string | undefined;
    const labels = [...new Set(texts.flatMap((text) => labelsOf(text, separator)))].sort(byCodePoint);
    if (labels.length === 0)
      throw new PipeError('data', 'no text has a label', {
        place: { file: texts[0]!.file },
        hint: 'which column is it? --label-key names it',
      });
    return {
      task: 'multilabel',
      take: options['take'] as Definition['take'],
      labels,
      ...(separator === undefined ? {} : { separator }),
      threshold: 0.5,
    };
  },
  per: 'sentence',
  width: ({ labels }) => labels.length,
  targets: (text, { labels, separator }) => {
    const own = labelsOf(text, separator);
    const strange = own.find((label) => !labels.includes(label));
    if (strange !== undefined)
      throw new PipeError('data', 'the label is none of the training data', {
        place: { file: text.file, line: text.line },
        expected: labels.slice(0, 8).join(', '),
        found: strange,
        hint: 'train with texts of that label, or take this one out; --label-separator tells several from one',
      });
    return labels.map((label) => (own.includes(label) ? 1 : 0));
  },
  lossOptions: () => ({ labelSmoothing: 0 }),
};

/** Each label once; an empty label is none. */
function labelsOf({ record: { label }, file, line }: Labelled, separator: string | undefined): string[] {
  if (label === undefined)
    throw new PipeError('data', 'the text has no labels', {
      place: { file, line },
      expected: 'labels, or an empty column or [] for none',
      found: show(label),
      hint: '__label__a __label__b text; a JSON array; or a column with --label-separator, which --label-key names',
    });
  const parts = Array.isArray(label) ? label.map(String) : separator === undefined ? [String(label)] : String(label).split(separator);
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
}
