import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { loadArrow } from '../../../src/io/arrow/library.js';
import { messages } from '../../../src/io/arrow/messages.js';
import { readArrow } from '../../../src/io/arrow/read.js';

/** A source that gives what it is asked for, and knows whether it was closed. */
function sourceOf(bytes: Uint8Array): { bytes: AsyncGenerator<Uint8Array, undefined, number | undefined>; isClosed: () => boolean } {
  let closed = false;
  async function* pieces(): AsyncGenerator<Uint8Array, undefined, number | undefined> {
    try {
      for (let at = 0; at < bytes.length; at += 64) yield await Promise.resolve(bytes.subarray(at, at + 64));
    } finally {
      closed = true;
    }
    return undefined;
  }
  return { bytes: pieces(), isClosed: () => closed };
}

const stream = (): Uint8Array => tableToIPC(tableFromArrays({ numbers: Float32Array.from({ length: 500 }, (_, i) => i) }), 'stream');

// a file handle was left to the garbage collector, which warned on stderr
test('whoever stops reading has the source closed', async () => {
  const source = sourceOf(stream());
  for await (const part of messages(loadArrow(), source.bytes, 'numbers.arrow')) {
    expect(part.length).toBeGreaterThan(0);
    break;
  }
  // the message that was being read is read to its end first
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(source.isClosed()).toBe(true);
});

test('whoever stops reading records has the source closed, too', async () => {
  const tokens = tableFromArrays({ text: Array.from({ length: 200 }, (_, i) => `text ${i}`) });
  // more batches than are read ahead
  const { bytes, isClosed } = sourceOf(tableToIPC(tokens.concat(tokens, tokens, tokens, tokens, tokens, tokens, tokens), 'stream'));
  const source = { name: 'texts.arrow', extension: '.arrow', head: new Uint8Array(), bytes, size: undefined };
  for await (const batch of readArrow(source)) {
    expect(batch).toHaveLength(200);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isClosed()).toBe(true);
});

test('all bytes of a stream come out, in their order', async () => {
  const all = stream();
  const parts: Uint8Array[] = [];
  for await (const part of messages(loadArrow(), sourceOf(all).bytes, 'numbers.arrow')) parts.push(part);
  expect(Buffer.concat(parts).equals(all)).toBe(true);
});
