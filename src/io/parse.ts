/** A chunk of lines to records. Pure, so that a worker thread can do it; what a line is has been found in `layout.ts`. */
import { isUtf8 } from 'node:buffer';
import { PipeError } from '../errors.js';
import { codePoints } from '../formats/code-points.js';
import { fromJson, LINE, type Batch, type SentenceRecord } from '../formats/record.js';
import { decodeUtf8 } from './encoding.js';
import type { Layout } from './layout.js';
import { countCharacters, countLines, hasMark, type Chunk } from './lines.js';
import { warcRecord } from './warc.js';

export interface ParseOptions {
  file: string;
  layout: Layout;
  /** goes before the number of a line that has no id of its own; tells files apart when there are several */
  idPrefix: string;
  /** raw text is wanted: records without an id get their line number */
  raw: boolean;
  maxLineBytes?: number | undefined;
  /** a blank line is a record, too, with an empty text */
  everyLine?: boolean | undefined;
  /** a line that gives no record; throws to stop */
  onBad: (line: number, error: PipeError) => void;
  /** of a layout with documents: how many there are, and what else lies there */
  count?: ((what: DocumentCount, howMany: number) => void) | undefined;
}

export type DocumentCount = 'documents' | 'otherDocuments' | 'wrongLengths';

/** Records in the order of their lines; blank lines make none. `record[LINE]` is the line. */
export async function parseChunk(chunk: Chunk, options: ParseOptions): Promise<Batch> {
  const { file, layout, onBad, maxLineBytes = Infinity } = options;
  const batch: Batch = [];
  if (layout.kind === 'wet') return documents(chunk, options);
  if (layout.kind === 'text' && layout.wrapped)
    return paragraphs(await decodeUtf8(chunk.bytes, { file, line: chunk.firstLine }), chunk, options);
  let [line, offset] = [chunk.firstLine, chunk.firstCharacter];
  for (const whole of await linesOf(chunk, file)) {
    try {
      if (typeof whole !== 'string') throw whole.error;
      const content = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
      if (content.length * 3 > maxLineBytes && Buffer.byteLength(content) > maxLineBytes) throw tooLong(maxLineBytes);
      const record = content.trim() === '' ? blank(content, line, offset, options) : recordOf(content, line, offset, options);
      if (record) {
        record[LINE] = line;
        batch.push(record);
      }
    } catch (error) {
      if (!(error instanceof PipeError)) throw error;
      onBad(line, error.at({ file, line }));
    }
    if (layout.kind === 'text') offset += 1 + (typeof whole === 'string' ? codePoints(whole) : whole.characters);
    line++;
  }
  return batch;
}

function blank(content: string, line: number, offset: number, options: ParseOptions): SentenceRecord | undefined {
  if (!options.everyLine) return undefined;
  return recordOf(content, line, offset, { ...options, layout: { kind: 'text', wrapped: false } });
}

/** A line that is no UTF-8. It is as long as whoever counts bytes says, so that the spans after it do not depend on where chunks end. */
interface BadLine {
  error: PipeError;
  characters: number;
}

/** The lines of a chunk without their LF. */
async function linesOf({ bytes, firstLine }: Chunk, file: string): Promise<(string | BadLine)[]> {
  // a byte order mark is no character
  const content = firstLine === 1 && hasMark(bytes) ? bytes.subarray(3) : bytes;
  if (isUtf8(content)) {
    const lines = (await decodeUtf8(content, { file, line: firstLine })).split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines;
  }
  return Promise.all(
    byteLines(content).map((line, i) =>
      decodeUtf8(line, { file, line: firstLine + i }).catch((error: unknown) => {
        if (error instanceof PipeError) return { error, characters: countCharacters(line) };
        throw error;
      }),
    ),
  );
}

/**
 * The lines of the pages in a chunk of WARC records: text is what stands in the bodies of `conversion` records. Spans count from the
 * page's beginning; the numbers of lines are the file's.
 */
async function documents(chunk: Chunk, options: ParseOptions): Promise<Batch> {
  const batch: Batch = [];
  const bytes = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.length);
  const framing = { file: options.file, firstLine: chunk.firstLine, atEnd: true, whole: true, limit: Infinity };
  let [line, counted] = [chunk.firstLine, 0];
  for (let at = 0; at < bytes.length;) {
    const record = warcRecord(bytes, at, framing);
    if (typeof record !== 'object') break;
    if (record.wrongLength) options.count?.('wrongLengths', 1);
    options.count?.(record.type === 'conversion' ? 'documents' : 'otherDocuments', 1);
    if (record.type === 'conversion') {
      line += countLines(bytes.subarray(counted, record.bodyStart));
      counted = record.bodyStart;
      const body = { bytes: bytes.subarray(record.bodyStart, record.bodyEnd), firstLine: line, firstCharacter: 0 };
      const lines = await parseChunk(body, { ...options, layout: { kind: 'text', wrapped: false } });
      for (const text of lines) batch.push(record.uri === undefined ? text : Object.assign(text, { source: record.uri }));
    }
    at = record.end;
  }
  return batch;
}

/** The lines of a chunk as bytes, without their LF. */
export function byteLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    lines.push(bytes.subarray(at, end < 0 ? bytes.length : end));
    at = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

function recordOf(content: string, line: number, offset: number, options: ParseOptions): SentenceRecord | undefined {
  const { layout, idPrefix } = options;
  switch (layout.kind) {
    case 'text':
      return { id: idPrefix ? `${idPrefix}${line}` : line, text: content, span: [offset, offset + codePoints(content)] };
    case 'fasttext':
      return fasttext(content, idPrefix ? `${idPrefix}${line}` : line);
    case 'tsv':
      return layout.header && line === 1
        ? undefined
        : fromCells(content.split('\t'), layout.columns, idPrefix ? `${idPrefix}${line}` : line);
    default:
      return fromJsonLine(content, line, options);
  }
}

