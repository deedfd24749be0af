/** Bytes of any supported encoding to UTF-8, and strict reading of UTF-8. */
import { isUtf8 } from 'node:buffer';
import { PipeError, type Place } from '../errors.js';

export type Encoding = 'utf-8' | 'gb18030' | 'gbk' | 'big5' | 'utf-16le' | 'utf-16be';

/** The encoding that a byte order mark tells, if there is one. */
export function markedEncoding(head: Uint8Array): Encoding | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  return undefined;
}

/** Transcodes a stream to UTF-8. @throws PipeError('data') at the first byte that the encoding does not have */
export async function* toUtf8(bytes: AsyncIterable<Uint8Array>, encoding: Encoding, file: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let line = 1;
  const decode = (part: Uint8Array, more: boolean): Buffer => {
    try {
      return Buffer.from(decoder.decode(part, { stream: more }));
    } catch (cause) {
      const hint = `another --encoding? utf-8, gb18030, gbk, big5, utf-16le and utf-16be are known`;
      throw new PipeError('data', `this is no ${encoding} text, from this line on`, { place: { file, line }, hint, cause });
    }
  };
  for await (const part of bytes) {
    const text = decode(part, true);
    yield text;
    for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) line++;
  }
  yield decode(new Uint8Array(), false);
}

/**
 * UTF-8 bytes as a string, strictly.
 *
 * @throws PipeError('data') with the line and column of the first bad byte; the hint guesses the real encoding
 */
export async function decodeUtf8(bytes: Uint8Array, place: Place & { line: number }): Promise<string> {
  if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const bad = firstBadByte(bytes);
  const before = Buffer.from(bytes.subarray(0, bad)).toString('utf8');
  const lines = before.split('\n');
  throw new PipeError('data', 'a byte that is no UTF-8', {
    place: { ...place, line: place.line + lines.length - 1, column: Array.from(lines.at(-1)!).length + 1 },
    found: `0x${bytes[bad]!.toString(16).padStart(2, '0')}`,
    hint: await guess(bytes),
  });
}

/** Index of the first byte that begins no valid UTF-8 sequence. */
function firstBadByte(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && isUtf8(bytes.subarray(at, at + lengthOf(bytes[at]!)))) at += lengthOf(bytes[at]!);
  return at;
}

const lengthOf = (lead: number): number => (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);

async function guess(bytes: Uint8Array): Promise<string> {
  const { default: jschardet } = await import('jschardet');
  const { encoding } = jschardet.detect(Buffer.from(bytes.subarray(0, 1 << 16)));
  const known: Record<string, Encoding> = { gb2312: 'gb18030', gb18030: 'gb18030', gbk: 'gb18030', big5: 'big5' };
  const likely = known[String(encoding).toLowerCase()];
  return likely
    ? `the text looks like ${likely}: --encoding ${likely}`
    : 'if it is in another encoding, say so: --encoding gb18030; or --on-bad quarantine --bad-out bad.txt';
}
