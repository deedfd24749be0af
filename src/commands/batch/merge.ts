/** The counts of all shards to one vocabulary: the same bytes as `vocab` gives over all of the text. */
import { join } from 'node:path';
import type { OutputFile, ShardEntry } from '../../corpus/ledger.js';
import { sha256 } from '../../corpus/sha256.js';
import { openSpill } from '../../corpus/spill.js';
import { PipeError } from '../../errors.js';
import { mapFeatures } from '../../formats/features.js';
import { readText } from '../../io/file.js';
import { writeDocument } from '../../io/output.js';
import { addCounts, emptied, mergeCounts, newCounts, parseCounts } from '../../text/counts.js';
import { formatVocabulary, vocabularyOf } from '../../text/vocabulary.js';
import type { Options } from '../command.js';
import { featuresIn } from '../vocab.js';

const VOCABULARY = 'vocabulary.json';

/**
 * Adds up the counts shard by shard, with at most about `--max-memory` of them in memory: more go to temporary files. Tokens below
 * `--min-count` are left out when their whole count is known, never before.
 *
 * @throws PipeError('usage') where even the tokens that stay are more than that
 */
export async function mergeShards(folder: string, entries: readonly ShardEntry[], options: Options): Promise<OutputFile> {
  const [maxMemory, minCount] = [Number(options['maxMemory']), Number(options['minCount'])];
  const sum = newCounts(featuresIn(options));
  const lists = [
    { counts: sum.tokens, spill: openSpill(maxMemory), keep: (kept: Map<string, number>) => (sum.tokens = kept) },
    ...Object.values(
      mapFeatures(sum.features, (counts, name) => ({
        counts,
        spill: openSpill(maxMemory),
        keep: (kept: Map<string, number>) => (sum.features[name] = kept),
      })),
    ),
  ];
  try {
    for (const { output } of entries) {
      const path = join(folder, output.name);
      const part = await parseCounts(await readText(path, 'counts'), path);
      // whether they are of one segmenter; into one map, since a new one for each shard would be much work
      sum.segmenter = mergeCounts([emptied(sum), emptied(part)]).segmenter;
      addCounts(sum, part);
      for (const { counts, spill } of lists) await spill.keepSmall(counts);
    }
    let leftOut = 0;
    for (const { counts, spill, keep } of lists) {
      if (spill.parts() === 0) continue;
      const kept = new Map<string, number>();
      for await (const [name, count] of spill.merged(counts)) {
        if (count >= minCount) kept.set(name, count);
        else if (counts === sum.tokens) leftOut += count;
        if (kept.size * 100 > maxMemory) throw tooMany(kept.size, options);
      }
      keep(kept);
    }
    const text = formatVocabulary(vocabularyOf(sum, { minCount, maxSize: options['maxSize'] as number | undefined, leftOut }));
    await writeDocument(join(folder, VOCABULARY), text, { force: true, inputs: [] });
    return { name: VOCABULARY, bytes: Buffer.byteLength(text), sha256: sha256(text) };
  } finally {
    for (const { spill } of lists) await spill.close();
  }
}

function tooMany(tokens: number, options: Options): PipeError {
  return new PipeError('usage', '--max-memory is too small for the vocabulary itself', {
    found: `more than ${tokens} tokens that are seen at least ${String(options['minCount'])} times`,
    hint: 'a larger --max-memory, and --resume; nothing is left out unless you say so: a larger --min-count in a new run',
  });
}
