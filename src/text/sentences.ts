/**
 * Step 1: where the sentences of a text are. One pass over the text, whatever its length.
 * It decides by marks alone: no dictionary, no language model.
 */

export interface SentenceOptions {
  /** ； and ; end a sentence too */
  semicolon: boolean;
  /** the longest sentence, in code points */
  maxChars: number;
}

/** [start, end) in UTF-16 code units. */
export interface Range {
  start: number;
  end: number;
}

const ENDS = '。！？!?…｡';
const CLOSING = '”’」』）》】〉〕］｝〗〙"\')]}»';

/** The kind of each code unit that matters; 0 for all others. */
const KIND = new Uint8Array(0x10000);
const [END, SEMICOLON, CLOSE, DOT, SPACE] = [1, 2, 3, 4, 5] as const;
for (const mark of ENDS) KIND[mark.charCodeAt(0)] = END;
for (const mark of CLOSING) KIND[mark.charCodeAt(0)] = CLOSE;
for (const mark of '；;') KIND[mark.charCodeAt(0)] = SEMICOLON;
KIND['.'.charCodeAt(0)] = DOT;
for (let code = 0; code < 0x10000; code++) if (/\s/.test(String.fromCharCode(code))) KIND[code] = SPACE;

/**
 * The sentences of a text, without the white space around them. Every character that is no white space is in exactly one.
 *
 * @example splitSentences('圆周率是3.14。“对吗？”他问……', { semicolon: false, maxChars: 100 }) // 圆周率是3.14。 | “对吗？” | 他问……
 */
export function splitSentences(text: string, { semicolon, maxChars }: SentenceOptions): Range[] {
  const found: Range[] = [];
  let start = 0;
  let at = 0;
  while (at < text.length) {
    const kind = KIND[text.charCodeAt(at)]!;
    if (kind === 0 || kind === CLOSE || (kind === SEMICOLON && !semicolon)) at++;
    else if (kind === SPACE) {
      const after = skip(text, at, isSpace);
      if (isBlankLine(text, at, after)) {
        add(text, start, at, maxChars, found);
        start = after;
      }
      at = after;
    } else if (!isEnd(text, at)) at = kind === DOT ? skip(text, at + 1, isDotOrClosing) : at + 1;
    else {
      at = endOf(text, start, at, semicolon);
      add(text, start, at, maxChars, found);
      start = at;
    }
  }
  add(text, start, text.length, maxChars, found);
  return found;
}

const isSpace = (code: number): boolean => KIND[code] === SPACE;

function skip(text: string, at: number, what: (code: number) => boolean): number {
  while (at < text.length && what(text.charCodeAt(at))) at++;
  return at;
}

const isDotOrClosing = (code: number): boolean => KIND[code] === CLOSE || KIND[code] === DOT;

/** Does the mark at `at` end a sentence? A ? or ! inside Latin text (an address of the web) does not. */
function isEnd(text: string, at: number): boolean {
  const mark = text[at]!;
  if (mark === '.') return dotEnds(text, at);
  return !((mark === '?' || mark === '!') && /[A-Za-z0-9=&_]/.test(text[at + 1] ?? ''));
}

/**
 * After the mark at `at`, the marks that go on with it (……, ?!) and what closes: quotes and brackets, with marks between them.
 * A straight quote closes when the sentence, which begins at `start`, has opened one.
 */
function endOf(text: string, start: number, at: number, semicolon: boolean): number {
  let end = at + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    const kind = KIND[code]!;
    const isMark = kind === END || kind === DOT || (semicolon && kind === SEMICOLON);
    if (!isMark && (kind !== CLOSE || (isStraightQuote(code) && !opened(text, start, end, code)))) break;
  }
  return end;
}

const isStraightQuote = (code: number): boolean => code === 0x22 || code === 0x27;

function opened(text: string, start: number, end: number, quote: number): boolean {
  let count = 0;
  // a sentence's few quotes stand near; the limit keeps the time linear
  for (let at = Math.max(start, end - 2000); at < end; at++) if (text.charCodeAt(at) === quote) count++;
  return count % 2 === 1;
}

