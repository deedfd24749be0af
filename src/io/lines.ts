/** Bytes to chunks of whole lines, cut at LF bytes only: never inside a line, a character or a JSON record. */
import { PipeError } from '../errors.js';

export interface Chunk {
  /** whole lines; the last one of the input may lack its line end */
  bytes: Uint8Array;
  /** number of the first line, from 1 */
  firstLine: number;
  /** code points of the input before it; counted where `characters` is asked for */
  firstCharacter: number;
  /** nobody else looks at its memory: it may be given to another thread */
  own?: boolean;
}

export interface LineOptions {
  maxLineBytes?: number | undefined;
  /** cut at blank lines only */
  wrapped?: boolean | undefined;
  /** count code points, which raw text needs for its spans */
  characters?: boolean | undefined;
  /** the bytes are a part of a file that begins with this line */
  first?: { line: number; character: number } | undefined;
}

const LF = 10;

/**
 * What has come is handed on with its last whole line, so that a slow pipe is not waited for.
 *
 * @throws PipeError('data') for a line of more than `maxLineBytes`
 */
export async function* lineChunks(bytes: AsyncIterable<Uint8Array>, file: string, options: LineOptions = {}): AsyncGenerator<Chunk> {
  const { maxLineBytes = 64 << 20, wrapped = false, characters = false, first } = options;
  let [firstLine, firstCharacter] = [first?.line ?? 1, first?.character ?? 0];
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const take = (chunk: Uint8Array): Chunk => {
    const made = { bytes: chunk, firstLine, firstCharacter };
    firstLine += countLines(chunk);
    if (characters) firstCharacter += countCharacters(chunk) - (made.firstLine === 1 && hasMark(chunk) ? 1 : 0);
    return made;
  };
  for await (const part of bytes) {
    let rest = part;
    const end = wrapped ? -1 : rest.lastIndexOf(LF) + 1;
    if (end > 0) {
      const whole = join(waiting, rest.subarray(0, end));
      yield { ...take(whole), own: whole.buffer !== rest.buffer };
      [waiting, waitingBytes] = [[], 0];
      rest = rest.subarray(end);
    }
    waiting.push(rest);
    waitingBytes += rest.length;
    if (wrapped) {
      const all = join(waiting, new Uint8Array());
      const cut = afterBlankLine(all);
      if (cut > 0) yield take(all.subarray(0, cut));
      [waiting, waitingBytes] = [[all.subarray(cut)], all.length - cut];
    }
    if (waitingBytes > maxLineBytes)
      throw new PipeError('data', 'the line is too long', {
        place: { file, line: firstLine },
        expected: `at most ${maxLineBytes} bytes`,
        hint: `--max-line-bytes ${2 * maxLineBytes}, if it is meant to be that long`,
      });
  }
  const last = join(waiting, new Uint8Array());
  if (last.length > 0) yield take(last);
}

function join(parts: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  if (parts.length === 0 || (parts.length === 1 && parts[0]!.length === 0)) return last;
  if (parts.length === 1 && last.length === 0) return parts[0]!;
  return Buffer.concat([...parts, last]);
}

/** The index after the last blank line, or 0. */
function afterBlankLine(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const [plain, carriage] = [buffer.lastIndexOf('\n\n'), buffer.lastIndexOf('\n\r\n')];
  return Math.max(plain < 0 ? 0 : plain + 2, carriage < 0 ? 0 : carriage + 3);
}

export function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}

/** Bytes that do not continue a character. */
export function countCharacters(bytes: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) if ((bytes[i]! & 0xc0) !== 0x80) count++;
  return count;
}

export const hasMark = (bytes: Uint8Array): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
