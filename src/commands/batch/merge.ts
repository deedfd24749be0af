/** The counts of all shards to one vocabulary: the same bytes as `vocab` gives over all of the text. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { OutputFile, ShardEntry } from '../../corpus/ledger.js';
import { readText } from '../../io/file.js';
import { writeDocument } from '../../io/output.js';
import { mergeCounts, newCounts, parseCounts } from '../../text/counts.js';
import { formatVocabulary, vocabularyOf } from '../../text/vocabulary.js';
import type { Options } from '../command.js';

const VOCABULARY = 'vocabulary.json';

export async function mergeShards(folder: string, entries: readonly ShardEntry[], options: Options): Promise<OutputFile> {
  let sum = newCounts(options['ngrams'] as number | undefined);
  for (const { output } of entries) {
    const path = join(folder, output.name);
    sum = mergeCounts([sum, await parseCounts(await readText(path, 'counts'), path)]);
  }
  const text = formatVocabulary(
    vocabularyOf(sum, { minCount: Number(options['minCount']), maxSize: options['maxSize'] as number | undefined }),
  );
  await writeDocument(join(folder, VOCABULARY), text, { force: true, inputs: [] });
  return { name: VOCABULARY, bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}
