/** The task of tagging: one label a token. */
import { PipeError, show } from '../../errors.js';
import type { TagDefinition } from '../../model/heads/tag.js';
import { movesOf, schemeOf } from '../../model/tags/scheme.js';
import { byCodePoint } from '../../text/counts.js';
import type { OptionDefinition, Options } from '../command.js';
import { wholeNumber } from '../options.js';
import { readTagged, type TaggedFormat } from '../tagged-data.js';
import type { Labelled, Task } from './task.js';

const CRF: readonly OptionDefinition[] = [
  { flags: '--crf', about: 'learn which tag follows which (a linear-chain CRF); the default for tags such as B-PER, I-PER, O' },
  { flags: '--no-crf', about: 'each token for itself (softmax); the default for other tags' },
];

export const tag: Task<TagDefinition> = {
  name: 'tag',
  about: 'one label a token',
  options: [
    ...CRF,
    {
      flags: '--column <n>',
      about: 'column of the tag; the first one is the token',
      default: 2,
      parse: wholeNumber('--column', 2),
    },
  ],
  formats: ['conll', 'slash'],
  read: (files, read, options, note) =>
    readTagged(files, read, { format: read.format as TaggedFormat | undefined, column: Number(options['column']) }, note),
  segmenter: (texts) => (texts.every(({ tokens }) => tokens.every(isOneCharacter)) ? 'codepoints' : 'jieba'),
  define: (texts, options, note) => {
    const tags = [...new Set(texts.flatMap(tagsOf))].sort(byCodePoint);
    if (tags.length < 2)
      throw new PipeError('data', 'all tokens have one tag', {
        place: { file: texts[0]!.file },
        expected: 'at least two tags',
        found: tags[0]!,
        hint: 'which column is the tag? --column says it',
      });
    const scheme = schemeOf(tags);
    tellSlips(texts, tags, scheme, note);
    return { task: 'tag', tags, ...(scheme ? { scheme } : {}), crf: crfOf(options, scheme !== undefined) };
  },
  per: 'token',
  width: () => 1,
  targets: tagTargets,
  lossOptions: () => ({ labelSmoothing: 0 }),
};

const isOneCharacter = (token: string): boolean => token.length === 1 || Array.from(token).length === 1;

const tagsOf = ({ record }: Labelled): string[] => record.label as string[];

function crfOf(options: Options, otherwise: boolean): boolean {
  return (options['crf'] as boolean | undefined) ?? otherwise;
}

/** The number of each token's tag. @throws PipeError('data') with the line of a tag that the model does not have */
export function tagTargets(text: Labelled, { tags }: TagDefinition): number[] {
  return tagsOf(text).map((name, i) => {
    const number = tags.indexOf(name);
    if (number >= 0) return number;
    throw new PipeError('data', 'the tag is none of the training data', {
      place: { file: text.file, line: text.lines?.[i] ?? text.line },
      expected: tags.slice(0, 8).join(', ') + (tags.length > 8 ? ', …' : ''),
      found: show(name),
      hint: 'train with texts of that tag; or is it another column? --column says it',
    });
  });
}

/** Moves that the scheme forbids, in the training data: they are slips, which are not learnt. */
function tellSlips(
  texts: readonly Labelled[],
  tags: readonly string[],
  scheme: TagDefinition['scheme'],
  note: (text: string) => void,
): void {
  if (scheme === undefined) return;
  const moves = movesOf(tags, scheme);
  const number = new Map(tags.map((name, i) => [name, i]));
  let count = 0;
  let first: string | undefined;
  for (const text of texts) {
    const path = tagsOf(text).map((name) => number.get(name)!);
    path.forEach((to, i) => {
      const may = i === 0 ? moves.first[to] : moves.next[path[i - 1]! * tags.length + to];
      const ends = i + 1 < path.length || moves.last[to];
      if (may && ends) return;
      count++;
      first ??= `${text.file}:${text.lines?.[i] ?? text.line}`;
    });
  }
  if (first !== undefined) note(`${count} tags are no ${scheme} where they stand, and those moves are not learnt; the first: ${first}`);
}
