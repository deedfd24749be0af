/** The lines of a chunk that a step can do as they lie (`steps/lines/step.ts`); the others are left for the way over records. */
import { isUtf8 } from 'node:buffer';
import { ByteWriter } from '../formats/byte-writer.js';
import { fieldNumber, PlainLine } from '../formats/plain-line.js';
import { LINE, type Batch } from '../formats/record.js';
import { countLines, type Chunk } from '../io/lines.js';
import type { ParseOptions } from '../io/parse.js';
import { textLines, type Lines } from '../io/text-lines.js';
import { linesOf } from '../io/write.js';
import type { LineStep } from '../steps/lines/step.js';
import type { StepContext } from '../steps/step.js';

/** How lines that were left become records. */
export type ParseLines = Omit<ParseOptions, 'onBad' | 'count'>;

/** Lines of JSON that are the records, and how those of them that are not plain are parsed. */
export interface RecordLines extends Lines {
  parse: ParseLines;
}

/** Undefined where the lines of a chunk are no records as they lie: fields are renamed, or bytes are no UTF-8. */
export function recordLines(chunk: Chunk, parse: ParseLines): RecordLines | undefined {
  const { bytes, firstLine } = chunk;
  const { layout, maxLineBytes = Infinity } = parse;
  if (!isUtf8(bytes)) return undefined;
  if (layout.kind === 'jsonl' && !layout.textKey && !layout.labelKey) return { bytes, numbers: numbered(bytes, firstLine), parse };
  // with no line of that length each is short enough
  if (layout.kind !== 'text' || layout.wrapped || bytes.length > maxLineBytes) return undefined;
  return { ...textLines(chunk, parse), parse: asWritten(parse) };
}

/** The numbers of lines that all stand in the input. */
function numbered(bytes: Uint8Array, firstLine: number): number[] {
  return Array.from({ length: countLines(bytes) + 1 }, (_, index) => firstLine + index);
}

/** How lines that we wrote are parsed. */
const asWritten = ({ file }: ParseLines): ParseLines => ({ file, layout: { kind: 'jsonl' }, idPrefix: '', raw: false });

/** Neighbouring lines that were left, and where in the output belongs what becomes of them. */
interface Left {
  bytes: Uint8Array;
  /** of the first of them */
  index: number;
  at: number;
}

export interface LinesDone {
  output: Uint8Array;
  /** the input's line of each line that was done */
  numbers: number[];
  left: Left[];
}

const LF = 10;
const ID = fieldNumber('id');

export function doLines({ bytes, numbers: all, parse }: RecordLines, step: LineStep, context: Pick<StepContext, 'count'>): LinesDone {
  const { maxLineBytes = Infinity, raw } = parse;
  const [line, out, doLine] = [new PlainLine(bytes), new ByteWriter(4 * bytes.length), step(bytes)];
  const [numbers, left]: [number[], Left[]] = [[], []];
  let leaving = false;
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const plain = line.read(at) && line.end + 1 - at <= maxLineBytes && (!raw || line.has(ID));
    const done = plain && doLine(line, out, context);
    const next = done ? line.end + 2 : bytes.indexOf(LF, at) + 1 || bytes.length;
    if (done) numbers.push(all[index]!);
    else if (leaving) extend(left.at(-1)!, bytes, next);
    else left.push({ bytes: bytes.subarray(at, next), index, at: out.length });
    leaving = !done;
    at = next;
  }
  return { output: out.bytes(), numbers, left };
}

function extend(left: Left, bytes: Uint8Array, end: number): void {
  left.bytes = bytes.subarray(left.bytes.byteOffset - bytes.byteOffset, end);
}

/** Records as the lines that they are written as. */
export function linesOfRecords(records: Batch, parse: ParseLines): RecordLines {
  return { bytes: linesOf(records), numbers: records.map((record) => record[LINE]!), parse: asWritten(parse) };
}

/** What was done and what became of each group of lines that was left, in the order of the lines. */
export function together({ output, numbers, left }: LinesDone, records: readonly Batch[], { parse }: RecordLines): RecordLines {
  if (left.length === 0) return { bytes: output, numbers, parse: asWritten(parse) };
  const out = new ByteWriter(2 * output.length);
  let done = 0;
  for (const [i, { at }] of left.entries()) {
    out.put(output, done, at);
    out.put(linesOf(records[i]!));
    done = at;
  }
  out.put(output, done);
  return {
    bytes: out.bytes(),
    numbers: [...numbers, ...records.flat().map((record) => record[LINE]!)].sort((a, b) => a - b),
    parse: asWritten(parse),
  };
}
