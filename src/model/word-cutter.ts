/**
 * Text to words by a model of segmentation: characters to tags, a word where B or S stands. White space is no character to the model, so
 * it divides what the model reads, and is a token of its own: tokens joined are the text. Text without white space that is longer than the
 * model reads is cut after a punctuation mark, or where there is none at its greatest length.
 */
import type { Program } from '../engine/ops.js';
import type { ModelDocument } from '../formats/model.js';
import { bestPaths, chainOf, type TagDefinition } from './heads/tag.js';
import type { Parameters } from './parameters.js';
import { answersOf } from './predictor.js';
import type { Sentences } from './sentences.js';

/** What a cutter of words needs of a model. */
export interface WordModel {
  document: Pick<ModelDocument, 'embedding' | 'network' | 'maxLength'> & { head: TagDefinition };
  parameters: Parameters;
  program: Program;
  /** ids of the characters of texts, and of the features that are read beside each; no text is empty */
  idsOf: (texts: readonly string[]) => Sentences;
}

/** A stretch of a text without white space. */
interface Piece {
  text: number;
  start: number;
  run: string;
}

/** Where words and white space begin and end, [start, end) in code units one after another, of each text. */
export type WordCutter = (texts: readonly string[]) => Promise<number[][]>;

/** Stretches in one batch, at most. */
const TOGETHER = 64;

export function wordCutter({ document, parameters, program, idsOf }: WordModel): WordCutter {
  const chain = chainOf(document.head, parameters);
  const begins = document.head.tags.map((tag) => tag === 'B' || tag === 'S');
  return async (texts) => {
    const found = texts.map((text, i) => piecesOf(text, i, document.maxLength));
    const pieces = found.flatMap((one) => one.pieces);
    const sentences = idsOf(pieces.map(({ run }) => run));
    const { offsets } = sentences;
    const rows = Int32Array.from(pieces.keys());
    const answers = pieces.length > 0 ? await answersOf(program, document, parameters, sentences, rows, TOGETHER) : {};
    const path = pieces.length > 0 ? bestPaths(chain, answers, offsets) : new Int32Array();
    const spans = found.map((one) => one.spaces);
    const divided = spans.map(({ length }) => length > 0);
    pieces.forEach((piece, i) => addWords(piece, path.subarray(offsets[i], offsets[i + 1]), begins, spans[piece.text]!));
    // words alone are in order already
    return spans.map((one, i) => (divided[i] ? inOrder(one) : one));
  };
}

const PUNCTUATION = /^[\p{P}\p{S}]$/u;

/** The pieces of a text, and the spans of its white space. */
function piecesOf(text: string, index: number, most: number): { pieces: Piece[]; spaces: number[] } {
  const [pieces, spaces]: [Piece[], number[]] = [[], []];
  // most texts have none, and are read whole
  const runs = WHITE.test(text) ? text.matchAll(RUNS) : text.length > 0 ? [{ 0: text, index: 0 }] : [];
  for (const { 0: run, index: start } of runs) {
    if (WHITE.test(run[0]!)) spaces.push(start, start + run.length);
    // of code units there are as many as characters at least
    else if (run.length <= most) pieces.push({ text: index, start, run });
    else for (const piece of cutTo(most, { text: index, start, run })) pieces.push(piece);
  }
  return { pieces, spaces };
}

const WHITE = /\s/;
const RUNS = /\s+|\S+/g;

/** Pieces of so many characters at most. */
function cutTo(most: number, { text, start, run }: Piece): Piece[] {
  const pieces: Piece[] = [];
  const characters = Array.from(run);
  for (let begin = 0, at = start; begin < characters.length;) {
    const end = characters.length - begin > most ? lastMark(characters, begin, most) : characters.length;
    const own = characters.slice(begin, end).join('');
    pieces.push({ text, start: at, run: own });
    [begin, at] = [end, at + own.length];
  }
  return pieces;
}

/** Behind the last punctuation mark of the next `most` characters. */
function lastMark(characters: readonly string[], begin: number, most: number): number {
  for (let end = begin + most; end > begin + most / 2; end--) if (PUNCTUATION.test(characters[end - 1]!)) return end;
  return begin + most;
}

function addWords({ start, run }: Piece, path: Int32Array, begins: readonly boolean[], spans: number[]): void {
  let word = 0;
  for (let at = 0, i = 0; at < run.length; at += run.codePointAt(at)! > 0xffff ? 2 : 1, i++)
    if (at > 0 && begins[path[i]!]) {
      spans.push(start + word, start + at);
      word = at;
    }
  spans.push(start + word, start + run.length);
}

/** Spans by their beginnings. */
function inOrder(spans: readonly number[]): number[] {
  const starts = Array.from({ length: spans.length / 2 }, (_, i) => i).sort((a, b) => spans[2 * a]! - spans[2 * b]!);
  return starts.flatMap((i) => [spans[2 * i]!, spans[2 * i + 1]!]);
}
