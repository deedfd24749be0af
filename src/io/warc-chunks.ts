/** Chunks of whole WARC records, as `lines.ts` makes chunks of whole lines. */
import { countLines, type Chunk } from './lines.js';
import { warcRecord } from './warc.js';

export interface WarcChunkOptions {
  /** the longest record, too */
  maxLineBytes?: number | undefined;
  /** a chunk ends with the first record that makes it so many lines, in whatever parts the bytes come */
  windowLines?: number | undefined;
}

/** @throws PipeError('data') for a record that cannot be read or is cut short */
export async function* warcChunks(
  parts: AsyncIterable<Uint8Array>,
  file: string,
  { maxLineBytes: limit = 64 << 20, windowLines }: WarcChunkOptions = {},
): AsyncGenerator<Chunk> {
  let waiting: Uint8Array[] = [];
  let [waitingBytes, needed, firstLine] = [0, 0, 1];
  function* whole(atEnd: boolean): Generator<Chunk> {
    if (waitingBytes < needed && !atEnd) return;
    const bytes = Buffer.concat(waiting);
    let [begin, at, lines] = [0, 0, 0];
    const taken = (): Chunk => {
      const chunk = { bytes: bytes.subarray(begin, at), firstLine, firstCharacter: 0 };
      firstLine += countLines(chunk.bytes);
      [begin, lines] = [at, 0];
      return chunk;
    };
    // lines are counted from the bytes' first one, which `begin` may have left behind
    const framing = { file, firstLine, atEnd, limit };
    for (;;) {
      const record = warcRecord(bytes, at, framing);
      if (typeof record !== 'object') {
        needed = (record ?? 0) - begin;
        break;
      }
      if (windowLines !== undefined) lines += countLines(bytes.subarray(at, record.end));
      at = record.end;
      if (windowLines !== undefined && lines >= windowLines) yield taken();
    }
    if (at > begin && (windowLines === undefined || atEnd)) yield taken();
    const rest = bytes.subarray(begin);
    [waiting, waitingBytes] = [rest.length > 0 ? [rest] : [], rest.length];
  }
  for await (const part of parts) {
    waiting.push(part);
    waitingBytes += part.length;
    yield* whole(false);
  }
  yield* whole(true);
}
