/**
 * Counts of more tokens than memory should hold: what is too much is written out in the order of the tokens and merged at the end, one token
 * at a time. Nothing is left out before its whole count is known.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputFailure } from '../io/failure.js';
import { lineChunks } from '../io/lines.js';

type Counted = [token: string, count: number];

export interface Spill {
  /** writes counts out, if there are more than fit; the map is empty then */
  keepSmall: (counts: Map<string, number>) => Promise<void>;
  /** every token with its whole count, in the order of their code units; `rest` is what was not written out */
  merged: (rest: Map<string, number>) => AsyncGenerator<Counted>;
  /** how often something was written out */
  parts: () => number;
  close: () => Promise<void>;
}

/** What a token in a Map takes besides its letters, measured on Node 20 and rounded up. */
const ENTRY = 100;
/** Entries between two looks at how large the map is. */
const BLOCK = 1 << 16;

export function openSpill(maxMemory: number): Spill {
  let folder: string | undefined;
  const parts: string[] = [];
  return {
    parts: () => parts.length,
    keepSmall: async (counts) => {
      if (sizeOf(counts) <= maxMemory) return;
      folder ??= await mkdtemp(join(tmpdir(), 'rnn-pipe-counts-'));
      const path = join(folder, String(parts.length));
      await writeSorted(counts, path);
      parts.push(path);
      counts.clear();
    },
    merged: (rest) => mergeSorted([...parts.map(readSorted), inMemory(rest)]),
    close: async () => {
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
}

function sizeOf(counts: ReadonlyMap<string, number>): number {
  let letters = 0;
  for (const token of counts.keys()) letters += token.length;
  return 2 * letters + ENTRY * counts.size;
}

const sorted = (counts: ReadonlyMap<string, number>): Counted[] => [...counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

async function writeSorted(counts: ReadonlyMap<string, number>, path: string): Promise<void> {
  const all = sorted(counts);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      for (let at = 0; at < all.length; at += BLOCK)
        await file.writeFile(
          all
            .slice(at, at + BLOCK)
            .map((counted) => `${JSON.stringify(counted)}\n`)
            .join(''),
        );
    } finally {
      await file.close();
    }
  } catch (error) {
    throw outputFailure(error, path);
  }
}

async function* readSorted(path: string): AsyncGenerator<Counted> {
  for await (const { bytes } of lineChunks(createReadStream(path) as AsyncIterable<Uint8Array>, path))
    for (const line of Buffer.from(bytes).toString('utf8').split('\n')) if (line) yield JSON.parse(line) as Counted;
}

async function* inMemory(counts: ReadonlyMap<string, number>): AsyncGenerator<Counted> {
  for (const counted of sorted(counts)) yield await Promise.resolve(counted);
}

/** Streams in one order to one stream in it; the counts of a token are added up. */
async function* mergeSorted(streams: AsyncGenerator<Counted>[]): AsyncGenerator<Counted> {
  const heads = await Promise.all(streams.map(async (stream) => ({ stream, next: await stream.next() })));
  for (;;) {
    let least: string | undefined;
    for (const { next } of heads) if (!next.done && (least === undefined || next.value[0] < least)) least = next.value[0];
    if (least === undefined) return;
    let count = 0;
    for (const head of heads)
      if (!head.next.done && head.next.value[0] === least) {
        count += head.next.value[1];
        head.next = await head.stream.next();
      }
    yield [least, count];
  }
}