/** White space that holds two line ends. */
function isBlankLine(text: string, from: number, to: number): boolean {
  let lines = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 0x2029 || (code === 13 && text.charCodeAt(at + 1) !== 10)) lines++;
  }
  return lines >= 2;
}

/**
 * Does an ASCII dot end a sentence? Only before white space, what closes, or the end; not after a number alone (`1. 联通`), a single letter
 * (`J. Smith`) or an abbreviation with dots (`U.S. dollar`), nor before a small letter or a digit.
 */
function dotEnds(text: string, at: number): boolean {
  const after = skip(text, at + 1, isDotOrClosing);
  if (after === text.length) return true;
  if (!isSpace(text.charCodeAt(after))) return false;
  const word = /(?:^|[^A-Za-z0-9.])([A-Za-z0-9.]*)$/.exec(text.slice(Math.max(0, at - 12), at))?.[1] ?? '';
  if (/^(?:\d{1,3}|[A-Za-z]|(?:[A-Za-z]\.)+[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|vs|etc|No|Fig|al)$/.test(word)) return false;
  const next = skipFew(text, after);
  return !/[a-z0-9]/.test(text[next] ?? '');
}

/** Over at most a few spaces: what is further away is another matter, and the time stays linear. */
function skipFew(text: string, at: number): number {
  const limit = at + 4;
  while (at < limit && at < text.length && isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Adds text[start, end) without white space around it, in pieces where it is too long. */
function add(text: string, start: number, end: number, maxChars: number, found: Range[]): void {
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  while (end - start > maxChars) {
    const cut = cutPlace(text, start, end, maxChars);
    if (cut >= end) break;
    let last = cut;
    while (last > start && isSpace(text.charCodeAt(last - 1))) last--;
    if (last > start) found.push({ start, end: last });
    start = cut;
    while (start < end && isSpace(text.charCodeAt(start))) start++;
  }
  if (start < end) found.push({ start, end });
}

const COMMA = /[，、,；;：:—\s]/;

/** Where to cut a sentence of more than `maxChars` code points: after its last comma or space, else at its last whole character. */
function cutPlace(text: string, start: number, end: number, maxChars: number): number {
  let limit = start;
  let comma = 0;
  for (let count = 0; count < maxChars && limit < end; count++) {
    limit += text.codePointAt(limit)! > 0xffff ? 2 : 1;
    if (COMMA.test(text[limit - 1]!) && !goesOn(text, limit)) comma = limit;
  }
  if (limit >= end) return end;
  // a number's comma (1,000) is no place to cut
  if (comma > start && !/^\d[,:]\d/.test(text.slice(comma - 2, comma + 1))) return comma;
  let cut = limit;
  while (cut > start && goesOn(text, cut)) cut--;
  if (cut > start) return cut;
  // one character longer than a sentence may be: it stays whole
  for (cut = limit; cut < end && goesOn(text, cut);) cut++;
  return cut;
}

const JOINED = /^(?:\p{M}|\u200D|\p{EMod}|[\u{E0020}-\u{E007F}])/u;

/** Is `at` inside a surrogate pair, a combining sequence, a flag or an emoji family? */
function goesOn(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return false;
  const [before, code] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  if (code >= 0xdc00 && code <= 0xdfff && before >= 0xd800 && before <= 0xdbff) return true;
  if (before === 0x200d) return true;
  if (code < 0x300) return false;
  if (JOINED.test(text.slice(at, at + 2))) return true;
  return code === 0xd83c && flagsBefore(text, at) % 2 === 1 && isFlagLetter(text, at);
}

function isFlagLetter(text: string, at: number): boolean {
  const point = text.codePointAt(at) ?? 0;
  return point >= 0x1f1e6 && point <= 0x1f1ff;
}

function flagsBefore(text: string, at: number): number {
  let count = 0;
  while (count < 64 && at >= 2 && isFlagLetter(text, at - 2)) {
    at -= 2;
    count++;
  }
  return count;
}
