/** One JSON array of any size to the texts of its elements: strings and brackets are counted, nothing is parsed. */
import { PipeError, type Place } from '../errors.js';

interface Element {
  text: string;
  /** the line of the file on which it begins */
  line: number;
}

const [QUOTE, BACKSLASH, LF, COMMA, OPEN_ARRAY] = [34, 92, 10, 44, 91];
const OPEN = new Set([OPEN_ARRAY, 123]);
const CLOSE = new Set([93, 125]);
/** blanks, and the bytes of a byte order mark */
const BLANK = new Set([32, 9, LF, 13, 0xef, 0xbb, 0xbf]);

/** @throws PipeError('data') where the input is no array, or ends before the array does */
export async function* arrayElements(bytes: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Element> {
  let [depth, line, begin] = [0, 1, 0];
  let [inString, escaped, closed, afterComma] = [false, false, false, false];
  let waiting: Uint8Array[] = [];
  for await (const part of bytes) {
    let from = 0;
    for (let at = 0; at < part.length; at++) {
      const byte = part[at]!;
      if (byte === LF) line++;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (BLANK.has(byte)) continue;
      if (depth === 0) {
        if (closed || byte !== OPEN_ARRAY) throw outside(closed, byte, { file, line });
        [depth, from] = [1, at + 1];
        continue;
      }
      if (begin === 0) begin = line;
      if (byte === QUOTE) inString = true;
      else if (OPEN.has(byte)) depth++;
      else if (CLOSE.has(byte)) depth--;
      if (depth === 0 || (depth === 1 && byte === COMMA)) {
        const text = Buffer.concat([...waiting, part.subarray(from, at)])
          .toString('utf8')
          .trim();
        if (text !== '') yield { text, line: begin };
        else if (depth === 1 || afterComma) throw missing({ file, line });
        afterComma = true;
        [waiting, from, begin, closed] = [[], at + 1, 0, depth === 0];
      }
    }
    if (depth > 0) waiting.push(part.subarray(from));
  }
  if (!closed)
    throw new PipeError('data', 'the JSON array is cut', {
      place: { file, line },
      expected: ']',
      found: 'the end of the file',
      hint: 'write the file again',
    });
}

function missing(place: Place): PipeError {
  return new PipeError('data', 'an element of the array is missing', {
    place,
    expected: 'a value',
    found: 'a comma and nothing',
    hint: 'take the comma out',
  });
}

function outside(closed: boolean, byte: number, place: Place): PipeError {
  return new PipeError('data', closed ? 'there is more after the array' : 'this is no JSON array', {
    place,
    expected: closed ? 'the end of the file' : '[',
    found: String.fromCharCode(byte),
    hint: 'JSON lines are read from .jsonl, or with --input-format jsonl',
  });
}
