/** The task of regression: one or several numbers a text. */
import { PipeError, show } from '../../errors.js';
import { LOSSES, type HeadDefinition } from '../../formats/model.js';
import { list } from '../options.js';
import { TAKE, type Labelled, type Task } from './task.js';

type Definition = Extract<HeadDefinition, { task: 'regress' }>;

export const regress: Task<Definition> = {
  name: 'regress',
  about: 'one or several numbers a text',
  options: [
    TAKE,
    { flags: '--loss <name>', about: 'squared, absolute or Huber’s error of standardised numbers', choices: LOSSES, default: 'mse' },
    {
      flags: '--numbers <a,b,…>',
      about: 'columns or fields that hold the numbers (default: the label, such as 3.5 or 3.5,1)',
      parse: list('--numbers'),
    },
  ],
  define: (texts, options, note) => {
    const columns = (options['numbers'] ?? []) as string[];
    const rows = texts.map((text) => numbersOf(text, columns));
    const width = rows[0]!.length;
    rows.forEach((row, i) => checkWidth(row, width, texts[i]!));
    const mean = rows[0]!.map((_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length);
    const deviation = mean.map((of, k) => Math.sqrt(rows.reduce((sum, row) => sum + (row[k]! - of) ** 2, 0) / rows.length));
    const constant = deviation.findIndex((one) => one === 0);
    if (constant >= 0)
      throw new PipeError('data', `all texts have one number${width > 1 ? ` in place ${constant + 1}` : ''}: there is nothing to learn`, {
        place: { file: texts[0]!.file },
        found: String(mean[constant]),
        hint: 'which column is the number? --label-key or --numbers names it',
      });
    note(`learns numbers less their mean, ${few(mean)}, in units of their deviation, ${few(deviation)}; predicts numbers as they were`);
    return {
      task: 'regress',
      take: options['take'] as Definition['take'],
      loss: options['loss'] as Definition['loss'],
      columns,
      mean,
      deviation,
    };
  },
  per: 'sentence',
  width: ({ mean }) => mean.length,
  targets: (text, { columns, mean }) => {
    const row = numbersOf(text, columns);
    checkWidth(row, mean.length, text);
    return row;
  },
  lossOptions: () => ({ labelSmoothing: 0 }),
};

/** Numbers with five digits, for people. */
const few = (numbers: readonly number[]): string => numbers.map((number) => String(Number(number.toPrecision(5)))).join(', ');

/** The numbers of a text: of its columns, or of its label (3.5 · "3.5" · "3.5,1" · [3.5, 1]). */
function numbersOf(text: Labelled, columns: readonly string[]): number[] {
  const { label } = text.record;
  if (columns.length > 0) return columns.map((column) => numberOf(text.record[column], text, `"${column}"`));
  const parts: readonly unknown[] = typeof label === 'string' ? label.split(',') : Array.isArray(label) ? label : [label];
  return parts.map((part) => numberOf(part, text, 'the label'));
}

function numberOf(value: unknown, { file, line }: Labelled, what: string): number {
  const empty = value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
  const number = typeof value === 'number' || (typeof value === 'string' && !empty) ? Number(value) : NaN;
  // the head computes with 32-bit floats
  if (Number.isFinite(Math.fround(number))) return number;
  throw new PipeError('data', empty ? `${what} is empty: the text has no number` : `${what} is no finite number`, {
    place: { file, line },
    expected: 'a number such as 3.5; of several 3.5,1',
    found: show(value),
    hint: 'take the line out, or name the column: --label-key, or --numbers for several',
  });
}

function checkWidth(row: readonly number[], width: number, { file, line }: Labelled): void {
  if (row.length !== width)
    throw new PipeError('data', 'the text has another number of numbers', {
      place: { file, line },
      expected: String(width),
      found: String(row.length),
      hint: 'each text has as many as the first of the training texts',
    });
}
