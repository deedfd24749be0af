/**
 * The one rule for text that is not Chinese characters: Latin words and numbers, other scripts, punctuation, white space, emoji.
 * Every segmenter but `whitespace` uses it, so that LSTM, 3.14, 21%, C++ and AlphaGo-Zero are whole with each of them.
 * Tokens joined are the text, whatever the text is.
 */
import { textOf } from '../formats/bytes.js';
import type { Cut } from './segmenter.js';

/** Letters and digits of a Latin word, full-width ones too. */
const WORD_CHARACTER = String.raw`[\p{Script=Latin}\p{Nd}]\p{M}*`;
/** What joins two halves of a word: 3.14, AlphaGo-Zero, it's, AT&T, snake_case. */
const JOINT = String.raw`['’._&-]`;

const PICTURE = String.raw`\p{Extended_Pictographic}[\p{M}\p{EMod}\u{E0020}-\u{E007F}]*`;

/** Scripts whose letters make one token as a run; a letter of any other script is a token by itself. */
const SCRIPTS = (
  'Hiragana Katakana Hangul Cyrillic Greek Arabic Hebrew Thai Lao Khmer Myanmar Tibetan Devanagari Bengali Tamil Telugu Gujarati Gurmukhi ' +
  'Kannada Malayalam Sinhala Mongolian Armenian Georgian Ethiopic'
).split(' ');

const RULE = new RegExp(
  [
    String.raw`https?:\/\/[!-;=?-~]*[\w\/#&=~+-]`, // an address of the web, without the punctuation after it
    String.raw`[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`, // an e-mail address
    String.raw`[0-9#*]\uFE0F?\u20E3`, // a keycap
    String.raw`\p{RI}\p{RI}|${PICTURE}(?:\u200D${PICTURE})*`, // a flag, an emoji and its family
    // a word or number, with 1,000 and what may end it: 21% C++ C#
    String.raw`(?:${WORD_CHARACTER})+(?:(?:${JOINT}|(?<=[0-9]),(?=[0-9]{3}(?![0-9])))(?:${WORD_CHARACTER})+)*(?:(?<=[0-9０-９])[%％‰℃]|(?<=[A-Za-z])(?:\+\+?|#)(?![\p{Script=Latin}\p{Nd}]))?`,
    ...SCRIPTS.map((script) => String.raw`(?:\p{Script=${script}}[\p{M}ー]*)+`),
    String.raw`\s+`,
    String.raw`([\p{P}\p{S}])(?:\1+|\p{M}*)`, // a mark, or a run of the same one
    String.raw`[^]\p{M}*`, // anything else: one character and what combines with it
  ].join('|'),
  'uy',
);

const COMBINING = /\p{M}+/uy;

/** Adds the tokens of `text[from, to)`, which holds no Chinese character that a dictionary knows. `offset` is added to the spans. */
export function cutOther(text: string, from: number, to: number, offset: number, into: Cut): void {
  const { tokens, spans } = into;
  let at = mayCombine(text.charCodeAt(from)) ? extendLast(text, from, to, offset, into) : from;
  while (at < to) {
    let end = at + 1;
    // one character alone, as most punctuation of Chinese text is, needs no rule
    if (end < to) {
      RULE.lastIndex = at;
      RULE.test(text);
      end = Math.min(RULE.lastIndex, to);
    }
    tokens.push(text.slice(at, end));
    spans.push(offset + at, offset + end);
    at = end;
  }
}

/** Does the text in UTF-8 bytes[start, end) begin with a mark that combines with what stands before it? */
export function beginsWithMark(bytes: Uint8Array, start: number, end: number): boolean {
  const [lead, next] = [bytes[start]!, bytes[start + 1]!];
  // Latin, general punctuation, Chinese marks, full-width letters: spared the look into Unicode's tables, as below
  if (lead < 0xcc || (lead === 0xe2 && next === 0x80) || (lead === 0xe3 && next === 0x80 && bytes[start + 2]! < 0xaa)) return false;
  if (lead === 0xef && next >= 0xbc) return false;
  return /^\p{M}/u.test(textOf(bytes, start, Math.min(start + 4, end)));
}

/** Spares the usual marks of Chinese and Latin text the look into Unicode's tables. */
function mayCombine(code: number): boolean {
  return code >= 0x300 && (code < 0x2000 || code > 0x206f) && (code < 0x3000 || code > 0x3029) && (code < 0xff00 || code > 0xffef);
}

/** Adds the marks at `at` that combine with a Chinese character before them to its token; gives where they end. */
function extendLast(text: string, at: number, to: number, offset: number, { tokens, spans }: Cut): number {
  if (at === 0 || spans.at(-1) !== offset + at) return at;
  COMBINING.lastIndex = at;
  if (!COMBINING.test(text)) return at;
  const end = Math.min(COMBINING.lastIndex, to);
  tokens[tokens.length - 1] = tokens.at(-1)! + text.slice(at, end);
  spans[spans.length - 1] = offset + end;
  return end;
}

const PUNCTUATION = /^(?!.*\p{Extended_Pictographic})[\p{P}\p{S}\p{M}\s]+$/u;

/** Is the token punctuation, a symbol or white space? Emoji are not. */
export function isPunctuation(token: string): boolean {
  return PUNCTUATION.test(token);
}

/** The part of speech of a token that is in no dictionary: m number, eng Latin, w punctuation, x anything else. */
export function tagOfOther(token: string): string {
  if (/^[\p{Nd}.,%％‰℃_-]*\p{Nd}[\p{Nd}.,%％‰℃_-]*$/u.test(token)) return 'm';
  if (/\p{Script=Latin}/u.test(token)) return 'eng';
  if (/\S/.test(token) && isPunctuation(token)) return 'w';
  return 'x';
}
