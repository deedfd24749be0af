/** Counts of many parts to one, with a bounded part of them in memory; for `vocab`, `vocab --merge` and `batch --to vocab`. */
import { mergedCounts, openSpill } from '../corpus/spill.js';
import { PipeError } from '../errors.js';
import { FEATURE_NAMES, mapFeatures } from '../formats/features.js';
import { addCounts, emptied, inOrder, mergeCounts, type TokenCounts } from '../text/counts.js';
import type { OptionDefinition, Options } from './command.js';
import { byteSize } from './options.js';

export const MAX_MEMORY: OptionDefinition = {
  flags: '--max-memory <size>',
  about: 'counts that are held in memory while they are added up; more go to temporary files, and none is left out',
  default: 500_000_000,
  parse: byteSize('--max-memory', 1000),
};

/** Adds up counts one after another. */
export interface Sum {
  /** @throws PipeError('mismatch') when they are of another segmenter or n-gram than those before */
  add: (part: TokenCounts) => Promise<void>;
  counts: () => TokenCounts;
}

export function openSum(like: TokenCounts, maxMemory: number, folder: string): Sum {
  const sum: TokenCounts = { ...emptied(like), segmenter: undefined };
  const spill = spillCounts(sum, maxMemory, folder);
  return {
    add: async (part) => {
      addCounts(sum, part);
      await spill.keepSmall();
    },
    counts: () => sum,
  };
}

/** Keeps counts small by writing out tokens, and what else is counted, when one of these lists is larger than that; its files are in `spilled`. */
export function spillCounts(
  counts: TokenCounts,
  most: number,
  folder: string,
): { keepSmall: () => Promise<void>; flush: () => Promise<void> } {
  const tokens = openSpill(most, folder);
  const features = mapFeatures(counts.features, () => openSpill(most, folder));
  counts.spilled = { tokens: tokens.files, features: mapFeatures(features, ({ files }) => files) };
  const each = (how: 'keepSmall' | 'flush') => async (): Promise<void> => {
    await tokens[how](counts.tokens);
    for (const name of FEATURE_NAMES) await features[name]?.[how](counts.features[name]!);
  };
  return { keepSmall: each('keepSmall'), flush: each('flush') };
}

export interface Limits {
  maxMemory: number;
  /** tokens that are seen less often are left out when their whole count is known, never before; 1 where all are wanted */
  minCount: number;
  maxSize?: number | undefined;
}

export const limitsOf = (options: Options): Limits => ({
  maxMemory: Number(options['maxMemory']),
  minCount: Number(options['minCount'] ?? 1),
  maxSize: options['maxSize'] as number | undefined,
});

/** All counts in memory, and how often tokens were counted that are left out for good. */
export interface Summed {
  counts: TokenCounts;
  leftOut: number;
}

/** @throws PipeError('usage') where even what stays is more than memory may hold */
export async function sumOf(parts: readonly TokenCounts[], limits: Limits): Promise<Summed> {
  const counts = mergeCounts(parts);
  const one = async (files: readonly string[], rest: Map<string, number>): Promise<Kept> =>
    files.length === 0 ? { counts: rest, leftOut: 0 } : keptOf(mergedCounts(files, rest), limits);
  const { counts: tokens, leftOut } = await one(
    parts.flatMap(({ spilled }) => spilled?.tokens ?? []),
    counts.tokens,
  );
  counts.tokens = tokens;
  for (const name of FEATURE_NAMES) {
    const rest = counts.features[name];
    const files = parts.flatMap(({ spilled }) => spilled?.features[name] ?? []);
    if (rest) counts.features[name] = (await one(files, rest)).counts;
  }
  return { counts, leftOut };
}

/** What a token of the vocabulary takes in a Map besides its letters, in bytes. */
const KEPT = 100;

interface Kept {
  counts: Map<string, number>;
  leftOut: number;
}

async function keptOf(blocks: AsyncIterable<readonly (readonly [string, number])[]>, limits: Limits): Promise<Kept> {
  const { maxMemory, minCount, maxSize = Infinity } = limits;
  let counts = new Map<string, number>();
  let leftOut = 0;
  for await (const block of blocks) {
    for (const [token, count] of block)
      if (count >= minCount) counts.set(token, count);
      else leftOut += count;
    // of so many none can come back that has that many before it
    if (counts.size > 2 * maxSize) {
      const all = inOrder(counts);
      counts = new Map(all.slice(0, maxSize));
      for (const [, count] of all.slice(maxSize)) leftOut += count;
    }
    if (counts.size * KEPT > maxMemory) throw tooMany(counts.size, limits);
  }
  return { counts, leftOut };
}

function tooMany(tokens: number, { minCount }: Limits): PipeError {
  return new PipeError('usage', '--max-memory is too small for the vocabulary itself', {
    found: `more than ${tokens} tokens that are seen at least ${minCount} times`,
    hint: 'a larger --max-memory (batch goes on with --resume); nothing is left out unless you say so: a larger --min-count, or a --max-size',
  });
}
