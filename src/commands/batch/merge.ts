/** The counts of all shards to one vocabulary: the same bytes as `vocab` gives over all of the text. */
import { join } from 'node:path';
import type { OutputFile, ShardEntry } from '../../corpus/ledger.js';
import { sha256 } from '../../corpus/sha256.js';
import { openSpill } from '../../corpus/spill.js';
import { PipeError } from '../../errors.js';
import { readText } from '../../io/file.js';
import { writeDocument } from '../../io/output.js';
import { mergeCounts, newCounts, parseCounts, type TokenCounts } from '../../text/counts.js';
import { formatVocabulary, vocabularyOf } from '../../text/vocabulary.js';
import type { Options } from '../command.js';

const VOCABULARY = 'vocabulary.json';

/**
 * Adds up the counts shard by shard, with at most about `--max-memory` of them in memory: more go to temporary files. Tokens below
 * `--min-count` are left out when their whole count is known, never before.
 *
 * @throws PipeError('usage') where even the tokens that stay are more than that
 */
export async function mergeShards(folder: string, entries: readonly ShardEntry[], options: Options): Promise<OutputFile> {
  const [maxMemory, minCount] = [Number(options['maxMemory']), Number(options['minCount'])];
  let sum = newCounts(options['ngrams'] as number | undefined);
  const [tokens, runs] = [openSpill(maxMemory), openSpill(maxMemory)];
  try {
    for (const { output } of entries) {
      const path = join(folder, output.name);
      const part = await parseCounts(await readText(path, 'counts'), path);
      // whether they are of one segmenter; into one map, since a new one for each shard would be much work
      sum.segmenter = mergeCounts([bare(sum), bare(part)]).segmenter;
      add(sum.tokens, part.tokens);
      add(sum.runs, part.runs);
      await tokens.keepSmall(sum.tokens);
      await runs.keepSmall(sum.runs);
    }
    const leftOut = { tokens: 0, runs: 0 };
    for (const [name, spill] of [
      ['tokens', tokens],
      ['runs', runs],
    ] as const) {
      if (spill.parts() === 0) continue;
      const kept = new Map<string, number>();
      for await (const [token, count] of spill.merged(sum[name])) {
        if (count >= minCount) kept.set(token, count);
        else leftOut[name] += count;
        if (kept.size * 100 > maxMemory) throw tooMany(kept.size, options);
      }
      sum = { ...sum, [name]: kept };
    }
    const text = formatVocabulary(vocabularyOf(sum, { minCount, maxSize: options['maxSize'] as number | undefined, leftOut }));
    await writeDocument(join(folder, VOCABULARY), text, { force: true, inputs: [] });
    return { name: VOCABULARY, bytes: Buffer.byteLength(text), sha256: sha256(text) };
  } finally {
    await tokens.close();
    await runs.close();
  }
}

const bare = (counts: TokenCounts): TokenCounts => ({ ...counts, tokens: new Map(), runs: new Map() });

function add(sum: Map<string, number>, part: ReadonlyMap<string, number>): void {
  for (const [token, count] of part) sum.set(token, (sum.get(token) ?? 0) + count);
}

function tooMany(tokens: number, options: Options): PipeError {
  return new PipeError('usage', '--max-memory is too small for the vocabulary itself', {
    found: `more than ${tokens} tokens that are seen at least ${String(options['minCount'])} times`,
    hint: 'a larger --max-memory, and --resume; nothing is left out unless you say so: a larger --min-count in a new run',
  });
}
