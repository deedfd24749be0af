/**
 * The user's dictionaries: `word [frequency] [tag]` a line, with BOM, CRLF and words that hold spaces or punctuation.
 * The frequency and the tag are taken from the end of a line, when they look like it: whole number, tag of jieba's.
 */
import { PipeError, show } from '../../errors.js';
import type { UserDictionary } from '../segmenter.js';

export interface UserWord {
  word: string;
  frequency?: number;
  tag?: string;
}

/** The parts of speech that jieba's dictionary knows, and those of its library for other text. */
const TAGS = new Set(
  'a ad ag an b c d df dg e eng f g h i j k l m mg mq n ng nr nrfg nrt ns nt nw nz o p q r rd rg rr rz s t tg u ud ug uj ul uv uz v vd vg vi vk vn vq w x y yg z zg'.split(
    ' ',
  ),
);

/**
 * The words of a dictionary.
 *
 * @throws PipeError('data') with file and line
 * @example parseUserDictionary({ file: 'words.txt', text: '奥迪 A4L 5 nz' }) // [{ word: '奥迪 A4L', frequency: 5, tag: 'nz' }]
 */
export function parseUserDictionary({ file, text }: UserDictionary): UserWord[] {
  const words: UserWord[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const word = line.trim() === '' ? undefined : parseLine(line.trim(), { file, line: index + 1 });
    if (word) words.push(word);
  }
  return words;
}

function parseLine(line: string, place: { file: string; line: number }): UserWord {
  if (/[\0-\x08\x0b-\x1f\x7f\uFFFD]/.test(line))
    throw new PipeError('data', 'the dictionary has a control character or a broken one', {
      expected: 'word [frequency] [tag] in UTF-8',
      found: show(line),
      hint: 'save the dictionary as UTF-8 text, one word a line',
      place,
    });
  let rest = line;
  const takeLast = (looksRight: (field: string) => boolean): string | undefined => {
    const field = /^(.*\S)[ \t\u3000]+(\S+)$/.exec(rest);
    if (!field || !looksRight(field[2]!)) return undefined;
    rest = field[1]!;
    return field[2];
  };
  const tag = takeLast((field) => TAGS.has(field));
  const frequency = takeLast((field) => /^[0-9]+$/.test(field));
  if (frequency !== undefined && !(Number(frequency) >= 1 && Number(frequency) <= 1e9))
    throw new PipeError('data', `the frequency of ${show(rest)} is wrong`, {
      expected: 'a whole number from 1 to 1000000000',
      found: frequency,
      hint: 'leave the frequency out: then one is chosen that keeps the word whole',
      place,
    });
  return { word: rest, ...(frequency === undefined ? {} : { frequency: Number(frequency) }), ...(tag === undefined ? {} : { tag }) };
}
