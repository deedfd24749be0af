/** The sentence that a command looks at: a record as it is, or a text through a trained model. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { PipeError, show } from '../errors.js';
import type { SentenceRecord } from '../formats/record.js';
import type { OptionDefinition, Options } from './command.js';
import { recordOf } from './look.js';
import { openWalk, walked, type Walkable } from './model-walk.js';
import { wholeNumber } from './options.js';
import { backendNote } from './predictor.js';
import { ENGINE_OPTIONS } from './engine-options.js';
import { tagChances, type TagChances } from './tag-chances.js';

const TEXT: OptionDefinition = { flags: '--text <text>', about: 'the sentence itself, instead of a file (with a model)' };
const LENGTH: OptionDefinition = {
  flags: '--length <n>',
  about: 'padded length (with a model; default: no padding)',
  parse: wholeNumber('--length', 1),
};

/** Options of a sentence that folders of models given as arguments read. */
export const MODEL_SENTENCE: readonly OptionDefinition[] = [TEXT, LENGTH, ...ENGINE_OPTIONS];

export const SENTENCE: readonly OptionDefinition[] = [
  {
    flags: '--model <folder>',
    about: 'a trained model (see train): the input is raw text, or records of which text and tokens are taken, and goes through all of it',
  },
  TEXT,
  LENGTH,
];

export interface Looked {
  record: SentenceRecord;
  /** names of the logits, where the model has them */
  labels?: readonly string[] | undefined;
  /** where the numbers are from */
  source: string;
  /** of a tagger */
  tagChances?: TagChances | undefined;
  model?: Walkable | undefined;
}

export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The sentence of the options and of the file, through the model where there is one. */
export async function lookedAt(options: Options, file: string | undefined, note: (text: string) => void): Promise<Looked> {
  const { model } = options;
  if (typeof model === 'string') return throughModel(model, options, await sentenceOf(options, file), note);
  if (file !== undefined && isFolder(file))
    throw new PipeError('usage', 'a folder is no record', {
      found: file,
      hint: `a trained model is given by --model ${file}, a text by --text`,
    });
  refuseStrayText(options, '--model DIR');
  const record = await recordOf(file ?? '-', String(options['record']));
  return { record, source: sourceOf(record) };
}

/** @throws PipeError('usage') for the options of a text where no model reads one */
export function refuseStrayText(options: Options, hint: string): void {
  for (const name of ['text', 'length'])
    if (options[name] !== undefined) throw new PipeError('usage', `--${name} does not apply`, { hint: `it goes with ${hint}` });
}

/** The text of `--text`, or a record of the file. */
export async function sentenceOf(options: Options, file: string | undefined): Promise<SentenceRecord> {
  const text = options['text'] as string | undefined;
  if (text === undefined) return recordOf(file ?? '-', String(options['record']), false);
  if (file !== undefined) throw new PipeError('usage', '--text and a file are given', { found: show(file), hint: 'give one of them' });
  return { id: 1, text };
}

export async function throughModel(
  folder: string,
  options: Options,
  sentence: SentenceRecord,
  note: (text: string) => void,
): Promise<Looked> {
  const model = await openWalk(folder, options);
  const other = backendNote(model.document);
  if (other !== undefined) note(other);
  const record = await walked(model, sentence, () => options['length'] as number | undefined);
  const { head } = model.document;
  return {
    record,
    ...('labels' in head ? { labels: head.labels } : {}),
    tagChances: await tagChances(model, record),
    source: [
      `model ${basename(folder)} ${model.document.weights.slice(0, 12)}`,
      ...(sentence.id === 1 ? [] : [`record ${show(sentence.id)}`]),
    ].join(' · '),
    model,
  };
}

/** Where the numbers of a record are from. */
function sourceOf({ id, vocabulary }: SentenceRecord): string {
  return [`record ${show(id ?? 1)}`, ...(vocabulary === undefined ? [] : [`vocabulary ${vocabulary}`])].join(' · ');
}
