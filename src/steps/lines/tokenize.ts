/** Step 2 on lines of JSON: `tokens`, `tokenSpans` and `segmenter` are put behind the fields that are there. See `../tokenize.ts` for what it does. */
import { DIGITS, putNumber, type ByteWriter } from '../../formats/byte-writer.js';
import { fieldNumber } from '../../formats/plain-line.js';
import { ByteCuts } from '../../text/byte-cuts.js';
import type { CutRuns } from '../../text/segmenter.js';
import type { LineStep } from './step.js';

const [TEXT, TOKENS, SPANS, SEGMENTER] = (['text', 'tokens', 'tokenSpans', 'segmenter'] as const).map(fieldNumber) as [
  number,
  number,
  number,
  number,
];

const [QUOTE, COMMA, OPEN, CLOSE] = [0x22, 0x2c, 0x5b, 0x5d];
const [BEFORE, BETWEEN] = [Buffer.from(',"tokens":['), Buffer.from('],"tokenSpans":[')];

/** Leaves lines that are cut already, and what `ByteCuts` cannot cut. */
export function tokenizeLines({ cutRuns, fingerprint }: { cutRuns: CutRuns; fingerprint: string }): LineStep {
  const after = Buffer.from(`],"segmenter":${JSON.stringify(fingerprint)}}\n`);
  return (bytes) => {
    const cuts = new ByteCuts(bytes, cutRuns);
    return (line, out, context) => {
      if (!line.has(TEXT) || line.has(TOKENS) || line.has(SPANS) || line.has(SEGMENTER)) return false;
      const [start, end] = [line.startOf(TEXT) + 1, line.endOf(TEXT) - 1];
      if (!cuts.cut(start, end)) return false;
      out.put(bytes, line.begin, line.end);
      out.put(BEFORE);
      putTokens(bytes, start, cuts, out);
      out.put(BETWEEN);
      putSpans(cuts, out);
      out.put(after);
      context.count('characters', cuts.characters);
      context.count('tokens', cuts.count);
      context.count('droppedTokens', 0);
      return true;
    };
  };
}

/** `"我","爱"` */
function putTokens(bytes: Uint8Array, start: number, { byteEnds, count }: ByteCuts, out: ByteWriter): void {
  if (count === 0) return;
  const to = out.room(byteEnds[count - 1]! - start + 3 * count);
  let at = out.length;
  for (let i = 0, from = start; i < count; i++) {
    if (i > 0) to[at++] = COMMA;
    to[at++] = QUOTE;
    for (const end = byteEnds[i]!; from < end; from++) to[at++] = bytes[from]!;
    to[at++] = QUOTE;
  }
  out.length = at;
}

/** `[0,1],[1,2]` */
function putSpans({ ends, count }: ByteCuts, out: ByteWriter): void {
  const to = out.room((2 * DIGITS + 4) * count);
  let at = out.length;
  for (let i = 0, start = 0; i < count; i++) {
    if (i > 0) to[at++] = COMMA;
    to[at++] = OPEN;
    at = putNumber(to, at, start);
    to[at++] = COMMA;
    start = ends[i]!;
    at = putNumber(to, at, start);
    to[at++] = CLOSE;
  }
  out.length = at;
}
