/** The lines of a chunk that a step can do as they lie (`steps/lines/step.ts`); the others are left for the way over records. */
import { ByteWriter } from '../formats/byte-writer.js';
import { PlainLine } from '../formats/plain-line.js';
import { LINE, type Batch } from '../formats/record.js';
import type { Chunk } from '../io/lines.js';
import { linesOf } from '../io/write.js';
import type { LineStep } from '../steps/lines/step.js';
import type { StepContext } from '../steps/step.js';

/** Neighbouring lines that were left, and where in the output belongs what becomes of them. */
interface Left {
  chunk: Chunk;
  lines: number;
  at: number;
}

export interface LinesDone {
  output: Uint8Array;
  /** the number of each line that was done */
  lineNumbers: number[];
  left: Left[];
}

const LF = 10;

/** @param chunk in valid UTF-8 */
export function doLines(
  { bytes, firstLine }: Chunk,
  step: LineStep,
  context: Pick<StepContext, 'count'>,
  maxLineBytes = Infinity,
): LinesDone {
  const [line, out] = [new PlainLine(bytes), new ByteWriter(1.5 * bytes.length)];
  const [lineNumbers, left]: [number[], Left[]] = [[], []];
  let leaving = false;
  for (let at = 0, number = firstLine; at < bytes.length; number++) {
    const done = line.read(at) && line.end + 1 - at <= maxLineBytes && step(line, out, context);
    const next = done ? line.end + 2 : bytes.indexOf(LF, at) + 1 || bytes.length;
    if (done) lineNumbers.push(number);
    else if (leaving) extend(left.at(-1)!, bytes, next);
    else left.push({ chunk: { bytes: bytes.subarray(at, next), firstLine: number, firstCharacter: 0 }, lines: 1, at: out.length });
    leaving = !done;
    at = next;
  }
  return { output: out.bytes(), lineNumbers, left };
}

function extend(left: Left, bytes: Uint8Array, end: number): void {
  const { chunk } = left;
  chunk.bytes = bytes.subarray(chunk.bytes.byteOffset - bytes.byteOffset, end);
  left.lines++;
}

/** What was done and what became of the lines that were left, in the order of the lines. */
export function together({ output, lineNumbers, left }: LinesDone, records: Batch): { lines: Uint8Array; lineNumbers: number[] } {
  if (left.length === 0) return { lines: output, lineNumbers };
  const parts: Uint8Array[] = [];
  let [at, next] = [0, 0];
  for (const { chunk, lines, at: place } of left) {
    parts.push(output.subarray(at, place));
    at = place;
    const first = next;
    while (next < records.length && records[next]![LINE]! < chunk.firstLine + lines) next++;
    parts.push(linesOf(records.slice(first, next)));
  }
  const numbers = [...lineNumbers, ...records.map((record) => record[LINE]!)].sort((a, b) => a - b);
  return { lines: Buffer.concat([...parts, output.subarray(at)]), lineNumbers: numbers };
}
