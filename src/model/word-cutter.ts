/**
 * Text to words by a model of segmentation: characters to tags, a word where B or S stands. White space is no character to the model, so
 * it divides what the model reads, and is a token of its own: tokens joined are the text. Text without white space that is longer than the
 * model reads is cut after a punctuation mark, or where there is none at its greatest length.
 */
import type { Program } from '../engine/ops.js';
import type { Ids } from '../formats/features.js';
import type { ModelDocument } from '../formats/model.js';
import { bestPaths, chainOf, type TagDefinition } from './heads/tag.js';
import type { Parameters } from './parameters.js';
import { answersOf } from './predictor.js';
import { flat } from './sentences.js';

/** What a cutter of words needs of a model. */
export interface WordModel {
  document: Pick<ModelDocument, 'embedding' | 'network' | 'maxLength'> & { head: TagDefinition };
  parameters: Parameters;
  program: Program;
  /** ids of the characters, and of the features that are read beside each; at least one */
  idsOf: (characters: readonly string[]) => Ids<readonly number[]>;
}

/** A stretch of a text without white space. */
interface Piece {
  text: number;
  start: number;
  characters: string[];
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
    const sentences = flat(pieces.map(({ characters }) => idsOf(characters)));
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
  for (const { 0: run, index: at } of text.matchAll(/\s+|\S+/g)) {
    if (/^\s/.test(run)) {
      spaces.push(at, at + run.length);
      continue;
    }
    const characters = Array.from(run);
    let [start, begin] = [at, 0];
    while (characters.length - begin > most) {
      const end = lastMark(characters, begin, most);
      const taken = characters.slice(begin, end);
      pieces.push({ text: index, start, characters: taken });
      start += taken.reduce((sum, { length }) => sum + length, 0);
      begin = end;
    }
    // nearly every run is one piece, which is no copy
    pieces.push({ text: index, start, characters: begin === 0 ? characters : characters.slice(begin) });
  }
  return { pieces, spaces };
}

/** Behind the last punctuation mark of the next `most` characters. */
function lastMark(characters: readonly string[], begin: number, most: number): number {
  for (let end = begin + most; end > begin + most / 2; end--) if (PUNCTUATION.test(characters[end - 1]!)) return end;
  return begin + most;
}

function addWords({ start, characters }: Piece, path: Int32Array, begins: readonly boolean[], spans: number[]): void {
  let [word, at] = [start, start];
  for (let i = 0; i < characters.length; i++) {
    if (i > 0 && begins[path[i]!]) {
      spans.push(word, at);
      word = at;
    }
    at += characters[i]!.length;
  }
  spans.push(word, at);
}

/** Spans by their beginnings. */
function inOrder(spans: readonly number[]): number[] {
  const starts = Array.from({ length: spans.length / 2 }, (_, i) => i).sort((a, b) => spans[2 * a]! - spans[2 * b]!);
  return starts.flatMap((i) => [spans[2 * i]!, spans[2 * i + 1]!]);
}
