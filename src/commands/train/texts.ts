/** What `train` reads: the texts to learn from and to judge by, what cuts them, and their vocabulary. */
import { PipeError } from '../../errors.js';
import { addTokens, newCounts } from '../../text/counts.js';
import { openSegmenter, type Segmenter, type SegmenterOptions } from '../../text/segmenters/index.js';
import { vocabularyOf, type Vocabulary } from '../../text/vocabulary.js';
import type { Invocation, Options } from '../command.js';
import { readOptions } from '../step-command.js';
import type { Labelled, Task } from '../tasks/task.js';
import { segmenterOptions } from '../tokenize.js';
import { heldOut, readTexts, type Encoded, type HoldOut } from '../training-data.js';
import { featuresIn } from '../vocab.js';

/** The texts, and what cuts them; or where their tokens are given, what will cut new ones. */
export interface Texts {
  train: Labelled[];
  valid: Labelled[];
  segmenting: SegmenterOptions;
  segmenter: Segmenter;
}

/** @throws PipeError for what cannot be read, and where nothing is left to learn from */
export async function textsOf({ inputs, options, given, report }: Invocation, task: Task): Promise<Texts> {
  const read = { ...readOptions(options, true), pairs: task.answers !== undefined };
  let segmenting = await segmenterOptions(options);
  let opened: Promise<Segmenter> | undefined;
  const segmenter = (): Promise<Segmenter> => (opened ??= openSegmenter(segmenting));
  const all = await readTexts(task, inputs, read, segmenter, options, report.note);
  if (task.segmenter && !given.has('segmenter')) segmenting = { ...segmenting, name: task.segmenter(all) };
  const cuts = { segmenting, segmenter: await segmenter() };
  const file = options['valid'] as string | undefined;
  if (file !== undefined) return { ...cuts, train: all, valid: await readTexts(task, [file], read, segmenter, options, report.note) };
  const held = heldOut(all, options['holdOut'] as HoldOut, Number(options['seed']));
  if (held.train.length === 0) throw new PipeError('data', '--hold-out leaves nothing to learn from', { found: `${all.length} texts` });
  return { ...cuts, ...held };
}

/** @param also tokens that it has in any case */
export function vocabularyFrom(
  { train, segmenter: { fingerprint } }: Texts,
  options: Options,
  also: readonly string[] | undefined,
): Vocabulary {
  const counts = newCounts(featuresIn(options));
  for (const { tokens } of train) addTokens(counts, { tokens: [...tokens], segmenter: fingerprint });
  return vocabularyOf(counts, { minCount: Number(options['minCount']), maxSize: options['maxSize'] as number | undefined, also });
}

/** Says what was read, and what of it is unknown, cut or empty. */
export function tellData(
  note: (text: string) => void,
  what: string,
  count: number,
  { tokens, unknown, cutTokens, cutTexts, empty }: Encoded,
): void {
  const percent = ((100 * unknown) / Math.max(1, tokens)).toFixed(2);
  const cut = cutTokens > 0 ? `, ${cutTokens} tokens of ${cutTexts} texts cut (--max-length)` : '';
  const none = empty > 0 ? `, ${empty} texts without a token are read as one unknown token` : '';
  note(`${what}: ${count} texts, ${tokens} tokens, ${percent} % unknown${cut}${none}`);
}
