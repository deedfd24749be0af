/**
 * WARC records as they lie in Common Crawl's WET files: a line `WARC/1.0`, headers up to a blank line, then as many bytes as `Content-Length`
 * says. Pure: which records are text, and what their lines are, is said by `parse.ts`.
 */
import { isUtf8 } from 'node:buffer';
import { PipeError, show, type ErrorDetails } from '../errors.js';
import { countLines } from './lines.js';

export interface WarcRecord {
  /** in lower case; `conversion` is text, `warcinfo` tells of the file */
  type: string;
  /** of the page that the text is from */
  uri: string | undefined;
  /** bytes: of the body, and where the next record begins */
  bodyStart: number;
  bodyEnd: number;
  end: number;
  /** Content-Length is not true: the body goes on to the next record's first line */
  wrongLength: boolean;
}

export interface Framing {
  file: string;
  /** of the line that begins at index 0 of the bytes */
  firstLine: number;
  /** no bytes come after these */
  atEnd: boolean;
  /** the bytes are known to be whole records: what was cut short has been found */
  whole?: boolean;
  /** bytes that a record may have */
  limit: number;
}

/** How a file of such records begins. A page that writes about WARC may have the first line, but seldom a header after it. */
export const WARC_HEAD = /^WARC\/\d+\.\d+\r?\n[\w-]+:/;

const [LF, CR] = [10, 13];
/** Bytes in which to see that a record begins. */
const HEAD = 64;
const MOST_HEADER = 1 << 20;

/**
 * The record that begins at an index, after blank lines. A number is how many bytes are needed before it can be told; undefined at the end.
 *
 * @throws PipeError('data') for a header that cannot be read, and for a record that is cut short or too long
 */
export function warcRecord(bytes: Buffer, from: number, framing: Framing): WarcRecord | number | undefined {
  const { atEnd, limit } = framing;
  const start = afterLineEnds(bytes, from);
  if (start === bytes.length) return atEnd ? undefined : start + 1;
  const header = headerAt(bytes, start, framing);
  if (typeof header === 'number') return header;
  const { bodyStart, length, ...told } = header;
  if (length > limit) throw tooLong(bytes, start, framing, `${length} bytes`);
  const bodyEnd = bodyStart + length;
  if (bodyEnd > bytes.length && !atEnd) return bodyEnd + HEAD;
  const end = afterLineEnds(bytes, bodyEnd);
  if (bytes.length - end < HEAD && !atEnd) return end + HEAD;
  if (bodyEnd <= bytes.length && (end === bytes.length || (beginsLine(bytes, end) && isVersion(bytes, end))))
    return { ...told, bodyStart, bodyEnd, end, wrongLength: false };
  if (bodyEnd > bytes.length && !framing.whole)
    throw wrong(bytes, start, framing, 'the record is cut short', {
      expected: `${length} bytes`,
      found: String(bytes.length - bodyStart),
      hint: 'fetch the file again',
    });
  const next = nextRecord(bytes, bodyStart);
  if (next === undefined && !atEnd) {
    if (bytes.length - start > limit) throw tooLong(bytes, start, framing, 'no next record');
    return more(bytes, start);
  }
  const last = next ?? bytes.length;
  return { ...told, bodyStart, bodyEnd: beforeLineEnds(bytes, bodyStart, last), end: last, wrongLength: true };
}

/** Where the end of a record is not known, it is looked for when there is a quarter more of it: so that small pieces cost no more than large ones. */
const more = (bytes: Buffer, start: number): number => bytes.length + 1 + ((bytes.length - start) >> 2);

interface Header {
  type: string;
  uri: string | undefined;
  length: number;
  bodyStart: number;
}

