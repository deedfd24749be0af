/**
 * Chunks of so many lines each, in whatever parts the bytes come: for steps whose results depend on which records are done together.
 * A window ends early, at a line's end, once it is large; so the lines alone decide where it ends.
 */
import { countCharacters, hasMark, type Chunk } from './lines.js';

const LF = 10;
const LARGE = 1 << 21;

type Begin = Omit<Chunk, 'bytes'>;

/** @param chunks of whole lines, as `lineChunks` gives them */
export async function* lineWindows(chunks: AsyncIterable<Chunk>, size: number, characters: boolean): AsyncGenerator<Chunk> {
  let parts: Uint8Array[] = [];
  let begun: Begin | undefined;
  let [lines, bytes] = [0, 0];
  const taken = (last: Uint8Array, begin: Begin): Chunk => {
    const chunk = { ...(begun ?? begin), bytes: parts.length === 0 ? last : Buffer.concat([...parts, last]) };
    [parts, begun, lines, bytes] = [[], undefined, 0, 0];
    return chunk;
  };
  for await (const { bytes: all, ...first } of chunks) {
    let [begin, line, next] = [0, first.firstLine, first];
    for (let at = 0; at < all.length;) {
      const end = all.indexOf(LF, at) + 1 || all.length;
      lines++;
      line++;
      bytes += end - at;
      at = end;
      if (lines < size && bytes < LARGE) continue;
      const part = all.subarray(begin, at);
      yield taken(part, next);
      next = { firstLine: line, firstCharacter: next.firstCharacter + (characters ? charactersOf(part, next) : 0) };
      begin = at;
    }
    if (begin === all.length) continue;
    begun ??= next;
    parts.push(all.subarray(begin));
  }
  if (parts.length > 0) yield taken(new Uint8Array(), begun!);
}

const charactersOf = (part: Uint8Array, { firstLine }: Begin): number => countCharacters(part) - (firstLine === 1 && hasMark(part) ? 1 : 0);
