/** Files of labelled texts to the data sets of a training: read, cut, numbered. */
import { createHash } from 'node:crypto';
import { PipeError } from '../errors.js';
import { LINE, need } from '../formats/record.js';
import type { HeadDefinition } from '../formats/model.js';
import { inputs, recordsOf, stop, type ReadOptions } from '../io/read.js';
import { inputFile } from '../io/source.js';
import { dataSet, type DataSet, type Example } from '../model/training/data.js';
import { uniform } from '../model/random.js';
import type { Segmenter } from '../text/segmenters/index.js';
import { idsOf } from '../text/ids.js';
import type { Vocabulary } from '../text/vocabulary.js';
import type { Options } from './command.js';
import type { AnswerTexts, Labelled, Task } from './tasks/task.js';

/** The formats of tagged tokens, which are for some tasks only. */
const TAGGED = ['conll', 'slash'];

/**
 * All texts of some files, as the task reads them.
 *
 * @throws PipeError('usage') for a format that is not the task's, PipeError('data') where there are no texts
 */
export async function readTexts(
  task: Task,
  files: readonly string[],
  read: ReadOptions,
  segmenter: () => Promise<Segmenter>,
  options: Options,
  note: (text: string) => void,
): Promise<Labelled[]> {
  const { format } = read;
  if (format !== undefined && (task.formats ? !task.formats.includes(format) : TAGGED.includes(format)))
    throw new PipeError('usage', `--input-format ${format} is not for --task ${task.name}`, {
      ...(task.formats ? { expected: task.formats.join(', ') } : {}),
      hint: TAGGED.includes(format) ? 'tagged tokens are for --task tag' : 'leave it out',
    });
  const texts = task.read ? await task.read(files, read, options, note) : await readLabelled(files, read, await segmenter(), note);
  if (texts.length === 0)
    throw new PipeError('data', 'there are no texts', { place: { file: files[0] ?? 'stdin' }, hint: 'is the file empty?' });
  return texts;
}

/** Texts and their labels, cut by a segmenter. */
async function readLabelled(
  files: readonly string[],
  read: ReadOptions,
  segmenter: Segmenter,
  note: (text: string) => void,
): Promise<Labelled[]> {
  const texts: Labelled[] = [];
  for await (const input of inputs(files.map(inputFile), read, note))
    for await (const batch of recordsOf(input, read, stop)) {
      const cuts = segmenter.cut(
        batch.map((record) => (segmenter.simplify ? segmenter.simplify(need(record, 'text')) : need(record, 'text'))),
      );
      batch.forEach((record, i) => texts.push({ record, tokens: cuts[i]!.tokens, file: input.source.name, line: record[LINE]! }));
    }
  return texts;
}

/** A hash of what is learnt from: going on with other texts is refused. */
export function fingerprintOf(texts: readonly Labelled[]): string {
  const hash = createHash('sha256');
  for (const { record } of texts) hash.update(JSON.stringify([record.text, record.label]));
  return hash.digest('hex').slice(0, 16);
}

/** What is put aside for validation: a random share, in percent, or the last ones. */
export type HoldOut = number | { tail: number };

/** A share of the texts, put aside for validation; which ones of a random share depends on the seed alone. */
export function heldOut(texts: readonly Labelled[], share: HoldOut, seed: number): { train: Labelled[]; valid: Labelled[] } {
  if (typeof share !== 'number') {
    const end = texts.length - Math.floor((texts.length * share.tail) / 100);
    return { train: texts.slice(0, end), valid: texts.slice(end) };
  }
  const next = uniform(seed, -3_000_000);
  const [train, valid]: [Labelled[], Labelled[]] = [[], []];
  for (const text of texts) (next() * 100 < share ? valid : train).push(text);
  return { train, valid };
}

export interface Encoded {
  data: DataSet;
  /** tokens beyond the greatest length, and texts that had some */
  cutTokens: number;
  cutTexts: number;
  unknown: number;
  tokens: number;
  /** texts without a token, which are read as one unknown token */
  empty: number;
}

/** The texts as numbers. */
export function encodeTexts(
  texts: readonly Labelled[],
  vocabulary: Vocabulary,
  maxLength: number,
  task: Task,
  definition: HeadDefinition,
  answers?: AnswerTexts,
): Encoded {
  const counts = { cutTokens: 0, cutTexts: 0, unknown: 0, tokens: 0, empty: 0 };
  const examples = texts.flatMap((text): Example[] => {
    const { read, unknown, cut } = idsOf(text.tokens, vocabulary, task.examples ? Infinity : maxLength);
    const { ids } = read;
    if (text.tokens.length === 0) counts.empty++;
    if (cut > 0) counts.cutTexts++;
    counts.cutTokens += cut;
    counts.unknown += unknown;
    counts.tokens += ids.length;
    if (task.examples) return task.examples(ids, definition);
    const targets = task.targets(text, definition);
    // a token that is cut has no target
    const answer = answers?.ids(text);
    return [{ ...read, answer, targets: task.per === 'token' ? targets.slice(0, ids.length * task.width(definition)) : targets }];
  });
  return { data: dataSet(examples, task.per, task.width(definition)), ...counts };
}
