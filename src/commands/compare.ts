/** `compare A B`: the same sentence through two networks, one picture, and where they part. */
import { comparePicture, differenceOf, type Side } from '../drawing/compare.js';
import { pictureFile } from '../drawing/draw.js';
import { sceneOf } from '../drawing/from-record.js';
import type { Scene } from '../drawing/scene.js';
import type { Theme } from '../drawing/style.js';
import { PipeError, show } from '../errors.js';
import { writeDocument } from '../io/output.js';
import type { SentenceRecord } from '../formats/record.js';
import type { CommandDefinition, Invocation, Options } from './command.js';
import { LOOK, lookOf, RECORD, recordOf } from './look.js';
import { DOCUMENT_OUTPUT, list } from './options.js';
import { isFolder, MODEL_SENTENCE, refuseStrayText, sentenceOf, throughModel, type Looked } from './sentence.js';

export const compareCommand: CommandDefinition = {
  description: `Draws the record of two files beneath each other: the same ranges, between them the difference of the hidden states where their shapes agree,
and the first time step where they part. Make the files by rnn --trace with another cell, seed or weights each; or name the folders of two trained models,
which read the same sentence: that of --text or of an input, or that of the record on the other side.`,
  argument: {
    name: '<a> <b> [input]',
    about: 'records of the one network, or the folder of a model\nthe same of the other\ntext that models read, a text a line; - is stdin',
  },
  options: [
    ...MODEL_SENTENCE,
    RECORD,
    { flags: '--labels <a,b>', about: 'names of the logits, where the records do not tell them', parse: list('--labels') },
    ...LOOK,
    ...DOCUMENT_OUTPUT,
  ],
  examples: [
    'rnn-pipe compare examples/states.jsonl examples/predictions.jsonl -o both.svg',
    'for cell in lstm gru; do rnn-pipe train examples/headlines.tsv --out $cell --cell $cell --units 8 --hold-out 0%; done; rnn-pipe compare lstm gru --text 主队加时险胜 -o both.svg',
  ],
  run: async ({ inputs, options, report }: Invocation) => {
    const [a, b] = [inputs[0]!, inputs[1]!];
    if (a === '-' && b === '-') throw new PipeError('usage', 'both inputs are stdin', { hint: 'name at least one file' });
    const path = String(options['output']);
    if (path !== '-' && !/\.svg(\.gz)?$/i.test(path))
      throw new PipeError('usage', 'compare draws SVG', { found: path, hint: 'give the output a name that ends in .svg' });
    const sides = await sidesOf([a, b], inputs[2], options, report.note);
    const [one, other] = sides.map(({ scene }) => wordsOf(scene));
    if (one !== other)
      throw new PipeError('data', 'the two records are not of one sentence', {
        expected: show(one),
        found: show(other),
        hint: 'choose them by --record, or make both from one text',
      });
    const look = lookOf(options);
    const { parts, largest } = differenceOf(sides, look);
    const title = `${a} and ${b}: ${sides[0].scene.text.slice(0, 80)}`;
    const text = pictureFile(
      comparePicture(sides, look),
      { title, description: title },
      { theme: (options['theme'] as Theme | undefined) ?? 'light' },
    );
    await writeDocument(path, text, { force: options['force'] === true, inputs: [a, b] });
    if (parts !== undefined)
      report.note(
        `they part at t = ${parts + 1}; the largest difference of h is ${largest!.value.toFixed(4)} at t = ${largest!.timeStep + 1}, unit ${largest!.unit}`,
      );
    else if (largest === undefined) report.note('no difference of h: the shapes do not agree, or the states are the same');
  },
};

/** The sentence without what segmenters leave out between words. */
const wordsOf = ({ tokens, text }: Scene): string => (text === '' ? tokens.join('') : text).replace(/\s/gu, '');

/** Records as they are; models with the sentence that is given, or that of the other side. */
async function sidesOf(
  names: readonly [string, string],
  input: string | undefined,
  options: Options,
  note: (text: string) => void,
): Promise<[Side, Side]> {
  const labels = options['labels'] as string[] | undefined;
  const files = names.filter((name) => !isFolder(name));
  if (files.length === 2) refuseStrayText(options, 'the folders of two models');
  if (files.length > 0 && input !== undefined)
    throw new PipeError('usage', 'there is one argument too many', { found: show(input), hint: 'an input is for two models' });
  const records = await Promise.all(files.map((name) => recordOf(name, String(options['record']))));
  const sentence = records[0] ?? (await sentenceOf(options, input));
  const sides: Side[] = [];
  for (const name of names) {
    const at = files.indexOf(name);
    const looked: Looked = at < 0 ? await throughModel(name, options, { ...asText(sentence) }, note) : { record: records[at]!, source: '' };
    sides.push({
      name,
      scene: sceneOf(looked.record, { labels: labels ?? looked.labels, source: looked.source, tagChances: looked.tagChances }),
    });
  }
  return sides as [Side, Side];
}

/** Each model cuts by itself. */
const asText = ({ id, text, tokens }: SentenceRecord): SentenceRecord => ({
  ...(id === undefined ? {} : { id }),
  text: text ?? tokens!.join(''),
});
