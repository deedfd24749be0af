/**
 * Step 5: `ids` to `embeddings`, one word vector a time step, [timeSteps, dim]; zeros where masked. The vectors of features (`ngramIds` and
 * the like), where there is a table for them, stand beside the token's. It loads no table.
 */
import { PipeError } from '../errors.js';
import { idsIn } from '../formats/features.js';
import { need, type Batch, type SentenceRecord } from '../formats/record.js';
import { Tensor } from '../formats/tensor.js';
import type { Column, EmbeddingTable } from '../model/embedding.js';
import { attempt, type Step } from './step.js';

export interface EmbedOptions {
  /** whose vectors stand side by side at a time step */
  columns: readonly Column[];
  vocabularyHash?: string;
}

/** Without `mask` every id is real. Ids outside their table, or of another vocabulary, reject the record. */
export function embed(options: EmbedOptions): Step {
  const dim = options.columns.reduce((sum, { table }) => sum + table.dim, 0);
  return async function* (batches, context) {
    for await (const batch of batches) {
      // the vectors of a batch lie in one block, which can be written as it is
      const block = new Float32Array(dim * batch.reduce((sum, { ids }) => sum + (ids?.length ?? 0), 0));
      const done: Batch = [];
      let used = 0;
      for (const record of batch)
        attempt(record, context, () => {
          const { length } = checkedIds(record, options);
          const data = block.subarray(used, used + length * dim);
          const missing = putVectors(data, record, options.columns, dim);
          used += data.length;
          if (missing > 0) context.count('missingVectors', missing);
          done.push({ ...record, embeddings: new Tensor([length, dim], data) });
        });
      if (done.length > 0) yield done;
    }
  };
}

function checkedIds(record: SentenceRecord, { columns, vocabularyHash }: EmbedOptions): readonly number[] {
  const { ids } = idsIn(record);
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
  for (const { field, table } of columns) for (const [index, id] of need(record, field).entries()) checkId(id, index, record, table);
  return ids;
}

/** Puts the vectors of a record's real time steps in their places. @returns how many of them the tables lack */
function putVectors(data: Float32Array, record: SentenceRecord, columns: readonly Column[], dim: number): number {
  const { mask } = record;
  let [missing, column] = [0, 0];
  for (const { field, table } of columns) {
    const ids = record[field]!;
    for (let index = 0; index < ids.length; index++) {
      if (mask?.[index] === 0) continue;
      data.set(table.row(ids[index]!), index * dim + column);
      if (table.isMissing(ids[index]!)) missing++;
    }
    column += table.dim;
  }
  return missing;
}

function checkId(id: number, index: number, record: SentenceRecord, { rows }: EmbeddingTable): void {
  if (id >= 0 && id < rows) return;
  throw new PipeError('data', `id ${id} at index ${index} of record ${JSON.stringify(record.id)} is outside the vocabulary`, {
    expected: `0 to ${rows - 1}`,
    found: `${id}`,
    hint: 'give the vocabulary that encode used: --vocab FILE',
  });
}