/** `__label__a __label__b text` */
function fasttext(content: string, id: string | number): SentenceRecord {
  const match = /^((?:__label__\S+\s+)+)(.*)$/s.exec(content);
  if (!match) throw new PipeError('data', 'the line has no label', { expected: '__label__x text', found: content.slice(0, 20) });
  const labels = match[1]!
    .trim()
    .split(/\s+/)
    .map((label) => label.slice('__label__'.length));
  return { id, text: match[2]!, label: labels.length === 1 ? labels[0]! : labels };
}

/** One row as a record; columns that are neither id, text nor label are handed on under their own names. */
export function fromCells(cells: readonly string[], columns: readonly string[], id: string | number): SentenceRecord {
  if (cells.length !== columns.length)
    throw new PipeError('data', 'the row has another number of columns', {
      expected: `${columns.length}: ${columns.join(', ')}`,
      found: String(cells.length),
      hint: cells.length < columns.length ? 'is the row cut, or a tab missing?' : 'is there a tab inside the text?',
    });
  const named = columns.map((name, i) => [name, cells[i]!] as const);
  const order = ['text', 'label'].flatMap((name) => named.filter(([column]) => column === name));
  const own = named.find(([name]) => name === 'id');
  return Object.fromEntries<unknown>([
    ['id', own?.[1] ?? id],
    ...order,
    ...named.filter(([name]) => !['id', 'text', 'label'].includes(name)),
  ]);
}

// integers that a double cannot hold would change on their way through JSON.parse, in silence
// digits within a string are text
const STRINGS = /"(?:[^"\\]|\\.)*"/g;
const LONG_INTEGER = /[:[,]\s*-?\d{16,}\s*[,}\]]/;

function fromJsonLine(content: string, line: number, { layout, idPrefix, raw }: ParseOptions): SentenceRecord {
  const record = fromJson(renamed(parseJson(content), layout));
  if (!raw || record.id !== undefined) return record;
  return { id: idPrefix ? `${idPrefix}${line}` : line, ...record };
}

function renamed(value: unknown, layout: Layout): unknown {
  if (layout.kind !== 'jsonl' || (!layout.textKey && !layout.labelKey) || typeof value !== 'object' || value === null) return value;
  const names = new Map([
    [layout.textKey, 'text'],
    [layout.labelKey, 'label'],
  ]);
  for (const key of [layout.textKey, layout.labelKey])
    if (key !== undefined && !Object.hasOwn(value, key))
      throw new PipeError('data', `the record has no "${key}"`, {
        found: Object.keys(value).join(', '),
        hint: '--text-key and --label-key name its fields',
      });
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [names.get(name) ?? name, part as unknown]));
}

/** @throws PipeError('data') with the column of the first thing wrong */
export function parseJson(content: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw jsonError(content, (error as Error).message);
  }
  // the first test is for speed: it can skip sixteen characters at a time
  const numbers = /\d{16}/.test(content) && LONG_INTEGER.test(content) ? content.replace(STRINGS, '""') : '';
  const long = LONG_INTEGER.exec(numbers)?.[0].replace(/[^\d-]/g, '');
  if (long !== undefined && String(Number(long)) !== long)
    throw new PipeError('data', 'a number that cannot be kept exactly', {
      found: long,
      expected: 'at most 2^53',
      hint: 'write it as a string: in quotes',
    });
  return value;
}

function jsonError(content: string, message: string): PipeError {
  const at = /at position (\d+)/.exec(message);
  // some of V8's messages for a cut line tell only the position: its end
  const cut = /end of JSON|Unterminated/.test(message) || (at !== null && Number(at[1]) >= content.length);
  const bare = /\b(NaN|-?Infinity)\b/.exec(content);
  const position = cut ? content.length : at ? Number(at[1]) : bare ? bare.index : 0;
  return new PipeError('data', 'this is no JSON', {
    place: { column: codePoints(content.slice(0, position)) + 1 },
    expected: 'one JSON object a line',
    found: cut ? 'the end of the line' : bare ? bare[0] : message.replace(/ in JSON at position \d+.*$/s, '').slice(0, 80),
    hint: cut
      ? 'the line is cut: write the file again'
      : bare
        ? 'JSON has no NaN and no infinity: see what made it'
        : 'is this the output of an earlier step?',
  });
}

function tooLong(limit: number): PipeError {
  return new PipeError('data', 'the line is too long', { expected: `at most ${limit} bytes`, hint: '--max-line-bytes lifts the limit' });
}

/** Wrapped text: the lines up to a blank one are one record, with their line breaks. */
function paragraphs(text: string, chunk: Chunk, { idPrefix }: ParseOptions): Batch {
  const batch: Batch = [];
  let [line, offset, at] = [chunk.firstLine, chunk.firstCharacter, 0];
  for (const match of text.matchAll(/(?:[^\n]*\S[^\n]*(?:\n|$))+/g)) {
    const before = text.slice(at, match.index);
    line += before.split('\n').length - 1;
    offset += codePoints(before);
    const content = match[0].replace(/\r?\n$/, '');
    batch.push({ [LINE]: line, id: idPrefix ? `${idPrefix}${line}` : line, text: content, span: [offset, offset + codePoints(content)] });
    line += match[0].split('\n').length - 1;
    offset += codePoints(match[0]);
    at = match.index + match[0].length;
  }
  return batch;
}
