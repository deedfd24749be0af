/** The counts of all shards to one vocabulary: the same bytes as `vocab` gives over all of the text. */
import { join } from 'node:path';
import type { OutputFile, ShardEntry } from '../../corpus/ledger.js';
import { sha256 } from '../../corpus/sha256.js';
import { spillFolder } from '../../corpus/spill.js';
import { readText } from '../../io/file.js';
import { writeDocument } from '../../io/output.js';
import { newCounts, parseCounts } from '../../text/counts.js';
import { formatVocabulary, vocabularyOf } from '../../text/vocabulary.js';
import type { Options } from '../command.js';
import { limitsOf, openSum, sumOf } from '../sum-counts.js';
import { featuresIn } from '../vocab.js';

const VOCABULARY = 'vocabulary.json';

/**
 * Adds up the counts shard by shard, with at most about `--max-memory` of them in memory.
 *
 * @throws PipeError('usage') where even the tokens that stay are more than that
 */
export async function mergeShards(folder: string, entries: readonly ShardEntry[], options: Options): Promise<OutputFile> {
  const limits = limitsOf(options);
  const spilled = spillFolder();
  try {
    const sum = openSum(newCounts(featuresIn(options)), limits.maxMemory, spilled.path);
    for (const { output } of entries) {
      const path = join(folder, output.name);
      await sum.add(await parseCounts(await readText(path, 'counts'), path));
    }
    const { counts, leftOut } = await sumOf([sum.counts()], limits);
    const text = formatVocabulary(vocabularyOf(counts, { ...limits, leftOut }));
    await writeDocument(join(folder, VOCABULARY), text, { force: true, inputs: [] });
    return { name: VOCABULARY, bytes: Buffer.byteLength(text), sha256: sha256(text) };
  } finally {
    spilled.remove();
  }
}