function headerAt(bytes: Buffer, start: number, framing: Framing): Header | number {
  const line = bytes.indexOf(LF, start);
  if ((line >= 0 || framing.atEnd || bytes.length - start > HEAD) && !isVersion(bytes, start))
    throw wrong(bytes, start, framing, 'this is no WARC record', {
      expected: 'a line such as WARC/1.0',
      found: show(
        bytes
          .toString('utf8', start, start + 40)
          .split('\n', 1)[0]!
          .trimEnd(),
      ),
      hint: 'was the file changed after it was fetched?',
    });
  const blank = line < 0 ? -1 : blankLine(bytes, line + 1, start + MOST_HEADER);
  if (blank < 0) {
    const isCut = bytes.length - start < MOST_HEADER;
    if (isCut && !framing.atEnd) return more(bytes, start);
    throw wrong(bytes, start, framing, isCut ? 'the file ends in the header of a record' : 'the header has no end', {
      expected: 'a blank line after the headers',
    });
  }
  const [end, bodyStart] = [blank - 1, bytes.indexOf(LF, blank) + 1];
  const fields = fieldsOf(bytes, start, end, framing);
  const length = fields.get('content-length') ?? '';
  const type = fields.get('warc-type');
  if (type === undefined || !/^\d+$/.test(length))
    throw wrong(bytes, start, framing, `the header has no ${type === undefined ? 'WARC-Type' : 'Content-Length that is a number'}`, {
      ...(type !== undefined && length ? { found: show(length) } : {}),
      hint: 'every WARC record has both: was the file changed after it was fetched?',
    });
  return { type: type.toLowerCase(), uri: fields.get('warc-target-uri'), length: Number(length), bodyStart };
}

/** The named fields by their names in lower case; a line that begins with white space goes on with the one before. */
function fieldsOf(bytes: Buffer, start: number, end: number, framing: Framing): Map<string, string> {
  if (!isUtf8(bytes.subarray(start, end))) throw wrong(bytes, start, framing, 'the header is no UTF-8');
  const fields = new Map<string, string>();
  let name = '';
  for (const [i, line] of bytes.toString('utf8', start, end).split('\n').slice(1).entries()) {
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line) && name) fields.set(name, `${fields.get(name)} ${line.trim()}`);
    else if (colon > 0) fields.set((name = line.slice(0, colon).trim().toLowerCase()), line.slice(colon + 1).trim());
    else {
      const details = { expected: 'Name: value', found: show(line.trimEnd()) };
      throw wrong(bytes, start, framing, 'this is no header of a WARC record', details, i + 1);
    }
  }
  return fields;
}

/** The first blank line of those that begin in [from, before), or -1. */
function blankLine(bytes: Buffer, from: number, before: number): number {
  for (let at = from, end = 0; at < before; at = end + 1) {
    end = bytes.indexOf(LF, at);
    if (end < 0) return -1;
    if (end === at || (end === at + 1 && bytes[at] === CR)) return at;
  }
  return -1;
}

const isVersion = (bytes: Buffer, at: number): boolean =>
  /^WARC\/\d+\.\d+\r?$/.test(bytes.toString('latin1', at, at + HEAD).split('\n', 1)[0]!);
const beginsLine = (bytes: Buffer, at: number): boolean => at === 0 || bytes[at - 1] === LF;

/** Where the next record begins of which more than the version line can be seen. */
function nextRecord(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.indexOf('WARC/', from); at >= 0; at = bytes.indexOf('WARC/', at + 1))
    if (beginsLine(bytes, at) && WARC_HEAD.test(bytes.toString('latin1', at, at + HEAD))) return at;
  return undefined;
}

function afterLineEnds(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === LF || bytes[at] === CR) at++;
  return at;
}

function beforeLineEnds(bytes: Buffer, from: number, end: number): number {
  let at = end;
  while (at > from && (bytes[at - 1] === LF || bytes[at - 1] === CR)) at--;
  return at;
}

function tooLong(bytes: Buffer, start: number, framing: Framing, found: string): PipeError {
  return wrong(bytes, start, framing, 'the record is too long', {
    expected: `at most ${framing.limit} bytes`,
    found,
    hint: '--max-line-bytes lifts the limit',
  });
}

function wrong(
  bytes: Buffer,
  start: number,
  { file, firstLine }: Framing,
  what: string,
  details: ErrorDetails = {},
  linesAfter = 0,
): PipeError {
  return new PipeError('data', what, { ...details, place: { file, line: firstLine + countLines(bytes.subarray(0, start)) + linesAfter } });
}
