/**
 * Step 5: `ids` to `embeddings`, one word vector a time step, [timeSteps, dim]; zeros where masked. With a table of n-grams the vector of
 * the n-gram that begins at the token stands beside it. It loads no table.
 */
import { PipeError } from '../errors.js';
import { need, type SentenceRecord } from '../formats/record.js';
import { Tensor } from '../formats/tensor.js';
import type { EmbeddingTable } from '../model/embedding.js';
import { eachRecord, type Step } from './step.js';

export interface EmbedOptions {
  table: EmbeddingTable;
  /** of `ngramIds` */
  ngramTable?: EmbeddingTable | undefined;
  vocabularyHash?: string;
}

/** Without `mask` every id is real. Ids outside the table, or of another vocabulary, reject the record. */
export function embed({ table, ngramTable, vocabularyHash }: EmbedOptions): Step {
  const dim = table.dim + (ngramTable?.dim ?? 0);
  return eachRecord((record, context) => {
    const ids = need(record, 'ids');
    const { mask, vocabulary } = record;
    if (vocabularyHash !== undefined && vocabulary !== undefined && vocabulary !== vocabularyHash)
      throw new PipeError('mismatch', 'the ids belong to another vocabulary', {
        expected: vocabularyHash,
        found: vocabulary,
        hint: 'encode the tokens again with this vocabulary: rnn-pipe encode',
      });
    if (mask !== undefined && mask.length !== ids.length)
      throw new PipeError('data', 'the mask is not as long as the ids', {
        expected: `${ids.length}`,
        found: `${mask.length}`,
        hint: 'make both again with rnn-pipe pad',
      });
    const ngramIds = ngramTable && ngramIdsOf(record, ids.length);
    const data = new Float32Array(ids.length * dim);
    let missing = 0;
    for (const [index, id] of ids.entries()) {
      checkId(id, index, record, table);
      if (mask?.[index] === 0) continue;
      data.set(table.row(id), index * dim);
      if (ngramIds) {
        checkId(ngramIds[index]!, index, record, ngramTable);
        data.set(ngramTable.row(ngramIds[index]!), index * dim + table.dim);
      }
      if (table.isMissing(id)) missing++;
    }
    if (missing > 0) context.count('missingVectors', missing);
    return { ...record, embeddings: new Tensor([ids.length, dim], data) };
  });
}

function checkId(id: number, index: number, record: SentenceRecord, { rows }: EmbeddingTable): void {
  if (id >= 0 && id < rows) return;
  throw new PipeError('data', `id ${id} at index ${index} of record ${JSON.stringify(record.id)} is outside the vocabulary`, {
    expected: `0 to ${rows - 1}`,
    found: `${id}`,
    hint: 'give the vocabulary that encode used: --vocab FILE',
  });
}

function ngramIdsOf(record: SentenceRecord, timeSteps: number): readonly number[] {
  const ngramIds = need(record, 'ngramIds');
  if (ngramIds.length === timeSteps) return ngramIds;
  throw new PipeError('data', '"ids" and "ngramIds" have different lengths', {
    expected: String(timeSteps),
    found: String(ngramIds.length),
    hint: 'encode the record again: rnn-pipe encode',
  });
}
