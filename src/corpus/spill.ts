/**
 * Counts of more tokens than memory should hold: what is too much is written to files, each in the order of the tokens, and merged at the
 * end, one token at a time. Nothing is left out before its whole count is known.
 */
import { createReadStream, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nameByChance, removeTemporary, temporaryFile } from '../io/cleanup.js';
import { outputFailure } from '../io/failure.js';
import { lineChunks } from '../io/lines.js';

type Counts = Map<string, number>;
export type Counted = readonly [token: string, count: number];

/**
 * What a token costs besides its letters while it is counted, in bytes: in a Map that grows by doubling, in the order in which it is written,
 * and in what the collector has not yet swept. Measured on Node 20 as what the process had of the system, 430 bytes in all, and rounded down.
 */
export const ENTRY = 350;
/** Tokens that are written, read and handed on at a time. */
const BLOCK = 1 << 13;

/** A folder for such files: made when the first one is written, also by another thread, and removed with all that is in it. */
export interface SpillFolder {
  path: string;
  remove: () => void;
}

export function spillFolder(): SpillFolder {
  const path = join(tmpdir(), `rnn-pipe-counts-${process.pid}-${nameByChance()}`);
  temporaryFile(path);
  return { path, remove: () => removeTemporary(path) };
}

export interface Spill {
  /** writes the counts out, if there are more than fit; the map is empty then */
  keepSmall: (counts: Counts) => Promise<void>;
  /** writes out what is left, if anything was written before */
  flush: (counts: Counts) => Promise<void>;
  /** what was written so far */
  files: readonly string[];
}

export function openSpill(maxMemory: number, folder: string): Spill {
  const files: string[] = [];
  const sizeOf = sizer();
  const write = async (counts: Counts): Promise<void> => {
    const path = join(folder, nameByChance());
    await writeSorted(counts, path);
    files.push(path);
    counts.clear();
  };
  return {
    files,
    keepSmall: async (counts) => {
      if (counts.size > 0 && sizeOf(counts) > maxMemory) await write(counts);
    },
    flush: async (counts) => {
      if (files.length > 0 && counts.size > 0) await write(counts);
    },
  };
}

/** How large a map is, of which the letters are counted only when it has doubled. */
function sizer(): (counts: ReadonlyMap<string, number>) => number {
  let [looked, letters] = [0, 0];
  return (counts) => {
    if (counts.size < looked || counts.size >= 2 * looked) {
      [looked, letters] = [counts.size, 0];
      for (const token of counts.keys()) letters += token.length;
    }
    return counts.size * (ENTRY + (2 * letters) / looked);
  };
}

/** In the order of their code units, which is that of `sort`. */
const inOrder = (counts: ReadonlyMap<string, number>): string[] => [...counts.keys()].sort();

async function writeSorted(counts: ReadonlyMap<string, number>, path: string): Promise<void> {
  const tokens = inOrder(counts);
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    const file = await open(path, 'wx', 0o600);
    try {
      for (let at = 0; at < tokens.length; at += BLOCK) {
        const lines = tokens.slice(at, at + BLOCK).map((token) => `${JSON.stringify([token, counts.get(token)])}\n`);
        await file.writeFile(lines.join(''));
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw outputFailure(error, path);
  }
}

/** A stream in the order of tokens, and the block of it that is at hand. */
interface Head {
  block: readonly Counted[];
  at: number;
  next: () => Promise<readonly Counted[] | undefined>;
}

/** Every token with its whole count, in the order of their code units. @param rest what was not written out */
export async function* mergedCounts(files: readonly string[], rest: ReadonlyMap<string, number>): AsyncGenerator<Counted[]> {
  const heads: Head[] = [];
  for (const stream of [...files.map(readSorted), inBlocks(rest)]) {
    const next = async (): Promise<readonly Counted[] | undefined> => {
      const result = await stream.next();
      return result.done ? undefined : result.value;
    };
    const block = await next();
    if (block) heads.push({ block, at: 0, next });
  }
  heads.sort((a, b) => (tokenOf(a) < tokenOf(b) ? -1 : 1));
  let made: Counted[] = [];
  while (heads.length > 0) {
    const least = tokenOf(heads[0]!);
    let count = 0;
    while (heads.length > 0 && tokenOf(heads[0]!) === least) {
      const head = heads[0]!;
      count += head.block[head.at]![1];
      if (++head.at === head.block.length) {
        const block = await head.next();
        if (block) Object.assign(head, { block, at: 0 });
        else heads.shift();
      }
      if (heads[0] === head) sink(heads);
    }
    made.push([least, count]);
    if (made.length === BLOCK) {
      yield made;
      made = [];
    }
  }
  if (made.length > 0) yield made;
}

const tokenOf = ({ block, at }: Head): string => block[at]![0];

/** The first of otherwise sorted heads to its place. */
function sink(heads: Head[]): void {
  const first = heads[0]!;
  const token = tokenOf(first);
  // the number of others that come before it, found by halving
  let [low, high] = [1, heads.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokenOf(heads[middle]!) < token) low = middle + 1;
    else high = middle;
  }
  heads.copyWithin(0, 1, low);
  heads[low - 1] = first;
}

async function* readSorted(path: string): AsyncGenerator<readonly Counted[]> {
  for await (const { bytes } of lineChunks(createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>, path)) {
    const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8').split('\n');
    yield lines.slice(0, -1).map((line) => JSON.parse(line) as Counted);
  }
}

async function* inBlocks(counts: ReadonlyMap<string, number>): AsyncGenerator<readonly Counted[]> {
  const tokens = inOrder(counts);
  for (let at = 0; at < tokens.length; at += BLOCK)
    yield await Promise.resolve(tokens.slice(at, at + BLOCK).map((token): Counted => [token, counts.get(token)!]));
}
