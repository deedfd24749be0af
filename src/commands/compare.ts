/** `compare A B`: the same sentence through two networks, one picture, and where they part. */
import { comparePicture, differenceOf, type Side } from '../drawing/compare.js';
import { pictureFile } from '../drawing/draw.js';
import { sceneOf } from '../drawing/from-record.js';
import type { Theme } from '../drawing/style.js';
import { PipeError, show } from '../errors.js';
import { writeDocument } from '../io/output.js';
import type { CommandDefinition, Invocation } from './command.js';
import { LOOK, lookOf, RECORD, recordOf } from './look.js';
import { DOCUMENT_OUTPUT, list } from './options.js';

export const compareCommand: CommandDefinition = {
  description: `Draws the record of two files beneath each other: the same ranges, between them the difference of the hidden states where their shapes agree,
and the first time step where they part. Make the files by rnn --trace with another cell, seed, weights or model each.`,
  argument: { name: '<a> <b>', about: 'records of the one network\nrecords of the other' },
  options: [
    RECORD,
    { flags: '--labels <a,b>', about: 'names of the logits, where the records do not tell them', parse: list('--labels') },
    ...LOOK,
    ...DOCUMENT_OUTPUT,
  ],
  examples: ['rnn-pipe compare examples/states.jsonl examples/predictions.jsonl -o both.svg'],
  run: async ({ inputs, options, report }: Invocation) => {
    const [a, b] = [inputs[0]!, inputs[1]!];
    if (a === '-' && b === '-') throw new PipeError('usage', 'both inputs are stdin', { hint: 'name at least one file' });
    const path = String(options['output']);
    if (path !== '-' && !/\.svg(\.gz)?$/i.test(path))
      throw new PipeError('usage', 'compare draws SVG', { found: path, hint: 'give the output a name that ends in .svg' });
    const labels = options['labels'] as string[] | undefined;
    const side = async (name: string): Promise<Side> => ({
      name,
      scene: sceneOf(await recordOf(name, String(options['record'])), { labels }),
    });
    const sides: [Side, Side] = [await side(a), await side(b)];
    const [one, other] = sides.map(({ scene }) => scene.tokens.filter((token) => token !== null).join(''));
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
