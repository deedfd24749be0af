/**
 * A list of tokens, one a line in the order of the rows of an embedding table: the vocabulary of a model of another framework.
 * Our first four ids are special ones; the list's own special tokens, wherever they stand and whatever they are called, become those.
 */
import { PipeError, show } from '../errors.js';
import { SPECIALS } from './specials.js';
import { vocabularyInOrder, type Vocabulary } from './vocabulary.js';

export interface TokenList {
  vocabulary: Vocabulary;
  /** for each of our ids the row that it had there; -1 where it had none */
  rows: Int32Array;
}

/** What a special token is called, with < > or [ ] around it, in any case. */
const NAMES = [
  ['pad', 'padding'],
  ['unk', 'unknown', 'oov'],
  ['bos', 's', 'sos', 'start', 'cls'],
  ['eos', '/s', 'end', 'sep'],
] as const;

function specialOf(token: string): number {
  const name = /^<(.+)>$|^\[(.+)\]$/.exec(token)?.slice(1).find(Boolean)?.toLowerCase();
  return NAMES.findIndex((names) => (names as readonly (string | undefined)[]).includes(name));
}

/** @throws PipeError('data') with the line, for a token that is empty or there twice */
export function tokenList(text: string, file: string, segmenter: string): TokenList {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const rows = new Map<string, number>();
  const specials = SPECIALS.map(() => -1);
  for (const [row, token] of lines.entries()) {
    const wrong = (what: string): PipeError =>
      new PipeError('data', what, {
        place: { file, line: row + 1 },
        found: show(token),
        hint: 'one token a line, in the order of the embedding’s rows',
      });
    if (token === '') throw wrong('a line without a token');
    const special = specialOf(token);
    if (special >= 0 && specials[special]! < 0) specials[special] = row;
    else if (rows.has(token)) throw wrong(`the token stands on line ${rows.get(token)! + 1} too`);
    else rows.set(token, row);
  }
  return { vocabulary: vocabularyInOrder([...rows.keys()], segmenter), rows: Int32Array.from([...specials, ...rows.values()]) };
}
